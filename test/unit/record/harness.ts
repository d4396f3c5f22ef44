import { linesOf } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { LogLine } from '../../../src/model/line.ts';
import type { LogSink } from '../../../src/model/sink.ts';
import type { LogSource } from '../../../src/model/source.ts';
import type { Stop } from '../../../src/record/stop.ts';

export const goOn: Stop = { ask: new AbortController().signal, kill: new AbortController().signal };

/** All lines of an execution, a step or a host. */
export async function allLines(
  source: LogSource,
  scope: { execution: string; step?: string; host?: string },
): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const page of source.tailLog({ ...scope, position: { at: 'start' } })) lines.push(...linesOf(page.lines));
  return lines;
}

/** A sink whose disk can be full, or slow. */
export class TroubledSink implements LogSink {
  failure: LogError | undefined;
  /** Appends begun so far. */
  appends = 0;
  /** Appends wait for this. */
  gate: Promise<unknown> = Promise.resolve();
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    this.#sink = sink;
  }

  createExecution: LogSink['createExecution'] = (call) => this.#pass(() => this.#sink.createExecution(call));
  startStep: LogSink['startStep'] = (call) => this.#pass(() => this.#sink.startStep(call));
  startHost: LogSink['startHost'] = (call) => this.#pass(() => this.#sink.startHost(call));
  finishHost: LogSink['finishHost'] = (call) => this.#pass(() => this.#sink.finishHost(call));
  finishStep: LogSink['finishStep'] = (call) => this.#pass(() => this.#sink.finishStep(call));
  finishExecution: LogSink['finishExecution'] = (call) => this.#pass(() => this.#sink.finishExecution(call));

  append: LogSink['append'] = async (call) => {
    this.appends++;
    await this.gate;
    await this.#pass(() => this.#sink.append(call));
  };

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sink[Symbol.asyncDispose]();
  }

  async #pass(call: () => Promise<void>): Promise<void> {
    if (this.failure) throw this.failure;
    await call();
  }
}

export const diskFull = new LogError('unavailable', 'The disk is full. Make room.');
