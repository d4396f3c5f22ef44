import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { looks } from '../../base/looks.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import { LogError } from '../../model/errors.ts';
import type { Execution, ExecutionSummary } from '../../model/execution.ts';
import type { ExecutionFilter, LogScope } from '../../model/query.ts';
import type { Job } from '../../model/runner.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import type { Served } from '../http.ts';

/** Executions in which jobs are looked for that the runner does not know. */
const mostLookedAt = 1_000;
/** How often it is looked at least, and at most, in milliseconds: a change may fall between look and watch. */
const everySoOften = 4_000;
const pause = 200;
const runsAtOnce = 50;
/** Runs that are followed at a time. */
const mostFollowed = 50;

/** A job, and its newest run when there is one. */
export interface KnownJob {
  readonly job: Job;
  readonly last?: ExecutionSummary;
}

/** What the runner knows, then what executions say they are runs of. */
export async function knownJobs({ source, runner }: Served, options: CallOptions): Promise<readonly KnownJob[]> {
  const jobs = new Map<string, KnownJob>();
  for (const job of (await runner?.jobs(options)) ?? []) jobs.set(job.id, { job });
  const { executions } = await source.listExecutions({ limit: mostLookedAt }, options);
  for (const last of executions) {
    if (last.job === undefined) continue;
    const known = jobs.get(last.job);
    if (!known?.last) jobs.set(last.job, { job: known?.job ?? jobOfRun(last.job, last), last });
  }
  return [...jobs.values()];
}

/** Throws notFound when neither the runner nor an execution knows the job. */
export async function findJob({ source, runner }: Served, id: string, options: CallOptions): Promise<KnownJob> {
  const { value: last } = await runsOf(source, { job: id }, options, 1).next();
  const job = (await runner?.jobs(options))?.find((one) => one.id === id);
  if (!job && !last)
    throw new LogError('notFound', `There is no job "${id}". Look at /api/cronjobs/ for what there is.`);
  return { job: job ?? jobOfRun(id, last), ...(last && { last }) };
}

/** A job's runs, newest first. `first` is how many are asked for at first: a list may be short, or empty, and go on. */
export async function* runsOf(
  source: LogSource,
  filter: ExecutionFilter & { readonly job: string },
  options: CallOptions,
  first = runsAtOnce,
): AsyncGenerator<ExecutionSummary, undefined> {
  let limit = first;
  for (let cursor: string | undefined; ;) {
    const at = cursor === undefined ? {} : { cursor };
    const { executions, next } = await source.listExecutions({ filter, limit, ...at }, options);
    yield* executions;
    if (next === undefined || next === cursor) return undefined;
    cursor = next;
    limit = runsAtOnce;
  }
}

/** What is to be read of a run: all of it, or the step of that id or name; undefined when it has no such step. */
export async function scopeIn(
  source: LogSource,
  execution: string,
  step: string | undefined,
  options: CallOptions,
): Promise<LogScope | undefined> {
  if (step === undefined) return { execution };
  const { steps } = await source.getExecution({ execution }, options);
  const found = steps.find(({ id }) => id === step) ?? steps.find(({ name }) => name === step);
  return found && { execution, step: found.id };
}

/** The newest runs of a job as they are, at once and whenever one of them may have changed. */
export async function* watchRuns(
  source: LogSource,
  job: string,
  signal: AbortSignal,
): AsyncGenerator<readonly ExecutionSummary[], void> {
  for await (const _ of newsOf(source, {}, signal)) {
    yield (await source.listExecutions({ filter: { job }, limit: mostFollowed }, { signal })).executions;
    await delay(pause, signal);
  }
}

/** An execution as it is, at once and whenever it may have changed. */
export async function* watchRun(
  source: LogSource,
  execution: string,
  signal: AbortSignal,
): AsyncGenerator<Execution, void> {
  for await (const _ of newsOf(source, { execution }, signal)) {
    yield await source.getExecution({ execution }, { signal });
    await delay(pause, signal);
  }
}

function newsOf(source: LogSource, query: { execution?: string }, signal: AbortSignal): AsyncIterable<unknown> {
  return mergeStreams<unknown>(
    [source.watch(query, { signal })],
    [leavable((inner) => looks(everySoOften, inner), signal)],
  );
}

function jobOfRun(id: string, run: ExecutionSummary | undefined): Job {
  return { id, name: run?.name ?? id, enabled: false };
}
