import type { DeliveryState } from '../record/spool/delivery.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A reason to stop sending: somebody asked for it, or the other side stays away for too long. */
export class Leaving implements Disposable {
  readonly #leave = new AbortController();
  readonly #patience: number;
  readonly #listener = (): void => {
    this.#isAsked = true;
    this.#leave.abort(new Error('Asked to leave.'));
  };
  #isAsked = false;
  #timer: NodeJS.Timeout | undefined;

  /** `patience`: milliseconds that the other side may stay away. */
  constructor(patience: number) {
    this.#patience = patience;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  get signal(): AbortSignal {
    return this.#leave.signal;
  }

  /** Whether somebody asked for it. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** To be told how it stands. */
  changed(state: DeliveryState): void {
    clearTimeout(this.#timer);
    if (state.kind !== 'failing') return;
    this.#timer = setTimeout(() => this.#leave.abort(new Error('It stays away.')), this.#patience);
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const signal of signals) process.off(signal, this.#listener);
  }
}
