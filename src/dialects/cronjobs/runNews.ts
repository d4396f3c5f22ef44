import { isoTime } from '../../base/isoTime.ts';
import { linesOf } from '../../base/lineBatch.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import { LogError } from '../../model/errors.ts';
import type { Pointer } from '../../model/pointer.ts';
import type { LogQuery, Position } from '../../model/query.ts';
import type { Metric } from '../../model/statistics.ts';
import { isFinished } from '../../model/status.ts';
import type { Served } from '../http.ts';
import { toJobLine } from './jobLine.ts';
import { scopeIn, watchRun, watchRuns } from './jobRuns.ts';
import type { LineWish } from './params.ts';
import { toRun } from './records.ts';

/** What a subscription may be for. */
export const newsTypes = ['log', 'status', 'metric'] as const;
export type NewsType = (typeof newsTypes)[number];

export interface Subscription extends LineWish {
  readonly types: readonly NewsType[];
}

/** Something about a run. */
export interface RunNews {
  readonly type: NewsType;
  readonly run: string;
  readonly data: object;
}

/** Resolves when there is room for more. */
export type Tell = (news: RunNews) => Promise<void>;

/** Lines of a run that has begun before that are told at the beginning. */
const tail = 100;
const atOnce = { lines: 1_000, bytes: 262_144 } as const;

/** Tells of a job's runs, those that go on and those that begin later, until the signal aborts. Throws what breaks it. */
export async function followJob(
  served: Served,
  job: string,
  wish: Subscription,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const known = new Map<string, string>();
  const following = new Set<string>();
  /** Where the lines of a run go on: one whose writer seemed to be gone may go on. */
  const told = new Map<string, Pointer>();
  const broken = Promise.withResolvers<never>();
  const follow = async (run: ExecutionSummary, isNew: boolean): Promise<void> => {
    const from = told.get(run.id);
    following.add(run.id);
    try {
      await followLines(served, run, wish, {
        position: from === undefined ? { at: isNew ? 'start' : 'end' } : { at: 'after', pointer: from },
        tell,
        reached: (newer) => told.set(run.id, newer),
        signal,
      });
    } catch (error) {
      // One that was deleted is none any longer.
      if (!(error instanceof LogError && error.code === 'notFound')) broken.reject(error);
    } finally {
      following.delete(run.id);
    }
  };
  const look = async (): Promise<void> => {
    let isFirst = true;
    for await (const runs of watchRuns(served.source, job, signal)) {
      for (const run of [...runs].reverse()) {
        const before = known.get(run.id);
        const isNew = before === undefined && !isFirst;
        const mayWrite = isNew || !isFinished(run.status);
        if (wish.types.includes('log') && mayWrite && !following.has(run.id)) void follow(run, isNew);
        // What has ended before anybody asked is no news.
        if (before !== run.status && !(isFirst && isFinished(run.status))) await tellStatus(run, wish, tell);
        known.set(run.id, run.status);
        if (!isFinished(run.status) || before !== run.status) await tellMetrics(run.id);
      }
      isFirst = false;
    }
  };
  const tellMetrics = metricsTeller(served, wish, tell, signal);
  broken.promise.catch(() => undefined);
  await Promise.race([look(), broken.promise]);
}

/** Tells of one run until it has ended and all of it is told. */
export async function followRun(
  served: Served,
  run: string,
  wish: Subscription,
  tell: Tell,
  signal: AbortSignal,
): Promise<void> {
  const tellMetrics = metricsTeller(served, wish, tell, signal);
  const statuses = async (): Promise<void> => {
    let before: string | undefined;
    for await (const now of watchRun(served.source, run, signal)) {
      if (now.status !== before) await tellStatus(now, wish, tell);
      before = now.status;
      await tellMetrics(run);
      if (isFinished(now.status)) return;
    }
  };
  const lines = async (): Promise<void> => {
    if (!wish.types.includes('log')) return;
    const about = await served.source.getExecution({ execution: run }, { signal });
    await followLines(served, about, wish, { position: { at: 'end' }, tell, signal });
  };
  await Promise.all([statuses(), lines()]);
}

interface LinesOptions {
  readonly position: Position;
  readonly tell: Tell;
  /** Is told how far it has come. */
  readonly reached?: (newer: Pointer) => void;
  readonly signal: AbortSignal;
}

async function followLines(
  { source }: Served,
  run: ExecutionSummary,
  { filter, step }: Subscription,
  { position, tell, reached, signal }: LinesOptions,
): Promise<void> {
  const scope = await stepOf(run);
  if (!scope) return;
  const query: LogQuery = {
    ...scope,
    position,
    limit: position.at === 'end' ? { ...atOnce, lines: tail } : atOnce,
    ...(filter && { filter }),
  };
  for await (const { lines, newer } of source.tailLog(query, { signal })) {
    for (const line of linesOf(lines)) await tell({ type: 'log', run: run.id, data: toJobLine(line, run) });
    reached?.(newer);
  }

  /** A step that is asked for may be announced after its run has begun. */
  async function stepOf({ id }: ExecutionSummary) {
    const found = await scopeIn(source, id, step, { signal });
    if (found) return found;
    for await (const { status, steps } of watchRun(source, id, signal)) {
      const named = steps.find((one) => one.id === step) ?? steps.find(({ name }) => name === step);
      if (named) return { execution: id, step: named.id };
      if (isFinished(status)) return undefined;
    }
    return undefined;
  }
}

async function tellStatus(run: ExecutionSummary, { types }: Subscription, tell: Tell): Promise<void> {
  if (types.includes('status')) await tell({ type: 'status', run: run.id, data: toRun(run, Date.now()) });
}

/** Tells of each metric of a run once. */
function metricsTeller(
  { statistics }: Served,
  { types }: Subscription,
  tell: Tell,
  signal: AbortSignal,
): (run: string) => Promise<void> {
  const told = new Map<string, { readonly count: number; readonly last: string }>();
  return async (run) => {
    if (!statistics || !types.includes('metric')) return;
    const metrics = await statistics.metrics({ execution: run }, { signal });
    const news = metrics.slice(toldOf(metrics, told.get(run)));
    told.set(run, { count: metrics.length, last: JSON.stringify(metrics.at(-1)) });
    for (const metric of news) await tell({ type: 'metric', run, data: toMetric(metric, run) });
  };
}

/** How many of them have been told. A store keeps so many only, and lets go of the oldest. */
function toldOf(metrics: readonly Metric[], known: { readonly count: number; readonly last: string } | undefined) {
  if (!known || known.count === 0) return 0;
  const isLast = (metric: Metric | undefined): boolean => JSON.stringify(metric) === known.last;
  return isLast(metrics[known.count - 1]) ? known.count : metrics.findLastIndex(isLast) + 1;
}

export function toMetric({ name, value, unit, at, step, host }: Metric, run: string) {
  return {
    job_run_id: run,
    timestamp: isoTime(at),
    metric_name: name,
    metric_value: value,
    metric_unit: unit ?? null,
    step: step ?? null,
    host: host ?? null,
  };
}
