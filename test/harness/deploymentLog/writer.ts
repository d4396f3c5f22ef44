import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lineText } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { ExecutionRef } from '../../../src/model/execution.ts';
import { streams } from '../../../src/model/line.ts';
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

const words: Readonly<Partial<Record<Status, string>>> = {
  succeeded: 'success',
  cancelled: 'aborted',
  timedOut: 'timeout',
};

interface HostRow {
  readonly name: string;
  status: string;
  exit_code?: number;
}

interface StepRow {
  readonly id: number;
  readonly order: number;
  readonly step_name: string;
  status: string;
  readonly hosts: HostRow[];
  readonly commands: object[];
  timestamp: string;
}

interface FileRow {
  readonly id: string;
  readonly about: object;
  status: string;
  ended?: number;
  readonly steps: StepRow[];
}

/** Writes files as deployment logs are written, every time as a whole: what is appended is the output of a command. */
export class DeploymentWriter implements LogSink {
  readonly #folder: string;
  /** Knows what may be written, and what has been. */
  readonly #rules = new MemoryStore();
  readonly #written = new Map<string, number>();
  #clock = 0;
  readonly executions = new Map<string, FileRow>();
  readonly steps = new Map<string, StepRow>();

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  async createExecution(about: NewExecution): Promise<void> {
    await this.#rules.createExecution(about);
    if (this.executions.has(about.execution)) return;
    const { name, user, startedAt } = about;
    const time = localTime(startedAt).slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_');
    const file: FileRow = {
      id: `deploy_${about.execution}_${time}`,
      about: { version: '2.0', mode: 'orchestrator', repo_url: name, user, start_time: localTime(startedAt) },
      status: 'running',
      steps: [],
    };
    this.executions.set(about.execution, file);
    this.#write(file);
  }

  async startStep(start: StepStart): Promise<void> {
    await this.#rules.startStep(start);
    const file = this.#file(start);
    const key = keyOf(start);
    const known = this.steps.get(key);
    const step = known ?? {
      ...{ id: this.steps.size + 1, order: start.order, step_name: start.name, status: start.status },
      ...{ hosts: [], commands: [], timestamp: localTime(start.at) },
    };
    if (!known) file.steps.push(step);
    this.steps.set(key, step);
    if (step.status === 'pending') step.status = start.status;
    for (const { id: name } of start.hosts)
      if (!step.hosts.some((host) => host.name === name)) step.hosts.push({ name, status: 'pending' });
    this.#write(file);
  }

  async startHost(host: HostRef & { readonly at: number }): Promise<void> {
    await this.#rules.startHost(host);
    this.#host(host).status = 'running';
    this.#write(this.#file(host));
  }

  async append(batch: Append): Promise<void> {
    await this.#rules.append(batch);
    const key = JSON.stringify([batch.execution, batch.step, batch.host]);
    const known = this.#written.get(key) ?? 0;
    const { lines, firstNumber, host } = batch;
    const { commands } = this.#step(batch);
    for (let i = Math.max(0, known + 1 - firstNumber); i < lines.count; i++) {
      const time = lines.times[i] ?? Number.NaN;
      const stream = streams[lines.streams[i] ?? 0] === 'stderr' ? 'stderr' : 'stdout';
      const output = { stdout: '', stderr: '', [stream]: `${lineText(lines, i)}\n`, [`${stream}_length`]: 0 };
      // A command has a time always: it is its place among those of other steps.
      this.#clock = Math.max(Date.now(), this.#clock + 1);
      const timestamp = localTime(Number.isNaN(time) ? this.#clock : time);
      commands.push({ command: '', success: true, exit_code: 0, ...output, timestamp, host });
    }
    this.#written.set(key, Math.max(known, firstNumber + lines.count - 1));
    this.#write(this.#file(batch));
  }

  async finishHost(end: HostEnd): Promise<void> {
    await this.#rules.finishHost(end);
    const host = this.#host(end);
    if (host.status !== 'pending' && host.status !== 'running') return;
    host.status = words[end.status] ?? end.status;
    if (end.exitCode !== undefined) host.exit_code = end.exitCode;
    this.#write(this.#file(end));
  }

  async finishStep(end: StepRef & Ending): Promise<void> {
    await this.#rules.finishStep(end);
    Object.assign(this.#step(end), { status: words[end.status] ?? end.status, timestamp: localTime(end.at) });
    this.#write(this.#file(end));
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await this.#rules.finishExecution(end);
    Object.assign(this.#file(end), { status: words[end.status] ?? end.status, ended: end.at });
    this.#write(this.#file(end));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #write({ id, about, status, ended, steps }: FileRow): void {
    const ordered = steps.toSorted((one, other) => one.order - other.order);
    const file = {
      ...about,
      end_time: ended === undefined ? null : localTime(ended),
      status,
      plan: { steps: ordered.map(({ id: stepId, step_name: name }) => ({ id: stepId, name })) },
      steps: steps.map(({ id: stepId, order: _, ...step }) => ({ step_id: stepId, ...step })),
    };
    const path = join(this.#folder, `${id}.json`);
    writeFileSync(`${path}.tmp`, JSON.stringify(file));
    renameSync(`${path}.tmp`, path);
  }

  #file({ execution }: ExecutionRef): FileRow {
    const file = this.executions.get(execution);
    if (!file) throw new LogError('notFound', execution);
    return file;
  }

  #step(ref: StepRef): StepRow {
    const step = this.steps.get(keyOf(ref));
    if (!step) throw new LogError('notFound', ref.step);
    return step;
  }

  #host(ref: HostRef): HostRow {
    const host = this.#step(ref).hosts.find(({ name }) => name === ref.host);
    if (!host) throw new LogError('notFound', ref.host);
    return host;
  }
}

function keyOf({ execution, step }: StepRef): string {
  return JSON.stringify([execution, step]);
}

/** Local time without an offset, with what a millisecond has besides. */
function localTime(time: number): string {
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, -1);
}
