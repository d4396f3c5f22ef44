import { LogError } from '../model/errors.ts';
import type { ExecutionRef } from '../model/execution.ts';
import type {
  Append,
  Ending,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../model/sink.ts';
import type { LogSource } from '../model/source.ts';
import { isFinished } from '../model/status.ts';
import type { Metrics } from './metrics.ts';

interface Place {
  /** The name of the token that it was asked for with. */
  readonly caller: string | undefined;
  readonly source: LogSource;
  readonly open: () => Promise<LogSink>;
  readonly metrics?: Metrics;
  /** Is told whenever it opens, so that somebody closes it. */
  readonly opens: (held: HeldSink) => void;
}

/** The sink of one execution, open while its writer lives; those who hold it may go on using it after it was closed. */
export class HeldSink implements LogSink {
  readonly execution: string;
  readonly #place: Place;
  #opened: Promise<LogSink> | undefined;
  #calls = 0;
  #heardAt = performance.now();
  #finished = false;
  #ended: LogError | undefined;

  constructor(execution: string, place: Place) {
    this.execution = execution;
    this.#place = place;
  }

  /** Who asked for it first. */
  get caller(): string | undefined {
    return this.#place.caller;
  }

  /** Opens it when it is not open; a sign of life. */
  async begin(): Promise<void> {
    await this.#use(() => Promise.resolve());
  }

  isSilent(now: number, silence: number): boolean {
    return this.#calls === 0 && (this.#finished || now - this.#heardAt > silence);
  }

  /** Resolves when what was appended is written. With a reason it cannot be used any longer: calls throw that. */
  async close(forGood?: LogError): Promise<void> {
    this.#ended = forGood;
    const opened = this.#opened;
    this.#opened = undefined;
    await (await opened)?.[Symbol.asyncDispose]();
  }

  createExecution(about: NewExecution): Promise<void> {
    return this.#use((sink) => sink.createExecution(about));
  }

  startStep(step: StepStart): Promise<void> {
    return this.#use((sink) => sink.startStep(step));
  }

  startHost(host: HostRef & { readonly at: number }): Promise<void> {
    return this.#use((sink) => sink.startHost(host));
  }

  async append(batch: Append): Promise<void> {
    await this.#use((sink) => sink.append(batch));
    if (this.#place.metrics) this.#place.metrics.linesAppended += batch.lines.count;
  }

  metric(metric: NewMetric): Promise<void> {
    return this.#use(async (sink) => {
      if (!sink.metric) throw new LogError('invalidRequest', 'No metrics can be recorded here.');
      await sink.metric(metric);
    });
  }

  finishHost(end: HostEnd): Promise<void> {
    return this.#use((sink) => sink.finishHost(end));
  }

  finishStep(end: StepRef & Ending): Promise<void> {
    return this.#use((sink) => sink.finishStep(end));
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await this.#use((sink) => sink.finishExecution(end));
    this.#finished = true;
  }

  /** Others may hold it too: it closes when its writer is silent. */
  async [Symbol.asyncDispose](): Promise<void> {}

  async #use<T>(call: (sink: LogSink) => Promise<T>): Promise<T> {
    if (this.#ended) throw this.#ended;
    this.#calls++;
    this.#finished = false;
    try {
      return await call(await this.#sink());
    } finally {
      this.#calls--;
      this.#heardAt = performance.now();
    }
  }

  #sink(): Promise<LogSink> {
    if (!this.#opened) {
      this.#place.opens(this);
      const opened = this.#open();
      this.#opened = opened;
      opened.catch(() => {
        if (this.#opened === opened) this.#opened = undefined;
      });
    }
    return this.#opened;
  }

  async #open(): Promise<LogSink> {
    const sink = await this.#place.open();
    try {
      await this.#takeUp(sink);
      return sink;
    } catch (error) {
      await sink[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** An execution that was written before has a writer again. */
  async #takeUp(sink: LogSink): Promise<void> {
    const known = await this.#known();
    if (!known || (isFinished(known.status) && known.status !== 'interrupted')) return;
    const { id, name, startedAt, createdAt } = known;
    await sink.createExecution({ execution: id, name, startedAt: startedAt ?? createdAt ?? Date.now() });
  }

  async #known() {
    try {
      return await this.#place.source.getExecution({ execution: this.execution });
    } catch (error) {
      if (error instanceof LogError && error.code === 'notFound') return undefined;
      throw error;
    }
  }
}
