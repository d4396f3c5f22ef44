import { TranscriptSource } from '../../held/transcriptSource.ts';
import { placeOf } from './place.ts';
import { DeploymentLogs } from './system.ts';

/** Deployment logs of `deployment-log:<folder or glob>[?stale=35m]`. Throws invalidRequest for what names no place. */
export function openDeploymentLogs(url: string): TranscriptSource {
  return new TranscriptSource(new DeploymentLogs(placeOf(url)));
}
