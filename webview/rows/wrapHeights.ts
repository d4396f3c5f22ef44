import type { RowPool } from './rowPool.ts';
import type { Heights } from './viewport.ts';

/** Rows measured at once, so that one layout serves them all. */
const together = 12;
const mostRemembered = 4_000;

/** Heights of wrapped rows, measured when asked for and remembered as long as the row stays as it is. */
export class WrapHeights implements Heights {
  readonly uniform = undefined;
  readonly #pool: RowPool;
  readonly #extent: () => { readonly first: number; readonly end: number };
  readonly #heights = new Map<number, number>();

  constructor(pool: RowPool, extent: () => { readonly first: number; readonly end: number }) {
    this.#pool = pool;
    this.#extent = extent;
  }

  of(row: number): number {
    return this.#heights.get(row) ?? this.#measure(row);
  }

  /** Rows may look different now. */
  forget(): void {
    this.#heights.clear();
  }

  #measure(row: number): number {
    if (this.#heights.size > mostRemembered) this.#heights.clear();
    const { first, end } = this.#extent();
    const from = Math.max(first, row - together);
    const to = Math.min(end, row + together);
    const elements = [];
    for (let near = from; near < to; near++)
      if (!this.#heights.has(near)) elements.push({ near, element: this.#pool.ensure(near) });
    for (const { near, element } of elements) this.#heights.set(near, element.root.offsetHeight);
    return this.#heights.get(row) ?? 0;
  }
}
