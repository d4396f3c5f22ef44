export interface BackoffOptions {
  /** First pause, in milliseconds. */
  readonly first: number;
  /** Longest pause, in milliseconds. */
  readonly longest: number;
  readonly random?: () => number;
}

/** Pauses between attempts: each about twice the one before, and never the same for all who wait for the same server. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next attempt. */
  next(): number {
    const { first, longest, random = Math.random } = this.#options;
    const pause = Math.min(longest, first * 2 ** Math.min(30, this.#attempts++));
    return pause * (0.75 + random() / 2);
  }

  /** An attempt has succeeded. */
  reset(): void {
    this.#attempts = 0;
  }
}
