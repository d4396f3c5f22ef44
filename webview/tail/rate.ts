/** Lines per second over the last few seconds. */
export class Rate {
  readonly #now: () => number;
  #counts: { readonly at: number; readonly lines: number }[] = [];

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  count(lines: number): void {
    this.#counts.push({ at: this.#now(), lines });
    this.#forget();
  }

  get perSecond(): number {
    this.#forget();
    let lines = 0;
    for (const count of this.#counts) lines += count.lines;
    return lines / (span / 1000);
  }

  #forget(): void {
    const since = this.#now() - span;
    let gone = 0;
    while (gone < this.#counts.length && (this.#counts[gone]?.at ?? 0) < since) gone++;
    if (gone > 0) this.#counts = this.#counts.slice(gone);
  }
}

const span = 3_000;
