import { lineText } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { ExecutionRef } from '../../../src/model/execution.ts';
import { levels, streams } from '../../../src/model/line.ts';
import type { LogPage } from '../../../src/model/page.ts';
import type { LogScope } from '../../../src/model/query.ts';
import type {
  Append,
  Ending,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  StepRef,
  StepStart,
} from '../../../src/model/sink.ts';
import type { CallOptions, Change, LogSource } from '../../../src/model/source.ts';
import type { Status } from '../../../src/model/status.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import type { ExecutionRow, StepRow } from './records.ts';
import type { OpsJobsDouble } from './server.ts';

const words: Readonly<Partial<Record<Status, string>>> = { succeeded: 'success', timedOut: 'timeout' };

/** Writes into the double what a test says to a sink, under the ids that the system itself gives. */
export class OpsJobsWriter implements LogSink {
  readonly #double: OpsJobsDouble;
  /** Knows what may be written, and what has been. */
  readonly #rules = new MemoryStore();
  readonly #written = new Map<string, number>();
  readonly executions = new Map<string, ExecutionRow>();
  readonly steps = new Map<string, StepRow>();

  constructor(double: OpsJobsDouble) {
    this.#double = double;
  }

  async createExecution(about: NewExecution): Promise<void> {
    await this.#rules.createExecution(about);
    if (this.executions.has(about.execution)) return;
    const { name, user, startedAt: createdAt } = about;
    const row = this.#double.addExecution({ name, createdAt, ...(user !== undefined && { user }) });
    this.executions.set(about.execution, row);
  }

  async startStep(start: StepStart): Promise<void> {
    await this.#rules.startStep(start);
    const key = keyOf(start);
    const known = this.steps.get(key);
    const step = known ?? this.#double.addStep(this.#execution(start), start.name, [], start.order);
    this.steps.set(key, step);
    if (step.status === 'running' || !known) step.status = start.status;
    if (start.status === 'running') step.startedAt ??= start.at;
    for (const { id, name, address = '' } of start.hosts)
      if (!step.hosts.some((host) => host.host_id === id))
        step.hosts.push({ host_id: id, host_name: name, host_ip: address, status: 'pending' });
  }

  async startHost(host: HostRef & { readonly at: number }): Promise<void> {
    await this.#rules.startHost(host);
    this.#host(host).status = 'running';
  }

  async append(batch: Append): Promise<void> {
    await this.#rules.append(batch);
    const key = JSON.stringify([batch.execution, batch.step, batch.host]);
    const known = this.#written.get(key) ?? 0;
    const step = this.#step(batch);
    const execution = this.#execution(batch);
    const { lines, firstNumber } = batch;
    for (let i = Math.max(0, known + 1 - firstNumber); i < lines.count; i++) {
      const time = lines.times[i] ?? Number.NaN;
      const stream = streams[lines.streams[i] ?? 0] ?? 'stdout';
      const level = levels[lines.levels[i] ?? 0] ?? 'none';
      const type = level === 'error' ? 'error' : stream;
      this.#double.pushLine(execution, step, batch.host, lineText(lines, i), {
        type,
        ...(!Number.isNaN(time) && { time }),
      });
    }
    this.#written.set(key, Math.max(known, firstNumber + lines.count - 1));
  }

  async finishHost(end: HostEnd): Promise<void> {
    await this.#rules.finishHost(end);
    const host = this.#host(end);
    if (!['pending', 'running'].includes(host.status)) return;
    host.status = words[end.status] ?? end.status;
    if (end.exitCode !== undefined) host.exit_code = end.exitCode;
  }

  async finishStep(end: StepRef & Ending): Promise<void> {
    await this.#rules.finishStep(end);
    Object.assign(this.#step(end), { status: words[end.status] ?? end.status, finishedAt: end.at });
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await this.#rules.finishExecution(end);
    Object.assign(this.#execution(end), { status: words[end.status] ?? end.status, finishedAt: end.at });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #execution({ execution }: ExecutionRef): ExecutionRow {
    const row = this.executions.get(execution);
    if (!row) throw new LogError('notFound', execution);
    return row;
  }

  #step(ref: StepRef): StepRow {
    const step = this.steps.get(keyOf(ref));
    if (!step) throw new LogError('notFound', ref.step);
    return step;
  }

  #host(ref: HostRef) {
    const host = this.#step(ref).hosts.find(({ host_id: id }) => id === ref.host);
    if (!host) throw new LogError('notFound', ref.host);
    return host;
  }
}

function keyOf({ execution, step }: StepRef): string {
  return JSON.stringify([execution, step]);
}

/** The ids that a system gave, by the names under which a test wrote. */
export interface Renaming {
  readonly executions: ReadonlyMap<string, { readonly id: string | number | bigint }>;
  readonly steps: ReadonlyMap<string, { readonly id: string | number | bigint }>;
}

/** Calls executions and steps by the names under which a test wrote them: the system has ids of its own. */
export function renamed(source: LogSource, { executions, steps }: Renaming): LogSource {
  const execution = (name: string) => String(executions.get(name)?.id ?? name);
  const theirs = <T extends Partial<LogScope>>(query: T): T => {
    const { execution: own, step } = query;
    if (own === undefined) return query;
    const id = step === undefined ? undefined : String(steps.get(keyOf({ execution: own, step }))?.id ?? step);
    return { ...query, execution: execution(own), ...(id !== undefined && { step: id }) };
  };
  const nameOf = (id: string) => [...executions].find(([, row]) => String(row.id) === id)?.[0] ?? id;
  const stepName = (id: string) => {
    const key = [...steps].find(([, row]) => String(row.id) === id)?.[0];
    return key === undefined ? id : ((JSON.parse(key) as string[])[1] ?? id);
  };
  const page = (read: LogPage): LogPage => ({
    ...read,
    lines: { ...read.lines, origins: read.lines.origins.map((origin) => ({ ...origin, step: stepName(origin.step) })) },
  });
  return {
    capabilities: source.capabilities,
    async listExecutions(query, options) {
      const list = await source.listExecutions(query, options);
      return { ...list, executions: list.executions.map((one) => ({ ...one, id: nameOf(one.id) })) };
    },
    async getExecution(ref, options) {
      const found = await source.getExecution(theirs(ref), options);
      return { ...found, id: nameOf(found.id), steps: found.steps.map((step) => ({ ...step, id: stepName(step.id) })) };
    },
    async getStepResult(query, options) {
      const result = await source.getStepResult(theirs(query), options);
      return { ...result, step: { ...result.step, id: stepName(result.step.id) } };
    },
    readLog: async (query, options) => page(await source.readLog(theirs(query), options)),
    async *tailLog(query, options) {
      for await (const one of source.tailLog(theirs(query), options)) yield page(one);
    },
    watch: (query, options) => watchRenamed(source, theirs(query), { nameOf, stepName }, options),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

async function* watchRenamed(
  source: LogSource,
  query: Partial<LogScope>,
  { nameOf, stepName }: { nameOf: (id: string) => string; stepName: (id: string) => string },
  options?: CallOptions,
): AsyncGenerator<Change, void> {
  for await (const change of source.watch(query, options))
    yield {
      ...change,
      execution: nameOf(change.execution),
      ...(change.step !== undefined && { step: stepName(change.step) }),
    };
}
