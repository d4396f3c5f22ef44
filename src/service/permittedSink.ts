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
import type { Visibility } from './visibility.ts';

/** A sink that takes only what a token may write; the real one is opened when something may. */
export class PermittedSink implements LogSink {
  readonly #open: () => Promise<LogSink>;
  readonly #visible: Visibility;

  constructor(open: () => Promise<LogSink>, visible: Visibility) {
    this.#open = open;
    this.#visible = visible;
  }

  async createExecution(about: NewExecution): Promise<void> {
    await this.#visible.checkNew(about);
    await (await this.#open()).createExecution(about);
  }

  async startStep(step: StepStart): Promise<void> {
    await (await this.#sinkOf(step)).startStep(step);
  }

  async startHost(host: HostRef & { readonly at: number }): Promise<void> {
    await (await this.#sinkOf(host)).startHost(host);
  }

  async append(batch: Append): Promise<void> {
    await (await this.#sinkOf(batch)).append(batch);
  }

  async metric(metric: NewMetric): Promise<void> {
    const sink = await this.#sinkOf(metric);
    if (!sink.metric) throw new LogError('invalidRequest', 'No metrics can be recorded here.');
    await sink.metric(metric);
  }

  async finishHost(end: HostEnd): Promise<void> {
    await (await this.#sinkOf(end)).finishHost(end);
  }

  async finishStep(end: StepRef & Ending): Promise<void> {
    await (await this.#sinkOf(end)).finishStep(end);
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await (await this.#sinkOf(end)).finishExecution(end);
  }

  /** The sink belongs to who opened it. */
  async [Symbol.asyncDispose](): Promise<void> {}

  async #sinkOf({ execution }: ExecutionRef): Promise<LogSink> {
    await this.#visible.check(execution);
    return this.#open();
  }
}
