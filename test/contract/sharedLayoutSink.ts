import { knownLines } from '../../src/base/appendRange.ts';
import { levels, streams, type LineColumns } from '../../src/model/line.ts';
import { LogError } from '../../src/model/errors.ts';
import type { ExecutionRef } from '../../src/model/execution.ts';
import type {
  Append,
  Ending,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  StepRef,
  StepStart,
} from '../../src/model/sink.ts';
import { isFinished, type Status } from '../../src/model/status.ts';
import type { Argument, Command, RedisConnection } from '../../src/sources/redis/connection.ts';
import { massInsert } from '../harness/massInsert.ts';

interface HostWritten {
  readonly id: string;
  readonly name: string;
  readonly address: string | undefined;
  readonly task: string;
  status: Status;
  startedAt: number | undefined;
  lines: number;
}

interface StepWritten {
  readonly name: string;
  readonly order: number;
  readonly hosts: Map<string, HostWritten>;
  status: Status;
}

interface ExecutionWritten {
  readonly about: NewExecution;
  readonly steps: Map<string, StepWritten>;
  status: Status;
}

type Fields = Record<string, Argument>;

const words: Readonly<Partial<Record<Status, string>>> = { succeeded: 'success', timedOut: 'timeout' };

/**
 * Writes what two systems write into the streams they share: a server entries that say all, agents entries that say
 * little but a task's id, in turns, with lines of other executions between them; and reports of tasks. What neither
 * can say is not written. Lines that the layout cannot number are kept from being repeated here.
 */
export class SharedLayoutSink implements LogSink {
  readonly #redis: RedisConnection;
  readonly #logs: string;
  readonly #results: string;
  readonly #executions = new Map<string, ExecutionWritten>();
  #lines = 0;
  #tasks = 0;

  constructor(redis: RedisConnection, logs: string, results: string) {
    this.#redis = redis;
    this.#logs = logs;
    this.#results = results;
  }

  async createExecution(about: NewExecution): Promise<void> {
    if (this.#executions.has(about.execution)) return;
    this.#executions.set(about.execution, { about, steps: new Map(), status: 'running' });
    await this.#report(about, { status: 'running', started_at: seconds(about.startedAt) });
  }

  async startStep(start: StepStart): Promise<void> {
    const { steps } = this.#execution(start);
    const step = steps.get(start.step) ?? {
      name: start.name,
      order: start.order,
      hosts: new Map(),
      status: start.status,
    };
    steps.set(start.step, step);
    for (const { id, name, address } of start.hosts) {
      if (step.hosts.has(id)) continue;
      const task = `${start.execution}_${start.step}_${id}_${(this.#tasks++).toString(16).padStart(6, '0')}`;
      step.hosts.set(id, { id, name, address, task, status: 'pending', startedAt: undefined, lines: 0 });
      await this.#reportHost({ ...start, host: id }, { status: 'pending' });
    }
  }

  async startHost({ at, ...ref }: HostRef & { readonly at: number }): Promise<void> {
    const host = this.#host(ref);
    if (isFinished(host.status)) return;
    host.status = 'running';
    host.startedAt ??= at;
    await this.#reportHost(ref, { status: 'running' });
  }

  async append(batch: Append): Promise<void> {
    const host = this.#host(batch);
    const known = knownLines(batch.firstNumber, batch.lines.count, host.lines);
    if (known === batch.lines.count) return;
    if (this.#isEnded(batch)) throw new LogError('invalidRequest', 'This has ended.');
    host.lines = batch.firstNumber + batch.lines.count - 1;
    const commands: Command[] = [];
    for (let i = known; i < batch.lines.count; i++) commands.push(...this.#entries(batch, i));
    await massInsert(this.#redis.address.port, commands);
  }

  async finishHost({ at, exitCode, message, ...end }: HostEnd): Promise<void> {
    const host = this.#host(end);
    if (isFinished(host.status)) return;
    host.status = end.status;
    await this.#reportHost(end, {
      status: wordOf(end),
      finished_at: seconds(at),
      ...(exitCode !== undefined && { exit_code: exitCode }),
      ...(message !== undefined && { error_msg: message }),
    });
  }

  /** Nobody reports steps. */
  async finishStep(end: StepRef & Ending): Promise<void> {
    this.#step(end).status = end.status;
  }

  async finishExecution({ at, message, ...end }: ExecutionRef & Ending): Promise<void> {
    const execution = this.#execution(end);
    if (isFinished(execution.status)) return;
    execution.status = end.status;
    await this.#report(end, {
      status: wordOf(end),
      finished_at: seconds(at),
      ...(message !== undefined && { error_msg: message }),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#redis[Symbol.asyncDispose]();
  }

  #execution({ execution }: ExecutionRef): ExecutionWritten {
    return found(this.#executions.get(execution));
  }

  #step(ref: StepRef): StepWritten {
    return found(this.#execution(ref).steps.get(ref.step));
  }

  #host(ref: HostRef): HostWritten {
    return found(this.#step(ref).hosts.get(ref.host));
  }

  #isEnded(ref: HostRef): boolean {
    return [this.#execution(ref), this.#step(ref), this.#host(ref)].some(({ status }) => isFinished(status));
  }

  /** One line, and every third time one that has nothing to do with it. */
  #entries(batch: Append, index: number): Command[] {
    const number = this.#lines++;
    const bySystem = number % 2 === 0 && batch.lines.levels[index] === 0;
    const entry = bySystem ? this.#structured(batch, batch.lines, index) : this.#ofAgent(batch, batch.lines, index);
    const own = this.#add(this.#logs, { ...entry, ...batch.lines.fields?.[index] });
    return number % 3 === 1 ? [this.#foreign(number), own] : [own];
  }

  #structured(ref: HostRef, lines: LineColumns, index: number): Fields {
    const step = this.#step(ref);
    const host = this.#host(ref);
    const time = lines.times[index] ?? Number.NaN;
    return {
      timestamp: Number.isNaN(time) ? '' : new Date(time).toISOString().replace('Z', '000+00:00'),
      ...{ execution_id: ref.execution, host_id: ref.host, host_name: host.name, host_ip: host.address ?? '' },
      ...{ log_type: streams[lines.streams[index] ?? 0] ?? '', content: textOf(lines, index) },
      ...{ step_name: step.name, step_order: step.order, step_id: ref.step, agent_id: '3' },
      received_at: `${Date.now()}.8608`,
    };
  }

  #ofAgent(ref: HostRef, lines: LineColumns, index: number): Fields {
    const time = lines.times[index] ?? Number.NaN;
    const level = levels[lines.levels[index] ?? 0] ?? 'none';
    return {
      ...{ task_id: this.#host(ref).task, agent_id: '3', content: textOf(lines, index) },
      ...{ stream: streams[lines.streams[index] ?? 0] ?? '', level: level === 'none' ? '' : level },
      timestamp: Number.isNaN(time) ? '0' : time % 1_000 === 0 ? time / 1_000 : time,
      ...{ host_id: ref.host, execution_id: ref.execution },
    };
  }

  #foreign(number: number): Command {
    const execution = `foreign-${number % 5}`;
    const task = {
      task_id: `${execution}_build_alpha_ab12cd`,
      stream: 'stdout',
      level: 'info',
      timestamp: '1771588800',
    };
    const step = { step_name: 'build', step_order: '1', step_id: 'build', log_type: 'stdout' };
    const rest = { execution_id: execution, host_id: 'alpha', content: 'line of another execution', agent_id: '4' };
    return this.#add(this.#logs, { ...(number % 2 ? task : step), ...rest });
  }

  async #reportHost(ref: HostRef, fields: Fields): Promise<void> {
    const { task, startedAt } = this.#host(ref);
    const times = startedAt === undefined ? {} : { started_at: seconds(startedAt) };
    await this.#report(ref, { task_id: task, agent_id: '3', host_id: ref.host, ...times, ...fields });
  }

  async #report({ execution }: ExecutionRef, fields: Fields): Promise<void> {
    const hosts = [...this.#execution({ execution }).steps.values()].flatMap((step) => [...step.hosts.values()]);
    const count = (...some: Status[]): number => hosts.filter(({ status }) => some.includes(status)).length;
    const counts = {
      ...{ total_hosts: hosts.length, success_hosts: count('succeeded'), failed_hosts: count('failed', 'timedOut') },
      ...{ running_hosts: count('running'), pending_hosts: count('pending') },
    };
    await this.#redis.all([
      this.#add(this.#results, { execution_id: execution, ...fields, received_at: Date.now(), ...counts }),
    ]);
  }

  #add(stream: string, fields: Fields): Command {
    return ['XADD', stream, '*', ...Object.entries(fields).flat()];
  }
}

function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new LogError('notFound', 'This was never begun.');
  return thing;
}

function wordOf({ status, rawStatus }: Ending | Omit<Ending, 'at'>): string {
  return rawStatus ?? words[status] ?? status;
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1_000);
}

function textOf(lines: LineColumns, index: number): Uint8Array {
  return Buffer.from(lines.text.slice(lines.offsets[index], lines.offsets[index + 1]));
}
