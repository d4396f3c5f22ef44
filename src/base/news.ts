import { abortReason, onAbort } from './abort.ts';

/**
 * Tells waiters that something may have changed. A waiter takes a mark before it looks, so that nothing that
 * happens between its look and its wait is missed.
 */
export class News {
  #mark = 0;
  readonly #waiting = new Set<() => void>();
  #closed: Error | undefined;

  get mark(): number {
    return this.#mark;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  tell(): void {
    this.#mark++;
    this.#wake();
  }

  /** Everyone who waits, or comes to wait, gets `reason`. */
  close(reason: Error): void {
    this.#closed = reason;
    this.#wake();
  }

  /** Resolves when there is news since `mark`; rejects with the signal's reason, or when closed. */
  async since(mark: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) throw abortReason(signal);
    if (this.#mark === mark && !this.#closed) await this.#next(signal);
    if (signal?.aborted) throw abortReason(signal);
    if (this.#closed) throw this.#closed;
  }

  #next(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        forget();
        resolve();
      };
      this.#waiting.add(wake);
      const forget = onAbort(signal, wake);
    });
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
