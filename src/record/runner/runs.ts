import { LogError } from '../../model/errors.ts';
import type { LogSink } from '../../model/sink.ts';
import type { RunEcho } from '../pipeline/pipelineRecording.ts';
import { recordPipeline, type PipelineRun } from '../recordPipeline.ts';

/** How long what runs may take to end by itself when all is stopped, in milliseconds. */
const politeness = 3_000;

const nowhere: RunEcho = {
  begins: () => undefined,
  output: () => ({ write: () => undefined }),
  ends: () => undefined,
};

export interface RunsOptions {
  /** Opens a sink for one execution. */
  readonly openSink: () => Promise<LogSink>;
  /** How many may run at a time. */
  readonly most: number;
  /** Told in words what goes wrong after a run has begun. */
  readonly report: (words: string) => void;
}

/** Pipelines that run in the background, each recorded through a sink of its own. */
export class Runs implements AsyncDisposable {
  readonly #options: RunsOptions;
  readonly #ask = new AbortController();
  readonly #kill = new AbortController();
  readonly #open = new Set<Promise<unknown>>();

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** Resolves when the execution exists. Throws throttled when too many run, and what the sink throws. */
  async start(run: PipelineRun): Promise<void> {
    this.#ask.signal.throwIfAborted();
    if (this.#open.size >= this.#options.most)
      throw new LogError(
        'throttled',
        `${this.#open.size} pipelines run, which is as many as may. Wait until one ends.`,
      );
    const begun = Promise.withResolvers<undefined>();
    let hasBegun = false;
    const begins = (): void => {
      hasBegun = true;
      begun.resolve(undefined);
    };
    const ended = this.#record(run, begins).catch((error: unknown) => {
      begun.reject(error);
      if (hasBegun) this.#options.report(`${run.execution.execution}: ${LogError.from(error).message}`);
    });
    this.#open.add(ended);
    void ended.then(() => this.#open.delete(ended));
    await begun.promise;
  }

  /** Asks all to end, then makes them; what was cut off is recorded as cancelled. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ask.abort(new LogError('closed', 'The service that ran it was stopped.'));
    const timer = setTimeout(() => this.#kill.abort(this.#ask.signal.reason), politeness);
    await Promise.all(this.#open);
    clearTimeout(timer);
  }

  async #record(run: PipelineRun, begun: () => void): Promise<void> {
    const { openSink, report } = this.#options;
    const { execution } = run.execution;
    const tell = (words: string): void => report(`${execution}: ${words}`);
    await using sink = await openSink();
    const stop = { ask: this.#ask.signal, kill: this.#kill.signal };
    const { losses } = await recordPipeline(run, sink, nowhere, stop, { report: tell, begun });
    for (const { step, host, words } of losses.lines) tell(`step ${step} on ${host}: ${words}`);
    if (losses.failure !== undefined) tell(`how it went was not recorded: ${losses.failure}`);
  }
}
