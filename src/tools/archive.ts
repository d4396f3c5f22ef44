import { LogError } from '../model/errors.ts';
import type { Execution, ExecutionRef, HostResult, Step } from '../model/execution.ts';
import type { LogSink } from '../model/sink.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';
import { isFinished } from '../model/status.ts';
import { settled } from '../base/settle.ts';
import { copyLines, type Copied } from './archive/copyLines.ts';

/** Where executions are kept: what is written to `sink`, in the order of its calls, is read from `source`. */
export interface Archive {
  readonly source: LogSource;
  readonly sink: LogSink;
}

export interface ArchiveOptions extends CallOptions {
  /** Tells the metrics that are copied too. */
  readonly statistics?: LogStatistics | undefined;
}

interface Whole {
  readonly execution: Execution;
  readonly steps: readonly { readonly step: Step; readonly hosts: readonly HostResult[] }[];
}

/**
 * Copies one finished execution with all that is known of it, gaps included, and compares the copy with it. Until then
 * nobody sees the copy. Whatever stops it, doing it again completes it; doing it once more changes nothing. Resolves
 * with what was copied and in which status: what is deleted then must still be so.
 * Throws invalidRequest while it runs, internal when the copy differs.
 */
export async function archiveExecution(
  live: LogSource,
  archive: Archive,
  ref: ExecutionRef,
  options?: ArchiveOptions,
): Promise<Copied & Pick<Execution, 'status'>> {
  const whole = await readWhole(live, ref, options);
  if (!isFinished(whole.execution.status))
    throw new LogError('invalidRequest', `Execution "${ref.execution}" is running. It is archived after it has ended.`);
  const copied = (await has(archive.source, ref, options)) ? undefined : await copy(live, archive.sink, whole, options);
  const lines = compare(whole, await readWhole(archive.source, ref, options));
  const { total } = await archive.source.readLog({ ...ref, position: { at: 'end' }, limit: { lines: 1 } }, options);
  if (total !== lines) throw differs(ref, `${String(total)} lines instead of ${lines}`);
  return { ...(copied ?? { lines, lost: 0 }), status: whole.execution.status };
}

async function copy(live: LogSource, sink: LogSink, whole: Whole, options?: ArchiveOptions): Promise<Copied> {
  const { execution, steps } = whole;
  await begin(sink, whole);
  const hosts = steps.flatMap(({ step, hosts: its }) =>
    its.map(({ id: host, lines }) => ({ execution: execution.id, step: step.id, host, lines })),
  );
  const copied = await copyLines(live, sink, { execution: execution.id }, hosts, options);
  if (sink.metric && options?.statistics)
    for (const metric of await options.statistics.metrics({ execution: execution.id }, options))
      await sink.metric({ execution: execution.id, ...metric });
  for (const { step, hosts: its } of steps) {
    const ref = { execution: execution.id, step: step.id };
    await Promise.all(
      its.map((host) => finish(host, step, (end) => sink.finishHost({ ...ref, ...exit(host), ...end }))),
    );
    await finish(step, execution, (end) => sink.finishStep({ ...ref, ...end }));
  }
  await sink.finishExecution({ execution: execution.id, ...endOf(execution, endTime(execution)) });
  return copied;
}

async function begin(sink: LogSink, { execution, steps }: Whole): Promise<void> {
  const { id, name, kind, job, user, invocation, createdAt, url, history } = execution;
  const startedAt = execution.startedAt ?? createdAt ?? endTime(execution);
  await sink.createExecution({
    ...{ execution: id, name, startedAt },
    ...(kind !== undefined && { kind }),
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(invocation && { invocation }),
    copy: {
      ...(createdAt !== undefined && { createdAt }),
      ...(url !== undefined && { url }),
      ...(history && { history }),
    },
  });
  for (const { step, hosts } of steps) {
    const ref = { execution: id, step: step.id };
    const status = step.startedAt === undefined ? 'pending' : 'running';
    const { name: stepName, order, path } = step;
    await sink.startStep({
      ...{ ...ref, name: stepName, order, status, at: step.startedAt ?? startedAt },
      ...(path && { path }),
      hosts: hosts.map(({ id: host, name: hostName, address }) => ({
        ...{ id: host, name: hostName },
        ...(address !== undefined && { address }),
      })),
    });
    await Promise.all(
      hosts.map(async ({ id: host, startedAt: at }) => {
        if (at !== undefined) await sink.startHost({ ...ref, host, at });
      }),
    );
  }
}

type Part = Step | HostResult;

/** Ends a copied part as its original ended. What follows from its parent's end need not be said, and has no time. */
async function finish(
  part: Part,
  parent: Step | Execution,
  say: (end: ReturnType<typeof endOf>) => Promise<void>,
): Promise<void> {
  const { startedAt, endedAt, status } = part;
  const open = settled(
    { status: startedAt === undefined ? 'pending' : 'running', ...(startedAt !== undefined && { startedAt }) },
    parent,
  );
  if (endedAt === undefined && open.status === status && part.message === undefined) return;
  if (!isFinished(status)) return;
  await say(endOf(part, endedAt ?? endTime(parent)));
}

function endOf({ status, rawStatus, message }: Part | Execution, at: number) {
  return {
    ...{ status, at },
    ...(rawStatus !== undefined && { rawStatus }),
    ...(message !== undefined && { message }),
  };
}

function exit({ id: host, exitCode, ignored }: HostResult) {
  return { host, ...(exitCode !== undefined && { exitCode }), ...(ignored && { ignored }) };
}

function endTime({ endedAt, startedAt }: Step | Execution): number {
  return endedAt ?? startedAt ?? 0;
}

async function has(source: LogSource, ref: ExecutionRef, options?: CallOptions): Promise<boolean> {
  try {
    await source.getExecution(ref, options);
    return true;
  } catch (error) {
    if (error instanceof LogError && error.code === 'notFound') return false;
    throw error;
  }
}

async function readWhole(source: LogSource, ref: ExecutionRef, options?: CallOptions): Promise<Whole> {
  const execution = await source.getExecution(ref, options);
  const steps: { step: Step; hosts: HostResult[] }[] = [];
  for (const step of execution.steps) {
    const hosts: HostResult[] = [];
    for (let cursor: string | undefined; ;) {
      const query = {
        ...ref,
        step: step.id,
        sort: 'name',
        limit: 1_000,
        ...(cursor !== undefined && { cursor }),
      } as const;
      const page = await source.getStepResult(query, options);
      hosts.push(...page.hosts);
      cursor = page.next;
      if (cursor === undefined) break;
    }
    steps.push({ step, hosts });
  }
  return { execution, steps };
}

/** How many lines both have. Throws internal unless everything that matters is the same. */
function compare(whole: Whole, copy: Whole): number {
  const { execution } = whole;
  same(execution, 'execution', execution.status, copy.execution.status);
  same(execution, 'steps', whole.steps.length, copy.steps.length);
  let lines = 0;
  for (const [i, { step, hosts }] of whole.steps.entries()) {
    const other = copy.steps[i];
    same(
      execution,
      step.id,
      [step.id, step.status, hosts.length],
      [other?.step.id, other?.step.status, other?.hosts.length],
    );
    for (const [j, host] of hosts.entries()) {
      const copied = other?.hosts[j];
      same(execution, host.id, [host.id, host.status, host.exitCode], [copied?.id, copied?.status, copied?.exitCode]);
      if (host.lines !== undefined) same(execution, host.id, host.lines, copied?.lines);
      lines += copied?.lines ?? 0;
    }
  }
  return lines;
}

function same({ id }: Execution, what: string, wanted: unknown, found: unknown): void {
  const [want, got] = [JSON.stringify(wanted), JSON.stringify(found)];
  if (want !== got) throw differs({ execution: id }, `${what} is ${got} instead of ${want}`);
}

function differs({ execution }: ExecutionRef, how: string): LogError {
  return new LogError('internal', `The archived copy of execution "${execution}" is not what was copied: ${how}.`);
}
