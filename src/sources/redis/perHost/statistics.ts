import { abortReason } from '../../../base/abort.ts';
import { hoursOf } from '../../../base/hours.ts';
import { Tally } from '../../../base/tally.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import type { Metric, Statistics, StatisticsQuery } from '../../../model/statistics.ts';
import type { Asks } from '../asks.ts';
import type { Reply } from '../connection.ts';
import { tallyErrors, tallyLines } from './counting.ts';
import type { Keys } from './keys.ts';
import { listExecutions, readExecution } from './lists.ts';
import { fieldsOf, parsed, textOf } from './records.ts';

/** Of many executions the newest are counted, so many at a time. */
const mostExecutions = 1_000;
const sliceExecutions = 100;

/** Of one execution, or of the newest thousand of a job or of all. Throws notFound. */
export async function readStatistics(
  asks: Asks,
  keys: Keys,
  query: StatisticsQuery,
  signal?: AbortSignal,
): Promise<Statistics> {
  const tally = new Tally();
  const range = hoursOf(query);
  const one = query.execution === undefined ? undefined : await readExecution(asks, keys, query.execution);
  const counted = one
    ? [one].filter(({ job }) => query.job === undefined || job === query.job)
    : await newest(asks, keys, { job: query.job, until: range?.to }, signal);
  for (let from = 0; from < counted.length; from += sliceExecutions) {
    const slice = counted.slice(from, from + sliceExecutions);
    const replies = await asks.all(slice.map(({ id }) => ['HGETALL', keys.of(id).counts]));
    if (signal?.aborted) throw abortReason(signal);
    for (const [i, execution] of slice.entries()) {
      const fields = fieldsOf(replies[i]);
      tallyLines(tally, fields, range);
      const { id, createdAt = 0 } = execution;
      if (!one && range && (createdAt < range.from || createdAt >= range.to)) continue;
      tallyErrors(tally, id, fields);
      tally.addExecution(execution);
    }
  }
  return tally.statistics();
}

/** Oldest first: of lines that say the same, the newest's is named. */
async function newest(
  asks: Asks,
  keys: Keys,
  { job, until }: { readonly job: string | undefined; readonly until: number | undefined },
  signal: AbortSignal | undefined,
): Promise<ExecutionSummary[]> {
  const filter = { ...(job !== undefined && { job }), ...(until !== undefined && { until }) };
  const found: ExecutionSummary[] = [];
  for (let cursor: string | undefined; found.length < mostExecutions;) {
    const limit = Math.min(200, mostExecutions - found.length);
    const page = await listExecutions(asks, keys, { filter, limit, ...(cursor !== undefined && { cursor }) }, signal);
    found.push(...page.executions);
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return found.reverse();
}

/** Throws notFound. */
export async function readMetrics(asks: Asks, keys: Keys, execution: string): Promise<readonly Metric[]> {
  const [[reply]] = await Promise.all([
    asks.all([['ZRANGE', keys.of(execution).metrics, 0, -1]]),
    readExecution(asks, keys, execution),
  ]);
  return (Array.isArray(reply) ? (reply as readonly Reply[]) : []).flatMap((one) => metricIn(parsed(textOf(one))));
}

/** What a reader finds in Redis may be anything. */
function metricIn(value: unknown): Metric[] {
  if (typeof value !== 'object' || value === null) return [];
  const { name, value: number, unit, at, step, host } = value as Readonly<Record<string, unknown>>;
  if (typeof name !== 'string' || typeof number !== 'number' || typeof at !== 'number') return [];
  return [
    {
      ...{ name, value: number },
      ...(typeof unit === 'string' && { unit }),
      at,
      ...(typeof step === 'string' && { step }),
      ...(typeof host === 'string' && { host }),
    },
  ];
}
