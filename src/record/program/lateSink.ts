import type { LogSink } from '../../model/sink.ts';

/** A sink that need not be there yet: each call opens it as long as it is not open, and fails as that does. */
export class LateSink implements LogSink {
  readonly #open: () => Promise<LogSink>;
  #opening: Promise<LogSink> | undefined;

  constructor(open: () => Promise<LogSink>) {
    this.#open = open;
  }

  createExecution: LogSink['createExecution'] = async (call) => (await this.opened()).createExecution(call);
  startStep: LogSink['startStep'] = async (call) => (await this.opened()).startStep(call);
  startHost: LogSink['startHost'] = async (call) => (await this.opened()).startHost(call);
  append: LogSink['append'] = async (call) => (await this.opened()).append(call);
  metric: NonNullable<LogSink['metric']> = async (call) => (await this.opened()).metric?.(call);
  finishHost: LogSink['finishHost'] = async (call) => (await this.opened()).finishHost(call);
  finishStep: LogSink['finishStep'] = async (call) => (await this.opened()).finishStep(call);
  finishExecution: LogSink['finishExecution'] = async (call) => (await this.opened()).finishExecution(call);

  /** Opens it unless it is open. */
  opened(): Promise<LogSink> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const sink = await this.#opening?.catch(() => undefined);
    await sink?.[Symbol.asyncDispose]();
  }
}
