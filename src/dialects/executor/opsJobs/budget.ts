import { delay } from '../../../base/abort.ts';
import { LogError } from '../../../model/errors.ts';
import type { Pace } from './pace.ts';

const hour = 3_600_000;
const requestsOfPoll = 4;

/** Counts requests over the last hour, so that the system never has to refuse its user. */
export class Budget {
  readonly #pace: Pace;
  readonly #now: () => number;
  #sent: number[] = [];
  #blockedUntil = 0;

  constructor(pace: Pace, now: () => number = Date.now) {
    this.#pace = pace;
    this.#now = now;
  }

  get left(): number {
    this.#forget();
    return Math.max(0, this.#pace.requests - this.#sent.length);
  }

  /**
   * Milliseconds between two polls: at first short, for most runs are; later so long that what is left lasts until
   * the first requests are an hour old, less a tenth of all for what people ask for themselves.
   */
  get cadence(): number {
    const { requests, cadence } = this.#pace;
    const { left } = this;
    if (left > requests * 0.75) return Math.max(cadence, this.#wait());
    if (left > requests * 0.5) return Math.max(2 * cadence, this.#wait());
    const renewed = (this.#sent[0] ?? 0) + hour - this.#now();
    const polls = Math.max(1, (left - requests / 10) / requestsOfPoll);
    return Math.max(4 * cadence, renewed / polls, this.#wait());
  }

  /** Counts one request, after waiting for its turn; throws throttled, with the time, when that takes too long. */
  async take(signal?: AbortSignal): Promise<void> {
    const now = this.#now();
    const wait = this.#wait(now);
    if (wait > this.#pace.longestWait) throw this.#refusal(wait, now);
    if (wait > 0) await delay(wait, signal);
    this.#sent.push(this.#now());
  }

  /** The system itself has refused: nothing is sent before `milliseconds` have passed. */
  block(milliseconds: number): void {
    this.#blockedUntil = Math.max(this.#blockedUntil, this.#now() + milliseconds);
  }

  #wait(now = this.#now()): number {
    this.#forget();
    const oldest = this.#sent[this.#sent.length - this.#pace.requests];
    const free = oldest === undefined ? 0 : oldest + hour - now;
    return Math.max(0, free, this.#blockedUntil - now);
  }

  #forget(): void {
    const since = this.#now() - hour;
    let old = 0;
    while ((this.#sent[old] ?? Infinity) <= since) old++;
    if (old > 0) this.#sent = this.#sent.slice(old);
  }

  #refusal(wait: number, now: number): LogError {
    const at = new Date(now + wait).toISOString().slice(11, 19);
    const why =
      this.#blockedUntil - now >= wait
        ? 'The system takes no more requests from this user for now'
        : `This connection has sent the ${this.#pace.requests} requests that it allows itself in an hour`;
    return new LogError('throttled', `${why}. The next one can be sent at ${at} UTC, in ${words(wait)}.`, {
      cause: { retryAfter: wait },
    });
  }
}

function words(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1_000);
  return seconds < 120 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}
