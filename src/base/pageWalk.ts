import type { LineColumns } from '../model/line.ts';
import type { Gap } from '../model/page.ts';
import type { Chunk, ChunkedLog } from './chunkedLog.ts';
import { firstFrom, lastWithin, viewOf } from './columnRange.ts';
import { GapCount } from './gapCount.ts';
import type { LineRange } from './joinLines.ts';
import type { Room } from './pageRequest.ts';
import type { RowFilter } from './rowFilter.ts';

/** How far one filtered page looks. */
const scanRoom = { lines: 100_000, bytes: 8 * 1_048_576 } as const;

/** How much of it between two looks at the clock; a regular expression may be a hundred times slower than a word. */
const scanWindow = { lines: 4_096, bytes: 64 * 1_024 } as const;

/** A row and the chunk that holds it. */
export interface Spot {
  readonly chunk: Chunk;
  readonly row: number;
}

/** What a walk has met between rows `from` (exclusive) and `to` (inclusive). */
export interface Found {
  readonly from: number;
  readonly to: number;
  /** In log order. */
  readonly ranges: readonly LineRange[];
  readonly lines: number;
  readonly bytes: number;
  /** Lines looked at. */
  readonly scanned: number;
  readonly firstLineRow?: number;
  /** The first and the last row met. */
  readonly low?: Spot;
  readonly high?: Spot;
  readonly gap?: Gap;
}

/** Collects lines from a place on in one direction until there is no room for more; can stop and go on at any chunk. */
export class PageWalk {
  readonly #forward: boolean;
  readonly #start: number;
  readonly #room: Room;
  readonly #filter: RowFilter | undefined;
  readonly #text: boolean;
  readonly #ranges: LineRange[] = [];
  #first: Spot | undefined;
  #last: Spot | undefined;
  #row: number;
  #lines = 0;
  #bytes = 0;
  #scanned = 0;
  #scannedBytes = 0;
  #firstLineRow: number | undefined;
  #gap: GapCount | undefined;
  #done = false;

  constructor(
    direction: 'forward' | 'backward',
    start: number,
    room: Room,
    filter: RowFilter | undefined,
    text: boolean,
  ) {
    this.#forward = direction === 'forward';
    this.#start = start;
    this.#row = start;
    this.#room = room;
    this.#filter = filter;
    this.#text = text;
    this.#done = room.lines < 1 || room.bytes < 1;
  }

  /** True when done, false when the time is up. At least one chunk is looked at. */
  run(log: ChunkedLog, deadline: number): boolean {
    while (!this.#done) {
      if (this.#forward ? this.#row >= log.rows : this.#row <= 0) break;
      const chunk = log.chunkAt(this.#forward ? this.#row + 1 : this.#row, this.#text);
      const before = this.#row;
      if (!chunk.lines) this.#pass(chunk);
      else if (this.#gap && !this.#forward) this.#done = true;
      else this.#take(chunk, chunk.lines, deadline);
      if (this.#row !== before) this.#met(chunk, before);
      if (performance.now() >= deadline) return this.#done;
    }
    this.#done = true;
    return true;
  }

  get found(): Found {
    const low = this.#forward ? this.#first : this.#last;
    const high = this.#forward ? this.#last : this.#first;
    return {
      from: Math.min(this.#start, this.#row),
      to: Math.max(this.#start, this.#row),
      ranges: this.#forward ? this.#ranges : this.#ranges.toReversed(),
      lines: this.#lines,
      bytes: this.#bytes,
      scanned: this.#scanned,
      ...(this.#firstLineRow !== undefined && { firstLineRow: this.#firstLineRow }),
      ...(low && high && { low, high }),
      ...(this.#gap && { gap: this.#gap.told }),
    };
  }

  #met(chunk: Chunk, before: number): void {
    this.#first ??= { chunk, row: this.#forward ? before + 1 : before };
    this.#last = { chunk, row: this.#forward ? this.#row : this.#row + 1 };
  }

  /** Lines that are gone stand before a page's first line: onward they may only come first, backward only last. */
  #pass(chunk: Chunk): void {
    if (this.#forward && this.#scanned > 0) {
      this.#done = true;
      return;
    }
    const from = this.#forward ? this.#row + 1 : chunk.firstRow;
    const to = this.#forward ? chunk.firstRow + chunk.count - 1 : this.#row;
    this.#gap ??= new GapCount(this.#forward ? 'forward' : 'backward');
    this.#gap.add(chunk, from, to);
    this.#row = this.#forward ? to : from - 1;
  }

  #take(chunk: Chunk, lines: LineColumns, deadline: number): void {
    if (this.#filter) this.#takeMatching(chunk, lines, this.#filter, deadline);
    else if (this.#forward) this.#takeOnward(chunk, lines);
    else this.#takeBack(chunk, lines);
  }

  #takeOnward(chunk: Chunk, lines: LineColumns): void {
    const from = this.#row + 1 - chunk.firstRow;
    const most = Math.min(chunk.count, from + this.#room.lines - this.#lines);
    const start = offset(lines, from);
    const end = start + this.#room.bytes - this.#bytes;
    let to = lastWithin(lines.offsets, from, most, end);
    if (to === from && this.#lines === 0) to = from + 1;
    this.#keep(chunk, lines, from, to);
    this.#row += to - from;
    this.#done ||= to < chunk.count || this.#full;
  }

  #takeBack(chunk: Chunk, lines: LineColumns): void {
    const to = this.#row + 1 - chunk.firstRow;
    const least = Math.max(0, to - (this.#room.lines - this.#lines));
    const begin = offset(lines, to) - (this.#room.bytes - this.#bytes);
    let from = firstFrom(lines.offsets, least, to, begin);
    if (from === to && this.#lines === 0) from = to - 1;
    this.#keep(chunk, lines, from, to);
    this.#row -= to - from;
    this.#done ||= from > 0 || this.#full;
  }

  #keep(chunk: Chunk, lines: LineColumns, from: number, to: number): void {
    this.#scanned += to - from;
    if (to === from) return;
    this.#lines += to - from;
    this.#bytes += offset(lines, to) - offset(lines, from);
    if (!this.#forward || this.#firstLineRow === undefined) this.#firstLineRow = chunk.firstRow + from;
    this.#ranges.push({ origin: chunk.origin, firstNumber: chunk.firstNumber, lines, from, to });
  }

  #takeMatching(chunk: Chunk, lines: LineColumns, filter: RowFilter, deadline: number): void {
    while (!this.#done) {
      const { from, to } = this.#window(chunk, lines);
      if (from === to) return;
      const rows = filter.matchRows(viewOf(lines, from, to));
      this.#takeRows(chunk, lines, { from, to }, this.#forward ? rows : rows.toReversed());
      this.#done ||= this.#scanned >= scanRoom.lines || this.#scannedBytes >= scanRoom.bytes;
      if (performance.now() >= deadline) return;
    }
  }

  /** The next lines of the chunk to be looked at in one go: few enough to be done soon with any pattern. */
  #window(chunk: Chunk, lines: LineColumns): { from: number; to: number } {
    const most = Math.min(scanWindow.lines, scanRoom.lines - this.#scanned);
    if (this.#forward) {
      const from = this.#row + 1 - chunk.firstRow;
      const to = Math.min(chunk.count, from + most);
      return {
        from,
        to: Math.max(
          lastWithin(lines.offsets, from, to, offset(lines, from) + scanWindow.bytes),
          Math.min(from + 1, to),
        ),
      };
    }
    const to = this.#row + 1 - chunk.firstRow;
    const least = Math.max(0, to - most);
    return {
      from: Math.min(
        firstFrom(lines.offsets, least, to, offset(lines, to) - scanWindow.bytes),
        Math.max(to - 1, least),
      ),
      to,
    };
  }

  #takeRows(
    chunk: Chunk,
    lines: LineColumns,
    { from, to }: { from: number; to: number },
    rows: readonly number[],
  ): void {
    for (const row of rows) {
      const index = from + row;
      const bytes = offset(lines, index + 1) - offset(lines, index);
      if (this.#lines > 0 && this.#bytes + bytes > this.#room.bytes) {
        this.#done = true;
        this.#look(chunk, lines, this.#forward ? index : index + 1);
        return;
      }
      this.#keepMatch(chunk, lines, index, bytes);
      if (!this.#full) continue;
      this.#done = true;
      this.#look(chunk, lines, this.#forward ? index + 1 : index);
      return;
    }
    this.#look(chunk, lines, this.#forward ? to : from);
  }

  /** Counts what has been looked at up to the boundary before line `index` of the chunk. */
  #look(chunk: Chunk, lines: LineColumns, index: number): void {
    const here = this.#row + 1 - chunk.firstRow;
    this.#scanned += Math.abs(index - here);
    this.#scannedBytes += Math.abs(offset(lines, index) - offset(lines, here));
    this.#row = chunk.firstRow + index - 1;
  }

  #keepMatch(chunk: Chunk, lines: LineColumns, index: number, bytes: number): void {
    this.#lines++;
    this.#bytes += bytes;
    const last = this.#ranges.at(-1);
    if (last?.lines === lines && last.to === index) last.to++;
    else if (last?.lines === lines && last.from === index + 1) last.from--;
    else {
      const { origin, firstNumber } = chunk;
      this.#ranges.push({ origin, firstNumber, lines, from: index, to: index + 1 });
    }
  }

  get #full(): boolean {
    return this.#lines >= this.#room.lines || this.#bytes >= this.#room.bytes;
  }
}

function offset(lines: LineColumns, index: number): number {
  return lines.offsets[index] ?? 0;
}
