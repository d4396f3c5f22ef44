import { abortReason } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { LogError, type ErrorCode } from '../../model/errors.ts';
import type { Api } from '../api.ts';
import { openEventStream, type StreamEvent } from '../eventStream.ts';
import { askedToWait, errorOnWire } from '../httpErrors.ts';

/** How long broken streams are put up with; milliseconds. */
export interface StreamPatience {
  /** From the first failure until giving up. */
  readonly patience: number;
  /** Without a byte until a stream counts as broken: 2.5 heartbeats. */
  readonly silence: number;
  /** Between two questions while streams cannot be had. */
  readonly polling: number;
}

/** Breaks that may pass by themselves. */
const passing: ReadonlySet<ErrorCode> = new Set(['unavailable', 'throttled']);

/** The events of a stream of ours, opened with what proves who is asking. Throws what an `error` event tells. */
export async function* openStream(
  api: Api,
  url: URL,
  events: readonly string[],
  silence: number,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  const headers = await api.authorization();
  const named = [...events, 'open', 'heartbeat'];
  for await (const event of openEventStream(url, { events: named, headers, silence, signal, fetch: api.fetch })) {
    if (event.event === 'error') throw errorIn(event.data);
    yield event;
  }
}

/** Attempts to keep one stream: says whether to go on after a failure, and waits before the next attempt. */
export class Attempts {
  readonly #patience: number;
  readonly #backoff = new Backoff({ first: 1_000, longest: 30_000 });
  #failing: number | undefined;

  constructor(patience: number) {
    this.#patience = patience;
  }

  succeeded(): void {
    this.#failing = undefined;
    this.#backoff.reset();
  }

  /**
   * How long to wait before trying again, in milliseconds, and until when since the epoch. Throws the failure when
   * trying again is no use, or took too long.
   */
  failed(failure: unknown, signal: AbortSignal): { pause: number; at: number; why: string } {
    if (signal.aborted) throw abortReason(signal);
    if (!(failure instanceof LogError) || !passing.has(failure.code)) throw failure;
    const now = Date.now();
    this.#failing ??= now;
    if (now - this.#failing >= this.#patience) throw failure;
    const pause = Math.max(this.#backoff.next(), askedToWait(failure) ?? 0);
    return { pause, at: now + pause, why: failure.message };
  }
}

/** What is said in an event's data, as JSON. */
export function dataOf({ data, event }: StreamEvent): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch (error) {
    throw new LogError('unavailable', `The service sent an event "${event}" that is damaged.`, { cause: error });
  }
}

function errorIn(data: string): LogError {
  try {
    const error = errorOnWire(JSON.parse(data));
    if (error) return error;
  } catch {
    // What it is about stays unknown.
  }
  return new LogError('unavailable', 'The service broke the stream off.');
}
