import { News } from '../../base/news.ts';

const pollMilliseconds = 25;
/** Writers may fall silent, which changes nothing in the store: whoever waits looks again now and then. */
const lookEveryPolls = 40;

/** News of a store that other processes write to, asked for only while somebody waits. */
export class Poller {
  readonly #news = new News();
  readonly #stamp: () => unknown;
  #last: unknown;
  #timer: NodeJS.Timeout | undefined;
  #polls = 0;

  /** `stamp` must give another value once the store has changed. */
  constructor(stamp: () => unknown) {
    this.#stamp = stamp;
  }

  get waiting(): number {
    return this.#news.waiting;
  }

  get mark(): number {
    return this.#news.mark;
  }

  /** Resolves when there may be news since `mark`; rejects with the signal's reason, or when closed. */
  async since(mark: number, signal?: AbortSignal): Promise<void> {
    this.#timer ??= setInterval(() => this.#poll(), pollMilliseconds);
    try {
      await this.#news.since(mark, signal);
    } finally {
      if (this.#news.waiting === 0) this.#rest();
    }
  }

  close(reason: Error): void {
    this.#rest();
    this.#news.close(reason);
  }

  #rest(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #poll(): void {
    const now = this.#stamp();
    const changed = now !== this.#last;
    this.#last = now;
    if (changed || ++this.#polls % lookEveryPolls === 0) this.#news.tell();
  }
}
