import { TranscriptSource } from '../../held/transcriptSource.ts';
import type { ConnectOptions } from '../../model/connect.ts';
import { jobsConnection } from './client/connection.ts';
import { usualPace, type JobsPace } from './client/followJob.ts';
import { JobsSystem } from './client/system.ts';

export interface JobsOptions extends ConnectOptions {
  readonly pace?: Partial<JobsPace>;
}

/**
 * Jobs of a GAgent of either version, or of a service of ours: `jobs+https://host?type=plan_execute&auth=cookie`. Asks
 * nothing yet. Throws invalidRequest for what is no address.
 */
export function openJobsSource(url: string, { pace, ...options }: JobsOptions = {}): TranscriptSource {
  return new TranscriptSource(new JobsSystem(jobsConnection(url, options), { ...usualPace, ...pace }));
}
