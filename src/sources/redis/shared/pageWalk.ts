import { joinLines, type LineRange } from '../../../base/joinLines.ts';
import type { Room } from '../../../base/pageRequest.ts';
import type { RowFilter } from '../../../base/rowFilter.ts';
import type { LineBatch, LineColumns } from '../../../model/line.ts';
import type { Pointer } from '../../../model/pointer.ts';
import { linePointer, type Place } from './pointers.ts';
import type { ScopeLines } from './scopeLines.ts';
import { zeroId } from './streamId.ts';

/** What a page takes of the lines that are found for it, going one way. */
export class PageWalk {
  readonly #forward: boolean;
  readonly #room: Room;
  readonly #filter: RowFilter | undefined;
  readonly #taken: Taken[] = [];
  /** Nothing is taken before a line of this time or later has come. */
  #since: number | undefined;
  #lines = 0;
  #bytes = 0;

  constructor(direction: 'forward' | 'backward', room: Room, filter: RowFilter | undefined, since?: number) {
    this.#forward = direction === 'forward';
    this.#room = room;
    this.#filter = filter;
    this.#since = since;
  }

  get isFull(): boolean {
    return this.#lines >= this.#room.lines || this.#bytes >= this.#room.bytes;
  }

  get lines(): number {
    return this.#lines;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The line taken last: the highest going forward, the lowest going back. */
  get last(): Place | undefined {
    const last = this.#taken.at(-1);
    return last && { id: last.found.ids[last.row] ?? zeroId, part: last.found.parts[last.row] ?? 0 };
  }

  /** How many entries more are likely to fill it, when `scanned` have brought what there is. */
  roomFor(scanned: number): number {
    const likely = this.#lines === 0 ? Infinity : ((this.#room.lines - this.#lines) * scanned) / this.#lines;
    return scanned === 0 ? this.#room.lines : Math.ceil(likely * 1.1) + 20;
  }

  /** Takes what is wanted and has room of the next lines; false when some that are wanted had none. */
  take(found: ScopeLines): boolean {
    const first = this.#firstRow(found.lines);
    const rows = this.#filter?.matchRows(found.lines) ?? Array.from({ length: found.lines.count }, (_, row) => row);
    for (const row of this.#forward ? rows : rows.toReversed()) {
      if (row < first) continue;
      const bytes = bytesOf(found.lines, row);
      if (this.isFull || (this.#lines > 0 && this.#bytes + bytes > this.#room.bytes)) return false;
      this.#lines++;
      this.#bytes += bytes;
      this.#taken.push({ found, row });
    }
    return true;
  }

  #firstRow({ times, count }: LineColumns): number {
    if (this.#since === undefined) return 0;
    for (let row = 0; row < count; row++) {
      if (!((times[row] ?? Number.NaN) >= this.#since)) continue;
      this.#since = undefined;
      return row;
    }
    return count;
  }

  /** In log order. */
  get taken(): readonly Taken[] {
    return this.#forward ? this.#taken : this.#taken.toReversed();
  }
}

export interface Taken {
  readonly found: ScopeLines;
  readonly row: number;
}

/** One batch of what walks have taken. Nobody can count the lines of a host here, so they have no numbers: 0. */
export function batchOf(taken: readonly Taken[], prefix: string, withoutText = false): LineBatch {
  const ranges: LineRange[] = [];
  const pointers: Pointer[] = [];
  let before: Taken | undefined;
  for (const one of taken) {
    const { found, row } = one;
    const origin = found.origins[row];
    if (!origin) continue;
    pointers.push(linePointer(prefix, found.ids[row] ?? zeroId, found.parts[row] ?? 0));
    const last = ranges.at(-1);
    const goesOn = last && before?.found === found && before.row + 1 === row && last.origin === origin;
    if (goesOn) last.to++;
    else ranges.push({ origin, firstNumber: 0, lines: found.lines, from: row, to: row + 1 });
    before = one;
  }
  return { ...joinLines(ranges, withoutText), numbers: new Float64Array(pointers.length), pointers };
}

function bytesOf({ offsets }: LineColumns, row: number): number {
  return (offsets[row + 1] ?? 0) - (offsets[row] ?? 0);
}
