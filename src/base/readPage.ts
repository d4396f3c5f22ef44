import type { LogPage } from '../model/page.ts';
import type { Position } from '../model/query.ts';
import { abortReason } from './abort.ts';
import { pointer, type Pointer } from '../model/pointer.ts';
import { pointerIn, type ChunkedLog, type ChunkedSource, type Place } from './chunkedLog.ts';
import { joinLines } from './joinLines.ts';
import { PageWalk, type Found, type Spot } from './pageWalk.ts';
import type { Room } from './pageRequest.ts';
import type { RowFilter } from './rowFilter.ts';

export interface PageRequest {
  readonly position: Position;
  readonly room: Room;
  readonly filter?: RowFilter;
  readonly withoutText?: boolean;
}

export interface Reading {
  readonly page: LogPage;
  /** Nothing was there after the page when it was read. */
  readonly atEnd: boolean;
}

/** How long one look may take before others get their turn. */
const sliceMilliseconds = 5;

/**
 * Reads one page in slices that never hold the thread for long. What is written while it reads belongs to a
 * later page; a filtered read looks at a bounded stretch and says how far it came.
 */
export async function readPage(source: ChunkedSource, request: PageRequest, signal?: AbortSignal): Promise<Reading> {
  let job: PageJob | undefined;
  for (;;) {
    if (signal?.aborted) throw abortReason(signal);
    const reading = await source.look((log) => {
      job ??= new PageJob(log, request);
      return job.run(log, performance.now() + sliceMilliseconds) ? job.reading(log) : undefined;
    });
    if (reading) return reading;
    await source.nextTurn();
  }
}

/** One page being read: around a place, first onward from it, then back. */
class PageJob {
  readonly #request: PageRequest;
  readonly #place: number;
  readonly #back: boolean;
  readonly #forth: boolean;
  readonly #rowsAtStart: number;
  #onward: PageWalk | undefined;
  #backward: PageWalk | undefined;

  constructor(log: ChunkedLog, request: PageRequest) {
    this.#request = request;
    this.#place = placeOf(log, request.position);
    this.#back = ['end', 'before', 'around'].includes(request.position.at);
    this.#forth = !['end', 'before'].includes(request.position.at);
    this.#rowsAtStart = log.rows;
  }

  /** Reads until the page is done (true) or the time is up. */
  run(log: ChunkedLog, deadline: number): boolean {
    const { room, filter, withoutText } = this.#request;
    const text = !withoutText || filter !== undefined;
    if (this.#forth) {
      const half = this.#back ? { lines: Math.ceil(room.lines / 2), bytes: Math.ceil(room.bytes / 2) } : room;
      this.#onward ??= new PageWalk('forward', this.#place, half, filter, text);
      if (!this.#onward.run(log, deadline)) return false;
    }
    if (this.#back && !this.#onward?.found.gap) {
      this.#backward ??= new PageWalk('backward', this.#place, this.#roomLeft(room), filter, text);
      if (!this.#backward.run(log, deadline)) return false;
    }
    return true;
  }

  reading(log: ChunkedLog): Reading {
    const back = this.#backward?.found;
    const forth = this.#onward?.found;
    const from = back?.from ?? this.#place;
    const to = forth?.to ?? this.#place;
    const ranges = [...(back?.ranges ?? []), ...(forth?.ranges ?? [])];
    const atEnd = to === (forth ? log.rows : this.#rowsAtStart) && to === log.rows;
    const gap = back?.gap ?? forth?.gap;
    const first = back?.firstLineRow ?? forth?.firstLineRow;
    const page: LogPage = {
      lines: joinLines(ranges, this.#request.withoutText),
      ...(from > 0 && { older: olderPointer(log, from, back?.low ?? forth?.low) }),
      newer: newerPointer(log, to, forth?.high ?? back?.high),
      complete: atEnd && log.finished,
      total: log.rows,
      ...(this.#request.filter
        ? { scanned: { lines: scannedIn(back) + scannedIn(forth), total: log.rows } }
        : first !== undefined && { firstLine: first }),
      ...(gap && { gap }),
    };
    return { page, atEnd };
  }

  #roomLeft(room: Room): Room {
    const forth = this.#onward?.found;
    if (!forth) return room;
    return { lines: room.lines - forth.lines, bytes: Math.max(0, room.bytes - forth.bytes) };
  }
}

function scannedIn(found: Found | undefined): number {
  return found?.scanned ?? 0;
}

/** The row before which the page stands that is read onward, or after which the one that is read back. */
function placeOf(log: ChunkedLog, position: Position): number {
  switch (position.at) {
    case 'start':
      return 0;
    case 'end':
      return log.rows;
    case 'before':
    case 'around':
      return rowBefore(log.placeOf(position.pointer));
    case 'after':
      return log.placeOf(position.pointer).row;
    case 'time':
      return log.rowAtTime(position.time) - 1;
    case 'line':
      return Math.min(position.line - 1, log.rows);
  }
}

function rowBefore(place: Place): number {
  return place.onLine ? place.row - 1 : place.row;
}

/** Reading before it gives the rows up to `from`; `first` is the page's own first row, if it has one. */
function olderPointer(log: ChunkedLog, from: number, first: Spot | undefined): Pointer {
  if (first) return pointerIn(first.chunk, first.row);
  return pointer(`${pointerIn(log.chunkAt(from, false), from)}+`);
}

/** Reading after it gives the rows behind `to`; `last` is the page's own last row, if it has one. */
function newerPointer(log: ChunkedLog, to: number, last: Spot | undefined): Pointer {
  if (last) return pointerIn(last.chunk, last.row);
  return to === 0 ? log.startPointer : pointerIn(log.chunkAt(to, false), to);
}
