import { LogError } from '../model/errors.ts';
import type { LogSink } from '../model/sink.ts';
import type { LogSource } from '../model/source.ts';
import { HeldSink } from './heldSink.ts';
import type { Metrics } from './metrics.ts';

export interface SinksOptions {
  /** Where what was recorded before can be looked up. */
  readonly source: LogSource;
  /** Opens a sink for one execution. */
  readonly open: () => Promise<LogSink>;
  readonly metrics?: Metrics;
  /** How long a writer may be silent before it counts as gone, in milliseconds. Default 30 s. */
  readonly silence?: number;
  /** Executions that may be written at a time. Default 1,000. */
  readonly most?: number;
  /** Executions that one caller may write at a time, so that there is room for others. Default a quarter of all. */
  readonly mostEach?: number;
}

/**
 * A sink for each execution that somebody writes over the wire. A sink says for its writer that it is there; so the
 * sink of a writer that is silent is closed, the store calls the execution interrupted, and a writer that comes back
 * takes it up again.
 */
export class Sinks implements AsyncDisposable {
  readonly #options: SinksOptions;
  readonly #silence: number;
  readonly #held = new Map<string, HeldSink>();
  /** All that may be open: who still holds one that was closed opens it again by using it. */
  readonly #open = new Set<HeldSink>();
  readonly #closing = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #closed: LogError | undefined;

  constructor(options: SinksOptions) {
    this.#options = options;
    this.#silence = options.silence ?? 30_000;
    this.#timer = setInterval(() => this.#closeSilent(), Math.max(50, this.#silence / 6)).unref();
  }

  /**
   * The execution's sink; asking for it is a sign of life. It counts for the caller who asked first. Throws throttled,
   * and what opening a sink throws.
   */
  async sinkFor(execution: string, caller?: string): Promise<LogSink> {
    if (this.#closed) throw this.#closed;
    let held = this.#held.get(execution);
    if (!held) {
      this.#checkRoom(caller);
      held = new HeldSink(execution, { ...this.#options, caller, opens: (one) => this.#opens(one) });
      this.#held.set(execution, held);
    }
    await held.begin();
    return held;
  }

  /** Resolves when all is written and closed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = new LogError('closed', 'The service is stopping.');
    clearInterval(this.#timer);
    for (const held of this.#open) this.#close(held);
    await Promise.all(this.#closing);
  }

  #checkRoom(caller: string | undefined): void {
    const { most = 1_000, mostEach = Math.ceil(most / 4) } = this.#options;
    if (this.#held.size >= most) throw new LogError('throttled', 'Too many executions are being written at a time.');
    if (caller === undefined) return;
    let own = 0;
    for (const held of this.#held.values()) if (held.caller === caller) own++;
    if (own >= mostEach)
      throw new LogError('throttled', `This token writes ${own} executions at a time already. Finish some first.`);
  }

  #opens(held: HeldSink): void {
    if (this.#closed) throw this.#closed;
    this.#open.add(held);
  }

  #closeSilent(): void {
    const now = performance.now();
    for (const held of this.#open) if (held.isSilent(now, this.#silence)) this.#close(held);
  }

  #close(held: HeldSink): void {
    this.#open.delete(held);
    if (this.#held.get(held.execution) === held) this.#held.delete(held.execution);
    // Whoever appended was told what failed; here nobody listens any longer.
    const closing = held.close(this.#closed).catch(() => undefined);
    this.#closing.add(closing);
    void closing.then(() => this.#closing.delete(closing));
  }
}
