/** Where the lines of a chunk are: in the tables, in its host's log, and in the scope asked for. */
export interface ChunkPlace {
  readonly id: number;
  readonly host: number;
  /** The number of its first line in its host's log. */
  readonly firstNumber: number;
  /** The row of its first line in the scope. */
  readonly firstRow: number;
  readonly count: number;
}

const mostKept = 10_000;

/**
 * Where chunks met lately are, by scope. What was written never changes and no scope's id is given out twice, so
 * what is known of a scope that is still there is never wrong.
 */
export class ChunkPlaces {
  /** Each in the order of rows. */
  readonly #scopes = new Map<string, ChunkPlace[]>();
  #kept = 0;

  /** The place of the chunk that holds `row`, asked for with `find` where it is not known. */
  of(scope: string, row: number, find: () => ChunkPlace): ChunkPlace {
    const places = this.#scopes.get(scope) ?? [];
    const at = lastUpTo(places, row);
    const known = places[at];
    if (known && row < known.firstRow + known.count) return known;
    const found = find();
    if (this.#kept++ < mostKept) {
      places.splice(at + 1, 0, found);
      this.#scopes.set(scope, places);
    } else {
      this.#scopes.clear();
      this.#kept = 0;
    }
    return found;
  }
}

/** The index of the last place that begins at `row` or before, -1 when none does. */
function lastUpTo(places: readonly ChunkPlace[], row: number): number {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle]?.firstRow ?? 0) <= row) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
