/** Where a chunk is: in a scope, and in its host's log. */
export interface Place {
  readonly firstRow: number;
  readonly count: number;
  /** Number of its host's log. */
  readonly log: number;
  /** Number of its first line there. */
  readonly firstNumber: number;
}

/** What an entry was like lately: how many rows it had, and how many bytes each; to know how many to ask for. */
export interface EntrySize {
  rowsPerEntry: number;
  bytesPerRow: number;
}

export const usualSize: Readonly<EntrySize> = { rowsPerEntry: 400, bytesPerRow: 100 };

const mostKept = 20_000;

/** Where the chunks of one scope are, as far as it was met. What was written never moves. */
export class Places {
  /** In the order of rows. */
  #places: Place[] = [];
  /** In the order of numbers, by log. */
  readonly #ofLogs = new Map<number, Place[]>();
  readonly size: EntrySize;

  /** `size` is what entries of its kind were like lately, for want of better knowledge. */
  constructor(size: Readonly<EntrySize> = usualSize) {
    this.size = { ...size };
  }

  /** The place that holds `row`. */
  at(row: number): Place | undefined {
    const place = this.#places[lastUpTo(this.#places, 'firstRow', row)];
    return place && row < place.firstRow + place.count ? place : undefined;
  }

  /** The first row after `row` at which a place begins. */
  startAfter(row: number): number {
    return this.#places[lastUpTo(this.#places, 'firstRow', row) + 1]?.firstRow ?? Number.POSITIVE_INFINITY;
  }

  /** The place that holds a line. */
  ofLine(log: number, number: number): Place | undefined {
    const places = this.#ofLogs.get(log) ?? [];
    const place = places[lastUpTo(places, 'firstNumber', number)];
    return place && number < place.firstNumber + place.count ? place : undefined;
  }

  /** Adds places, which are in the order of rows. */
  add(found: readonly Place[]): void {
    if (this.#places.length > mostKept) {
      this.#places = [];
      this.#ofLogs.clear();
    }
    const wanted = found.filter(({ firstRow }) => !this.at(firstRow));
    insert(this.#places, wanted, 'firstRow');
    for (const [log, places] of Map.groupBy(wanted, (place) => place.log)) {
      const known = this.#ofLogs.get(log) ?? [];
      insert(known, places, 'firstNumber');
      this.#ofLogs.set(log, known);
    }
  }
}

/** Puts `wanted`, which are in order, where they belong; they usually follow one another. */
function insert(places: Place[], wanted: readonly Place[], by: 'firstRow' | 'firstNumber'): void {
  for (let i = 0; i < wanted.length;) {
    const at = lastUpTo(places, by, wanted[i]?.[by] ?? 0) + 1;
    const limit = places[at]?.[by] ?? Number.POSITIVE_INFINITY;
    let end = i + 1;
    while (end < wanted.length && (wanted[end]?.[by] ?? 0) < limit) end++;
    places.splice(at, 0, ...wanted.slice(i, end));
    i = end;
  }
}

/** The index of the last place that begins at `value` or before, -1 when none does. */
function lastUpTo(places: readonly Place[], by: 'firstRow' | 'firstNumber', value: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.[by] ?? 0) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
