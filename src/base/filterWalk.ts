import type { LineBatch } from '../model/line.ts';
import type { Gap, LogPage } from '../model/page.ts';
import type { Pointer } from '../model/pointer.ts';
import type { Position } from '../model/query.ts';
import { linePointer } from './lineBatch.ts';
import type { Room } from './pageRequest.ts';
import type { PickedRows } from './pickRows.ts';
import type { RowFilter } from './rowFilter.ts';

/** How far one filtered page looks: lines, their bytes, and reads, each of which may be a request. */
const scanRoom = { lines: 100_000, bytes: 8 * 1_048_576, reads: 50 } as const;

/** What a walk has found; the boundaries are those of what it looked at. */
export interface Walked {
  readonly parts: readonly PickedRows[];
  readonly count: number;
  readonly bytes: number;
  readonly scanned: number;
  readonly older: Pointer | undefined;
  readonly newer: Pointer;
  readonly complete: boolean;
  readonly total: number | undefined;
  readonly gap: Gap | undefined;
}

type Read = (position: Position) => Promise<LogPage>;

/** Reads on from page to page, one way, and keeps the lines that match, until there is room for no more. */
export async function walkFiltered(
  read: Read,
  start: Position,
  way: 'onward' | 'back',
  filter: RowFilter,
  room: Room,
): Promise<Walked> {
  const walk = new FilterWalk(filter, room, way === 'onward');
  let position: Position | undefined = start;
  for (let reads = 0; position && reads < scanRoom.reads; reads++) position = walk.take(await read(position));
  return walk.walked();
}

class FilterWalk {
  readonly #filter: RowFilter;
  readonly #room: Room;
  readonly #onward: boolean;
  readonly #parts: PickedRows[] = [];
  #first: LogPage | undefined;
  #older: Pointer | undefined;
  #newer: Pointer | undefined;
  #complete = false;
  #gap: Gap | undefined;
  #total: number | undefined;
  #count = 0;
  #bytes = 0;
  #scanned = 0;
  #scannedBytes = 0;

  constructor(filter: RowFilter, room: Room, onward: boolean) {
    this.#filter = filter;
    this.#room = room;
    this.#onward = onward;
  }

  /** Where to read on; undefined when the page is done. */
  take(page: LogPage): Position | undefined {
    // Lines that are gone stand before a page's first line: onward they may only come first, backward only last.
    if (this.#onward && page.gap && this.#first) return undefined;
    this.#total = page.total ?? this.#total;
    const isFirst = this.#first === undefined;
    this.#first ??= page;
    if (isFirst) [this.#older, this.#newer] = [page.older, page.newer];
    const stopped = this.#match(page.lines);
    if (page.gap && (this.#onward || stopped === undefined)) this.#gap = page.gap;
    if (this.#onward) return this.#wentOnward(page, stopped);
    return this.#wentBack(page, stopped);
  }

  walked(): Walked {
    if (!this.#first || this.#newer === undefined) throw new RangeError('nothing was read');
    return {
      parts: this.#onward ? this.#parts : this.#parts.toReversed(),
      ...{ count: this.#count, bytes: this.#bytes, scanned: this.#scanned, older: this.#older, newer: this.#newer },
      ...{ complete: this.#complete, total: this.#total, gap: this.#gap },
    };
  }

  #wentOnward(page: LogPage, stopped: number | undefined): Position | undefined {
    this.#complete = stopped === undefined && page.complete;
    if (stopped === undefined) this.#newer = page.newer;
    else if (stopped > 0) this.#newer = linePointer(page.lines, stopped - 1);
    const isEnd = page.complete || page.lines.count === 0;
    return stopped !== undefined || isEnd || this.#isFull ? undefined : { at: 'after', pointer: page.newer };
  }

  #wentBack(page: LogPage, stopped: number | undefined): Position | undefined {
    this.#complete ||= this.#first === page && page.complete;
    if (stopped === undefined) this.#older = page.older;
    else if (stopped < page.lines.count) this.#older = linePointer(page.lines, stopped);
    if (stopped !== undefined || page.older === undefined || page.gap || this.#isFull) return undefined;
    return { at: 'before', pointer: page.older };
  }

  get #isFull(): boolean {
    const isFull = this.#count >= this.#room.lines || this.#bytes >= this.#room.bytes;
    return isFull || this.#scanned >= scanRoom.lines || this.#scannedBytes >= scanRoom.bytes;
  }

  /** Keeps what matches; gives the boundary, in rows, at which there was no room for more. */
  #match(lines: LineBatch): number | undefined {
    const rows = this.#filter.matchRows(lines);
    const kept: number[] = [];
    let stopped: number | undefined;
    for (const row of this.#onward ? rows : rows.toReversed()) {
      const bytes = (lines.offsets[row + 1] ?? 0) - (lines.offsets[row] ?? 0);
      const isRoom = this.#count < this.#room.lines && this.#bytes + bytes <= this.#room.bytes;
      if (!isRoom && this.#count > 0) {
        stopped = this.#onward ? row : row + 1;
        break;
      }
      kept.push(row);
      this.#count++;
      this.#bytes += bytes;
    }
    this.#parts.push({ batch: lines, rows: this.#onward ? kept : kept.toReversed() });
    this.#scanned += this.#onward ? (stopped ?? lines.count) : lines.count - (stopped ?? 0);
    this.#scannedBytes += lines.offsets[lines.count] ?? 0;
    return stopped;
  }
}
