import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { linesOf, LineBatchBuilder } from '../../src/base/lineBatch.ts';
import type { HostResult, Step } from '../../src/model/execution.ts';
import type { Append, LogSink } from '../../src/model/sink.ts';
import type { Status } from '../../src/model/status.ts';
import { MemoryStore } from '../../src/sources/memory.ts';

const words: Readonly<Partial<Record<Status, string>>> = {
  pending: 'Pending',
  running: 'Running',
  succeeded: 'Success',
  failed: 'Failed',
  skipped: 'Skipped',
};

/** Writes what it is told as kubexm does: after every call the whole state, beside the file, then in its place. */
export class CheckpointWriter implements LogSink {
  readonly #folder: string;
  /** Told after every file that was written. */
  readonly #written: (execution: string) => Promise<void>;
  readonly #store = new MemoryStore();
  readonly #stdout = new Map<string, string>();

  constructor(folder: string, written: (execution: string) => Promise<void> = () => Promise.resolve()) {
    this.#folder = folder;
    this.#written = written;
  }

  createExecution: LogSink['createExecution'] = (call) => this.#then(call, this.#store.createExecution(call));
  startStep: LogSink['startStep'] = (call) => this.#then(call, this.#store.startStep(call));
  startHost: LogSink['startHost'] = (call) => this.#then(call, this.#store.startHost(call));
  finishHost: LogSink['finishHost'] = (call) => this.#then(call, this.#store.finishHost(call));
  finishStep: LogSink['finishStep'] = (call) => this.#then(call, this.#store.finishStep(call));
  finishExecution: LogSink['finishExecution'] = (call) => this.#then(call, this.#store.finishExecution(call));

  async append(batch: Append): Promise<void> {
    const { lines: held = 0 } = await this.#host(batch);
    await this.#store.append(batch);
    const { firstNumber, lines } = batch;
    const origin = { ...batch, pointerPrefix: '' };
    const seen = Math.max(0, held + 1 - firstNumber);
    const added = new LineBatchBuilder().addColumns(origin, 1, lines, Math.min(seen, lines.count), lines.count);
    let text = '';
    for (const line of linesOf(added.build())) text += `${line.text}\n`;
    const key = JSON.stringify([batch.execution, batch.step, batch.host]);
    this.#stdout.set(key, (this.#stdout.get(key) ?? '') + text);
    await this.#then(batch, Promise.resolve());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]();
  }

  async #host({ execution, step, host }: Append): Promise<HostResult> {
    const { hosts } = await this.#store
      .getStepResult({ execution, step, limit: 100_000 })
      .catch(() => ({ hosts: [] as HostResult[] }));
    return hosts.find(({ id }) => id === host) ?? { id: host, name: host, status: 'unknown' };
  }

  async #then({ execution }: { readonly execution: string }, done: Promise<void>): Promise<void> {
    await done;
    await this.#write(execution);
    await this.#written(execution);
  }

  async #write(execution: string): Promise<void> {
    const { name, createdAt, status, message, steps } = await this.#store.getExecution({ execution });
    const nodes: Record<string, unknown> = {};
    // Nodes have no order of their own: who began earlier is earlier.
    const begun = (step: Step) => (createdAt ?? 0) + step.order;
    for (const step of steps.toReversed()) nodes[step.id] = await this.#node(execution, step, begun(step));
    const file = join(this.#folder, `${execution}.checkpoint.json`);
    mkdirSync(dirname(file), { recursive: true });
    const state = {
      version: 1,
      clusterName: 'demo',
      pipelineName: name,
      graphName: name,
      createdAt: time(createdAt),
      updatedAt: time(Date.now()),
      nodeStates: nodes,
      status: words[status] ?? status,
      ...(message !== undefined && { message }),
      resumeCount: 0,
    };
    writeFileSync(`${file}.tmp`, JSON.stringify(state, undefined, 2));
    renameSync(`${file}.tmp`, file);
  }

  async #node(execution: string, step: Step, begun: number): Promise<unknown> {
    const { hosts } = await this.#store.getStepResult({ execution, step: step.id, limit: 100_000 });
    const states = hosts.map((host) => [host.id, this.#hostState(execution, step.id, host)] as const);
    return {
      status: words[step.status] ?? step.status,
      startedAt: time(step.status === 'pending' ? undefined : begun),
      completedAt: time(step.endedAt),
      hostStates: Object.fromEntries(states),
    };
  }

  #hostState(execution: string, step: string, host: HostResult): unknown {
    const stdout = this.#stdout.get(JSON.stringify([execution, step, host.id]));
    return {
      status: words[host.status] ?? host.status,
      ...(host.exitCode ? { message: `Run failed: exit status ${host.exitCode}` } : {}),
      ...(stdout !== undefined && { stdout }),
      startTime: time(host.startedAt),
      endTime: time(host.endedAt),
    };
  }
}

/** Go's zero time stands for none. */
function time(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '0001-01-01T00:00:00Z' : new Date(milliseconds).toISOString();
}
