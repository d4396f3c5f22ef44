import type { ConnectOptions } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import type { Capabilities, LogAdmin, LogSource } from '../../model/source.ts';
import type { LogStatistics } from '../../model/statistics.ts';
import type { Api } from '../api.ts';
import { askWhetherThere, openDetected, type Detected } from '../detected.ts';
import { fieldsOf } from '../values.ts';
import { NativeClient } from './nativeClient.ts';
import { paths } from './paths.ts';
import { Received } from './received.ts';

/**
 * Opens what speaks the API of document 000: a service of ours, or else ops-jobs. Which of them it is, is asked now; a
 * server that cannot say so now is asked again by the next call. Throws invalidRequest for what is no address.
 */
export function openExecutorSource(
  url: string,
  options: ConnectOptions = {},
): Promise<LogSource & LogAdmin & LogStatistics> {
  return openDetected(url, options, [
    { name: 'Execution Logs', scheme: 'executor', detect: detectService },
    { name: 'ops-jobs', scheme: 'executor', detect: (api) => opsJobsAt(api, options) },
  ]);
}

/** A service of ours, by what it says of itself. */
export async function detectService(api: Api, options: ConnectOptions): Promise<Detected | undefined> {
  const answer = await askWhetherThere(api, paths.capabilities);
  if (fieldsOf(answer)['product'] !== 'execution-logs') return undefined;
  const { patience = 300_000 } = options;
  const client = new NativeClient(api, capabilitiesIn(answer), { patience, silence: 10_000, polling: 2_000 });
  return { system: { name: 'Execution Logs', ...versionIn(answer) }, client };
}

/** An ops-jobs, by its list of executions; one that wants to know who asks is one too. */
export async function detectOpsJobs(api: Api, options: ConnectOptions): Promise<Detected | undefined> {
  const query = new URLSearchParams({ page: '1', page_size: '1' });
  try {
    const told = fieldsOf(await askWhetherThere(api, '/api/executor/execution-records/', query));
    if (!Array.isArray(fieldsOf(told['content'])['results'] ?? told['results'])) return undefined;
  } catch (error) {
    const { code } = LogError.from(error);
    if (code !== 'unauthorized' && code !== 'forbidden' && code !== 'throttled') throw error;
  }
  return opsJobsAt(api, options);
}

async function opsJobsAt(api: Api, options: ConnectOptions): Promise<Detected> {
  const { openOpsJobs } = await import('./opsJobs/source.ts');
  return { system: { name: 'ops-jobs' }, client: openOpsJobs(api.base.href, options) };
}

function capabilitiesIn(answer: unknown): Capabilities {
  const told = new Received(answer, 'The answer of the service', 'unavailable');
  const can = told.object('capabilities');
  return {
    pointers: can.word('pointers', ['stable', 'session']),
    seekByLine: can.boolean('seekByLine'),
    seekByTime: can.boolean('seekByTime'),
    totals: can.boolean('totals'),
    filters: can.boolean('filters'),
    wideScopes: can.boolean('wideScopes'),
    watch: can.word('watch', ['push', 'poll']),
    hosts: can.boolean('hosts'),
    delete: can.boolean('delete'),
    ...(can.value('foreign') === true && { foreign: true }),
    ...(can.value('inferred') === true && { inferred: true }),
  };
}

function versionIn(answer: unknown): { version?: string } {
  const version = typeof answer === 'object' && answer !== null && 'version' in answer ? answer.version : undefined;
  return typeof version === 'string' ? { version: version.slice(0, 40) } : {};
}
