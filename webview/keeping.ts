/** Where the state of the view is kept while it is hidden. */
export interface Keeper {
  readonly kept: unknown;
  keep(state: unknown): void;
}

/** Long enough that scrolling does not keep each step of the way. */
const pause = 150;

/** Keeps the state of the view shortly after it changed. */
export class Keeping {
  readonly #keep: () => void;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(keep: () => void) {
    this.#keep = keep;
  }

  changed(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(this.#keep, pause);
  }

  /** Forgets what was to be kept; what changes later is kept again. */
  stop(): void {
    clearTimeout(this.#soon);
  }
}
