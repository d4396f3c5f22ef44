import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import { CheckpointWriter } from '../harness/checkpointWriter.ts';

const execution = 'demo/CreateNewCluster';
const hosts = ['node1', 'node2'].map((name) => ({ id: name, name }));

/** A kubexm that makes a cluster of two nodes, and keeps a checkpoint while it does. */
export class ClusterRun implements AsyncDisposable {
  readonly #folder: string;
  readonly #writer: CheckpointWriter;
  #order = 0;
  /** Lines that were said so far, by step and host. */
  readonly #said = new Map<string, number>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#writer = new CheckpointWriter(folder);
  }

  static async begin(folder: string): Promise<ClusterRun> {
    const run = new ClusterRun(folder);
    await run.#writer.createExecution({ execution, name: 'CreateNewCluster', startedAt: Date.now() });
    return run;
  }

  async beginStep(step: string): Promise<void> {
    const at = Date.now();
    const start = { execution, step, at };
    await this.#writer.startStep({ ...start, name: step, order: ++this.#order, status: 'running', hosts });
    for (const { id: host } of hosts) await this.#writer.startHost({ ...start, host });
  }

  async say(step: string, host: string, ...texts: readonly string[]): Promise<void> {
    const lines = new LineColumnsBuilder();
    for (const text of texts) lines.add({ text });
    const key = `${step} ${host}`;
    const said = this.#said.get(key) ?? 0;
    this.#said.set(key, said + texts.length);
    await this.#writer.append({ execution, step, host, firstNumber: said + 1, lines: lines.build() });
  }

  async endStep(step: string): Promise<void> {
    const end = { execution, step, status: 'succeeded', at: Date.now() } as const;
    for (const { id: host } of hosts) await this.#writer.finishHost({ ...end, host });
    await this.#writer.finishStep(end);
  }

  /** All went well: nothing is kept. */
  async deleteCheckpoint(): Promise<void> {
    await rm(join(this.#folder, `${execution}.checkpoint.json`));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#writer[Symbol.asyncDispose]();
  }
}
