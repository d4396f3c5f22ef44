import { openDetected, type Candidate } from '../dialects/detected.ts';
import type { ConnectOptions } from '../model/connect.ts';
import type { LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';

/**
 * What may answer at an address that does not say what it is, in the order in which it is asked for: what many use
 * first, and nothing twice. A server that says 401 or 403 to the first question is there, and is asked no other.
 */
const candidates: readonly Candidate[] = [
  {
    name: 'Execution Logs',
    scheme: 'executor',
    async detect(api, options) {
      const { detectService } = await import('../dialects/executor/client.ts');
      return detectService(api, options);
    },
  },
  {
    name: 'ops-jobs',
    scheme: 'executor',
    async detect(api, options) {
      const { detectOpsJobs } = await import('../dialects/executor/client.ts');
      return detectOpsJobs(api, options);
    },
  },
  {
    name: 'weaver',
    scheme: 'cronjobs',
    async detect(api, options, url) {
      const { detectCronJobs } = await import('../dialects/cronjobs/client/detect.ts');
      return detectCronJobs(api, options, url);
    },
  },
  {
    name: 'GAgent',
    scheme: 'jobs',
    async detect(api, options, url) {
      const { detectJobs } = await import('../dialects/jobs/detect.ts');
      return detectJobs(api, options, url);
    },
  },
];

/** Opens whatever answers at an `http(s)` address. Throws as `openDetected`. */
export function openDetectedSource(
  url: string,
  options: ConnectOptions,
): Promise<LogSource & LogAdmin & LogStatistics> {
  return openDetected(url, options, candidates);
}
