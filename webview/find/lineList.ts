/** Ascending line numbers, as many as there may be, four bytes each. */
export class LineList {
  #values = new Uint32Array(256);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get values(): Uint32Array {
    return this.#values.subarray(0, this.#length);
  }

  at(index: number): number | undefined {
    return index < this.#length ? this.#values[index] : undefined;
  }

  addAll(lines: ArrayLike<number>): void {
    const length = this.#length + lines.length;
    if (length > this.#values.length) {
      const grown = new Uint32Array(Math.max(length, this.#values.length * 2));
      grown.set(this.values);
      this.#values = grown;
    }
    this.#values.set(lines, this.#length);
    this.#length = length;
  }

  /** Index of the first line that is at least `line`. */
  indexFrom(line: number): number {
    return firstAtLeast(this.values, line);
  }
}

/** Index of the first of ascending values that is at least `value`. */
export function firstAtLeast(values: ArrayLike<number>, value: number, from = 0): number {
  let low = from;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
