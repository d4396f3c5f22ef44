/** Heights in CSS pixels. Where all rows are equally high `uniform` says so and `of` is never asked. */
export interface Heights {
  readonly uniform: number | undefined;
  of(row: number): number;
}

interface Extent {
  readonly first: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * Where the view stands: the row at its top and how much of that row is above the edge. There is no position in
 * pixels from the start of the log, so ten million rows are as exact as ten.
 */
export class Viewport {
  #row = 0;
  #offset = 0;
  /** Height of the view. */
  height = 0;
  /** Height of a row that is not wrapped. */
  rowHeight = 18;
  heights: Heights;
  extent: Extent = { first: 0, end: 0 };

  constructor(heights: Heights) {
    this.heights = heights;
  }

  get row(): number {
    return this.#row;
  }

  /** Pixels of the top row that are out of view. */
  get offset(): number {
    return this.#offset;
  }

  /** Rows that fit into the view when none is wrapped. */
  get rowsPerPage(): number {
    return Math.floor(this.height / this.rowHeight);
  }

  /** By what is in view, less one row that stays to be recognised. */
  scrollByPage(direction: number): void {
    this.scrollBy(direction * Math.max(1, this.rowsPerPage - 1) * this.rowHeight);
  }

  scrollBy(pixels: number): void {
    this.#offset += pixels;
    this.settle();
  }

  /** Puts a row at the top, or so many pixels below it. */
  scrollTo(row: number, below = 0): void {
    this.#row = row;
    this.#offset = -below;
    this.settle();
  }

  scrollToEnd(): void {
    this.#placeAtEnd();
  }

  /** Moves as little as needed to have a row in view; far rows come to the middle. */
  reveal(row: number): void {
    const height = this.#height(row);
    const top = this.#distance(row);
    if (top >= 0 && top + height <= this.height) return;
    if (top < -this.height || top > 2 * this.height) this.scrollTo(row, Math.max(0, (this.height - height) / 2));
    else if (top < 0) this.scrollTo(row);
    else this.scrollTo(row, this.height - height);
  }

  center(row: number): void {
    this.scrollTo(row, Math.max(0, Math.round((this.height - this.#height(row)) / 2)));
  }

  isRowInView(row: number): boolean {
    const top = this.#distance(row);
    return top >= 0 && top + this.#height(row) <= this.height + 1;
  }

  /** True when the last row is in view to its bottom. */
  get atEnd(): boolean {
    const { row, offset } = this;
    if (this.extent.end - row > 1_000) return false;
    this.#placeAtEnd();
    const atEnd = row > this.#row || (row === this.#row && offset >= this.#offset - 1);
    this.#row = row;
    this.#offset = offset;
    return atEnd;
  }

  /** Rows in view, `to` exclusive. */
  rowsInView(): { from: number; to: number } {
    const { uniform } = this.heights;
    if (uniform) return this.#clip(this.#row, this.#row + Math.ceil((this.#offset + this.height) / uniform));
    let to = this.#row;
    let bottom = -this.#offset;
    while (bottom < this.height && to < this.extent.end) bottom += this.#height(to++);
    return this.#clip(this.#row, to);
  }

  /** Rows from `at` on have moved by `by`. */
  shift(at: number, by: number): void {
    if (this.#row >= at) this.#row += by;
  }

  /** Brings the position back within the rows there are. */
  settle(): void {
    const { first, end } = this.extent;
    if (end <= first) {
      this.#row = first;
      this.#offset = 0;
      return;
    }
    this.#row = Math.max(first, Math.min(this.#row, end - 1));
    this.#normalise();
    if (this.#row < first || (this.#row === first && this.#offset < 0)) {
      this.#row = first;
      this.#offset = 0;
    }
    if (this.#roomBelow() > 0) this.#placeAtEnd();
  }

  /** Lets the offset be within the top row. */
  #normalise(): void {
    const { uniform } = this.heights;
    if (uniform) {
      const rows = Math.floor(this.#offset / uniform);
      this.#row += rows;
      this.#offset -= rows * uniform;
      return;
    }
    while (this.#offset < 0 && this.#row > this.extent.first) this.#offset += this.#height(--this.#row);
    for (let height = this.#height(this.#row); this.#offset >= height; height = this.#height(this.#row)) {
      if (this.#row >= this.extent.end - 1) break;
      this.#offset -= height;
      this.#row++;
    }
  }

  /** Pixels that would stay empty below the last row. */
  #roomBelow(): number {
    const { end } = this.extent;
    const { uniform } = this.heights;
    if (uniform) return this.height + this.#offset - (end - this.#row) * uniform;
    let room = this.height + this.#offset;
    for (let row = this.#row; row < end && room > 0; row++) room -= this.#height(row);
    return room;
  }

  #placeAtEnd(): void {
    const { first, end } = this.extent;
    let row = end;
    let above = this.height;
    const { uniform } = this.heights;
    if (uniform) {
      const rows = Math.min(end - first, Math.ceil(above / uniform));
      row -= rows;
      above -= rows * uniform;
    }
    while (above > 0 && row > first) above -= this.#height(--row);
    this.#row = Math.max(first, row);
    this.#offset = Math.max(0, -above);
  }

  /** Pixels from the top edge to the top of a row; an estimate for rows far away. */
  #distance(row: number): number {
    const { uniform } = this.heights;
    if (uniform) return (row - this.#row) * uniform - this.#offset;
    if (row < this.#row) return row < this.#row - 500 ? -Infinity : -this.#offset - this.#sum(row, this.#row);
    return row > this.#row + 500 ? Infinity : this.#sum(this.#row, row) - this.#offset;
  }

  #sum(from: number, to: number): number {
    let sum = 0;
    for (let row = from; row < to; row++) sum += this.#height(row);
    return sum;
  }

  #height(row: number): number {
    return this.heights.uniform ?? this.heights.of(row);
  }

  #clip(from: number, to: number): { from: number; to: number } {
    return { from: Math.max(this.extent.first, from), to: Math.min(this.extent.end, to) };
  }
}
