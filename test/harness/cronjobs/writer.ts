import { lineText } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { ExecutionRef } from '../../../src/model/execution.ts';
import { levels, type Level } from '../../../src/model/line.ts';
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
import type { Status } from '../../../src/model/status.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import type { CronTables, HostRow, RunRow, StepRow } from './tables.ts';

const statusWords: Readonly<Partial<Record<Status, string>>> = { succeeded: 'completed' };
const levelWords: Readonly<Partial<Record<Level, string>>> = {
  ...{ trace: 'DEBUG', debug: 'DEBUG', warn: 'WARNING', error: 'ERROR', fatal: 'CRITICAL' },
};

/** Writes what a test says to a sink as a service of ours tells it in this dialect: with steps, and with hosts. */
export class CronJobsWriter implements LogSink {
  readonly #tables: CronTables;
  /** Knows what may be written, and what has been. */
  readonly #rules = new MemoryStore();
  readonly #written = new Map<string, number>();

  constructor(tables: CronTables) {
    this.#tables = tables;
  }

  async createExecution(about: NewExecution): Promise<void> {
    await this.#rules.createExecution(about);
    if (this.#tables.run(about.execution)) return;
    const { jobs } = this.#tables;
    const job = jobs.find(({ name }) => name === about.name) ?? this.#tables.addJob(about.name);
    const { execution: id, startedAt, user } = about;
    this.#tables.addRun(job, { id, startedAt, steps: [], ...(user !== undefined && { user }) });
  }

  async startStep(start: StepStart): Promise<void> {
    await this.#rules.startStep(start);
    const { steps = [] } = this.#run(start);
    const known = steps.find(({ id }) => id === start.step);
    const step: StepRow = known ?? {
      ...{ id: start.step, name: start.name, order: start.order, status: start.status, hosts: [] },
      ...{ started_at: start.status === 'running' ? this.#tables.time(start.at) : null, completed_at: null },
    };
    if (!known) steps.push(step);
    if (step.status === 'pending') step.status = start.status;
    for (const { id, name } of start.hosts)
      if (!step.hosts.some((host) => host.id === id)) step.hosts.push({ id, name, status: 'pending' });
  }

  async startHost(host: HostRef & { readonly at: number }): Promise<void> {
    await this.#rules.startHost(host);
    this.#host(host).status = 'running';
  }

  async append(batch: Append): Promise<void> {
    await this.#rules.append(batch);
    const key = JSON.stringify([batch.execution, batch.step, batch.host]);
    const known = this.#written.get(key) ?? 0;
    const { lines, firstNumber, step, host } = batch;
    const run = this.#run(batch);
    for (let i = Math.max(0, known + 1 - firstNumber); i < lines.count; i++) {
      const time = lines.times[i] ?? Number.NaN;
      const level = levelWords[levels[lines.levels[i] ?? 0] ?? 'none'] ?? 'INFO';
      const timestamp = Number.isNaN(time) ? {} : { timestamp: this.#tables.time(time) };
      this.#tables.write(run, { message: lineText(lines, i), step, host, level, ...timestamp });
    }
    this.#written.set(key, Math.max(known, firstNumber + lines.count - 1));
  }

  async finishHost(end: HostEnd): Promise<void> {
    await this.#rules.finishHost(end);
    const host = this.#host(end);
    if (!['pending', 'running'].includes(host.status)) return;
    host.status = wordOf(end.status);
    if (end.exitCode !== undefined) host.exit_code = end.exitCode;
  }

  async finishStep(end: StepRef & Ending): Promise<void> {
    await this.#rules.finishStep(end);
    Object.assign(this.#step(end), { status: wordOf(end.status), completed_at: this.#tables.time(end.at) });
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await this.#rules.finishExecution(end);
    this.#tables.finish(this.#run(end), wordOf(end.status), end.at);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #run({ execution }: ExecutionRef): RunRow {
    return found(this.#tables.run(execution));
  }

  #step(ref: StepRef): StepRow {
    return found(this.#run(ref).steps?.find(({ id }) => id === ref.step));
  }

  #host(ref: HostRef): HostRow {
    return found(this.#step(ref).hosts.find(({ id }) => id === ref.host));
  }
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new LogError('notFound', 'This was never begun.');
  return thing;
}

function wordOf(status: Status): string {
  return statusWords[status] ?? status;
}
