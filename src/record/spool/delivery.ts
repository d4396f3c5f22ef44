import { delay } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { LineColumnsBuilder } from '../../base/lineBatch.ts';
import { LogError, type ErrorCode } from '../../model/errors.ts';
import type { Append, LogSink } from '../../model/sink.ts';
import { carryOut, type SpooledCall } from './calls.ts';
import type { Spool, Window } from './spool.ts';

/** Failures that pass by themselves. */
const passing: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled']);

/** How it stands with what is to be delivered. */
export type DeliveryState =
  | { readonly kind: 'sending' }
  /** The other side cannot be had; it is tried again. */
  | { readonly kind: 'failing'; readonly error: LogError }
  /** The other side does not want it; trying again is no use. */
  | { readonly kind: 'refused'; readonly error: LogError }
  /** What is to be delivered cannot be read any further. */
  | { readonly kind: 'damaged'; readonly error: LogError }
  | { readonly kind: 'delivered' };

/**
 * Sends what is in a spool, in order, until all of a complete one is sent, it is refused, it cannot be read, or the
 * signal aborts.
 */
export class Delivery {
  readonly #spool: Spool;
  readonly #sink: LogSink;
  readonly #changed: (state: DeliveryState) => void;
  #state: DeliveryState = { kind: 'sending' };
  #hasArrived = false;
  #firstOutcome = Promise.withResolvers<undefined>();

  /** `changed` is told whenever it stands differently. The sink stays the caller's. */
  constructor(spool: Spool, sink: LogSink, changed: (state: DeliveryState) => void) {
    this.#spool = spool;
    this.#sink = sink;
    this.#changed = changed;
  }

  get state(): DeliveryState {
    return this.#state;
  }

  /** The other side has taken something. */
  get hasArrived(): boolean {
    return this.#hasArrived;
  }

  /** Resolves when the first attempt to send something has gone well or not. */
  get firstOutcome(): Promise<unknown> {
    return this.#firstOutcome.promise;
  }

  /** Never rejects: how it went is its state. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for (;;) {
        const window = await this.#next(signal);
        if (!window) break;
        await this.#send(window, signal);
        this.#hasArrived = true;
        await this.#spool.sent(window);
        this.#becomes({ kind: 'sending' });
      }
      this.#becomes({ kind: 'delivered' });
    } catch (error) {
      if (!signal.aborted && this.#state.kind !== 'damaged') await this.#ends('refused', LogError.from(error));
    } finally {
      this.#firstOutcome.resolve(undefined);
    }
  }

  async #next(signal: AbortSignal): Promise<Window | undefined> {
    try {
      return await this.#spool.next(signal);
    } catch (error) {
      if (!signal.aborted) await this.#ends('damaged', LogError.from(error));
      throw error;
    }
  }

  async #send(window: Window, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ first: 250, longest: 10_000 });
    for (;;) {
      try {
        await deliver(this.#sink, window.calls);
        return;
      } catch (error) {
        const failure = LogError.from(error, 'unavailable');
        if (!passing.has(failure.code)) throw failure;
        this.#becomes({ kind: 'failing', error: failure });
        await delay(backoff.next(), signal);
      }
    }
  }

  async #ends(kind: 'refused' | 'damaged', error: LogError): Promise<void> {
    // It is told even when it cannot be noted.
    await this.#spool.noteRefusal(error.message).catch(() => undefined);
    this.#becomes({ kind, error });
  }

  #becomes(state: DeliveryState): void {
    const known = this.#state.kind;
    this.#state = state;
    this.#firstOutcome.resolve(undefined);
    if (known !== state.kind) this.#changed(state);
  }
}

/** Lines of several hosts go side by side, those of one host together. */
async function deliver(sink: LogSink, calls: readonly SpooledCall[]): Promise<void> {
  const [first] = calls;
  if (first && first.call !== 'append') return carryOut(sink, first);
  const ofHosts = new Map<string, Append[]>();
  for (const { call, argument } of calls) {
    if (call !== 'append') continue;
    const key = JSON.stringify([argument.execution, argument.step, argument.host]);
    const known = ofHosts.get(key);
    if (known) known.push(argument);
    else ofHosts.set(key, [argument]);
  }
  const sent = await Promise.allSettled(ofHosts.values().map((appends) => appendAll(sink, appends)));
  const failed = sent.find((result) => result.status === 'rejected');
  if (failed) throw LogError.from(failed.reason);
}

/** Batches that follow one another become one. */
async function appendAll(sink: LogSink, appends: readonly Append[]): Promise<void> {
  let from = 0;
  for (const [i, append] of appends.entries()) {
    const next = appends[i + 1];
    if (next?.firstNumber === append.firstNumber + append.lines.count) continue;
    await sink.append(joined(appends.slice(from, i + 1), append));
    from = i + 1;
  }
}

function joined(appends: readonly Append[], last: Append): Append {
  const [first = last] = appends;
  if (appends.length < 2) return first;
  const builder = new LineColumnsBuilder();
  for (const { lines } of appends) builder.addColumns(lines, 0, lines.count);
  return { ...first, lines: builder.build() };
}
