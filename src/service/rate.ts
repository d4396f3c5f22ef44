import { LogError } from '../model/errors.ts';

interface Bucket {
  left: number;
  at: number;
}

/** How many requests each caller may make: so many a second on average, and as many again at once. */
export class Rate {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Throws throttled when `caller` asks too often. */
  take(caller: string, now = performance.now()): void {
    const most = this.#perSecond * 2;
    let bucket = this.#buckets.get(caller);
    if (!bucket) this.#buckets.set(caller, (bucket = { left: most, at: now }));
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    if (bucket.left < 1) throw new LogError('throttled', 'These are more requests than are allowed here.');
    bucket.left--;
  }
}
