/** A place between two characters of a row's visible text. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

export type Grain = 'character' | 'word' | 'line';

/** What is selected on one row; `lineEnd` when the break after it is selected too. */
export interface RowSelection {
  readonly from: number;
  readonly to: number;
  readonly lineEnd: boolean;
}

/** The text of a row, or undefined while it is not loaded. */
export type TextOf = (row: number) => string | undefined;

/** Where the caret is and what is selected, by row and column: it does not matter which rows exist as elements. */
export class Selection {
  #anchor: { readonly start: Place; readonly end: Place } = {
    start: { row: 0, column: 0 },
    end: { row: 0, column: 0 },
  };
  #active: Place = { row: 0, column: 0 };
  #grain: Grain = 'character';

  get active(): Place {
    return this.#active;
  }

  /** First place selected, and last. */
  get start(): Place {
    return isBefore(this.#active, this.#anchor.start) ? this.#active : this.#anchor.start;
  }

  get end(): Place {
    return isBefore(this.#anchor.end, this.#active) ? this.#active : this.#anchor.end;
  }

  get isEmpty(): boolean {
    return samePlace(this.start, this.end);
  }

  /** Puts the caret at a place and begins a selection there by characters, words or lines. */
  begin(place: Place, grain: Grain, textOf: TextOf): void {
    this.#grain = grain;
    const { from, to } = around(place, grain, textOf);
    this.#anchor = { start: from, end: to };
    this.#active = to;
  }

  /** Extends the selection from where it began to a place. */
  extend(place: Place, textOf: TextOf): void {
    const { from, to } = around(place, this.#grain, textOf);
    this.#active = isBefore(from, this.#anchor.start) ? from : to;
  }

  /** Selects from one place to another. */
  select(from: Place, to: Place): void {
    this.#grain = 'character';
    this.#anchor = { start: from, end: from };
    this.#active = to;
  }

  /** Leaves only the caret. */
  collapse(): void {
    this.select(this.#active, this.#active);
  }

  onRow(row: number): RowSelection | undefined {
    const { start, end } = this;
    if (row < start.row || row > end.row || this.isEmpty) return undefined;
    return {
      from: row === start.row ? start.column : 0,
      to: row === end.row ? end.column : Infinity,
      lineEnd: row < end.row,
    };
  }

  /** Rows from `at` on have moved by `by`. */
  shift(at: number, by: number): void {
    const moved = (place: Place): Place =>
      place.row >= at ? { ...place, row: Math.max(at - 1, place.row + by) } : place;
    this.#anchor = { start: moved(this.#anchor.start), end: moved(this.#anchor.end) };
    this.#active = moved(this.#active);
  }
}

function isBefore(a: Place, b: Place): boolean {
  return a.row < b.row || (a.row === b.row && a.column < b.column);
}

function samePlace(a: Place, b: Place): boolean {
  return a.row === b.row && a.column === b.column;
}

function around(place: Place, grain: Grain, textOf: TextOf): { from: Place; to: Place } {
  switch (grain) {
    case 'character':
      return { from: place, to: place };
    case 'line':
      return { from: { row: place.row, column: 0 }, to: { row: place.row + 1, column: 0 } };
    case 'word': {
      const { from, to } = wordAt(textOf(place.row) ?? '', place.column);
      return { from: { row: place.row, column: from }, to: { row: place.row, column: to } };
    }
  }
}

/** The run of word characters, of blanks, or of anything else that a column is in. */
function wordAt(text: string, column: number): { from: number; to: number } {
  const at = Math.min(column, text.length - 1);
  const kind = kindOf(text[at]);
  let from = Math.max(0, at);
  let to = from;
  while (from > 0 && kindOf(text[from - 1]) === kind) from--;
  while (to < text.length && kindOf(text[to]) === kind) to++;
  return { from, to };
}

function kindOf(character: string | undefined): 'word' | 'blank' | 'other' {
  if (character === undefined) return 'other';
  if (/[\p{L}\p{N}_]/u.test(character) || character > '\uD7FF') return 'word';
  return /\s/.test(character) ? 'blank' : 'other';
}
