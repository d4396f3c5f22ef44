import { LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import type { LineColumns } from '../../src/model/line.ts';
import type { LogSink } from '../../src/model/sink.ts';
import { defaultConnection } from '../../src/sources/home.ts';
import { openSink } from '../../src/sources/open.ts';

/** A running execution of one host in the embedded store of `home`, written by this process as a recorder would. */
export class RunningLog implements AsyncDisposable {
  readonly name: string;
  readonly host: string;
  readonly #sink: LogSink;
  #next = 1;

  private constructor(sink: LogSink, name: string) {
    this.#sink = sink;
    this.name = name;
    this.host = `host of ${name}`;
  }

  static async begin(home: string, name: string): Promise<RunningLog> {
    const log = new RunningLog(await openSink(defaultConnection(home)), name);
    const at = Date.now();
    await log.#sink.createExecution({ execution: name, name, startedAt: at });
    const hosts = [{ id: 'host', name: log.host }];
    await log.#sink.startStep({ ...log.#place, name: `step of ${name}`, order: 1, status: 'running', hosts, at });
    await log.#sink.startHost({ ...log.#place, at });
    return log;
  }

  /** Many batches, several on their way at a time: a recorder's flush holds what came in meanwhile. */
  async fill(batches: readonly LineColumns[]): Promise<void> {
    for (let first = 0; first < batches.length; first += 10)
      await Promise.all(batches.slice(first, first + 10).map((lines) => this.append(lines)));
  }

  /** Resolves when the lines are durable. */
  async append(lines: LineColumns): Promise<void> {
    const firstNumber = this.#next;
    this.#next += lines.count;
    await this.#sink.append({ ...this.#place, firstNumber, lines });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const end = { ...this.#place, status: 'succeeded', at: Date.now() } as const;
    await this.#sink.finishHost(end);
    await this.#sink.finishStep(end);
    await this.#sink.finishExecution(end);
    await this.#sink[Symbol.asyncDispose]();
  }

  get #place() {
    return { execution: this.name, step: 'step', host: 'host' };
  }
}

export function columnsOf(texts: readonly string[]): LineColumns {
  const lines = new LineColumnsBuilder();
  const time = Date.now();
  for (const text of texts) lines.add({ text, time });
  return lines.build();
}
