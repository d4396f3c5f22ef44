import { checkQuery, roomOf, type Room } from '../../../base/pageRequest.ts';
import type { RowFilter } from '../../../base/rowFilter.ts';
import type { Gap, LogPage } from '../../../model/page.ts';
import type { Pointer } from '../../../model/pointer.ts';
import type { LogQuery, Position } from '../../../model/query.ts';
import { compileFilter } from '../../../text/matcher.ts';
import { beginningOf, type From } from './beginning.ts';
import type { Endings } from './endings.ts';
import type { LogEntry } from './entry.ts';
import type { Knowledge } from './known.ts';
import type { LogStream } from './logStream.ts';
import { batchOf, PageWalk, type Taken } from './pageWalk.ts';
import { endPlace, linePointer, placePointer, type Place } from './pointers.ts';
import { scan, scanRoom, type Reached, type Scan } from './scan.ts';
import { ScopeTest } from './scope.ts';
import { LineMaker } from './scopeLines.ts';
import { compareIds, receivedAt, zeroId } from './streamId.ts';

/** A page, and where it leaves its reader. */
export interface SharedReading {
  readonly page: LogPage;
  readonly end: Place;
  /** Nothing was there behind it. */
  readonly atEnd: boolean;
  /** The end has been reported; the log counts as complete when nothing more comes for so many milliseconds. */
  readonly settlesIn?: number;
}

/** What the reader of one log asks for, whatever the page. */
export interface Asked {
  readonly query: LogQuery;
  readonly test: ScopeTest;
  readonly maker: LineMaker;
  readonly room: Room;
  readonly filter: RowFilter | undefined;
}

/** Reads pages of one scope out of the stream of all. */
export class Reader {
  readonly #stream: LogStream;
  readonly #knowledge: Knowledge;
  readonly #endings: Endings;

  constructor(stream: LogStream, knowledge: Knowledge, endings: Endings) {
    this.#stream = stream;
    this.#knowledge = knowledge;
    this.#endings = endings;
  }

  /** Throws invalidRequest for what makes no sense. */
  ask(query: LogQuery): Asked {
    checkQuery(query);
    return {
      query,
      test: new ScopeTest(query),
      maker: new LineMaker(this.#stream.key, query.execution),
      room: roomOf(query.limit),
      filter: query.filter && compileFilter(query.filter),
    };
  }

  /**
   * Throws notFound, invalidPointer, and what Redis complains about. `newest`: when the newest line known already was
   * received.
   */
  async read(asked: Asked, position: Position, signal?: AbortSignal, newest = 0): Promise<SharedReading> {
    const { query, maker } = asked;
    const from = await beginningOf(position, maker.prefix, this.#stream);
    await this.#knowledge.refresh();
    await this.#knowledge.check(query, signal);
    // What is reported now was written to the log before: reading to its end from here on reads it all.
    const reportedAt = this.#endings.reportedAt(query);
    const { taken, low, high, forth, back } = await this.#walk(asked, from, signal);
    const atEnd = forth ? forth.isLast : position.at === 'end';
    const settlesIn = atEnd
      ? await this.#endings.settlesIn(query, reportedAt, Math.max(newest, newestOf(taken, from)))
      : undefined;
    const gap = this.#gapOf(query.execution, from, [forth, back]);
    const page: LogPage = {
      lines: batchOf(taken, maker.prefix, query.withoutText),
      ...(low && !gap && { older: olderPointer(maker.prefix, low, taken, back) }),
      newer: placePointer(maker.prefix, high),
      complete: settlesIn === 0,
      scanned: { lines: (forth?.scanned ?? 0) + (back?.scanned ?? 0) },
      ...(gap && { gap }),
    };
    return { page, end: high, atEnd, ...(settlesIn !== undefined && { settlesIn }) };
  }

  /** A page of entries that are at hand; never complete, for the end may have been reported before older lines came. */
  pageOf(asked: Asked, from: Place, entries: readonly LogEntry[], end: Place): SharedReading {
    const { query, maker, room, filter, test } = asked;
    const walk = new PageWalk('forward', room, filter);
    const own = entries.filter((entry) => test.accepts(entry));
    const tookAll = walk.take(maker.linesOf(own, from));
    const high = tookAll ? end : (walk.last ?? from);
    const page = {
      lines: batchOf(walk.taken, maker.prefix, query.withoutText),
      older: olderPointer(maker.prefix, from, walk.taken, undefined),
      newer: placePointer(maker.prefix, high),
      complete: false,
      scanned: { lines: entries.length },
    };
    return { page, end: high, atEnd: tookAll };
  }

  async #walk({ test, maker, room, filter }: Asked, from: From, signal: AbortSignal | undefined): Promise<Walked> {
    const { forth, back, place } = from;
    const isAround = forth && back;
    const looks: Scan = { stream: this.#stream, test, maker, room: isAround ? scanRoom >> 1 : scanRoom, signal };
    const half = { lines: Math.ceil(room.lines / 2), bytes: Math.ceil(room.bytes / 2) };
    const onward = new PageWalk('forward', isAround ? half : room, filter, from.since);
    const reached = forth ? await scan(looks, 'forward', from, onward) : undefined;
    const left = { lines: room.lines - onward.lines, bytes: Math.max(0, room.bytes - onward.bytes) };
    const backward = new PageWalk('backward', left, filter);
    const goesBack = back && !backward.isFull && !reached?.isGap;
    const below = goesBack ? await scan(looks, 'backward', isAround ? { place } : from, backward) : undefined;
    const low = below?.isLast || place.id === zeroId ? undefined : (below?.place ?? place);
    const high = reached?.place ?? (place.id === endPlace.id ? (below?.top ?? place) : place);
    return { taken: [...backward.taken, ...onward.taken], low, high, forth: reached, back: below };
  }

  /** Nobody knows whose entries are gone. What was reported to begin after the oldest that is left has lost none. */
  #gapOf(execution: string, { line }: From, ways: readonly (Reached | undefined)[]): Gap | undefined {
    const gap = ways.find((way) => way?.isGap);
    if (!gap) return undefined;
    const { oldest } = gap;
    const isLineGone = line !== undefined && (oldest === undefined || compareIds(line.id, oldest) < 0);
    const begun = this.#knowledge.of(execution).reportedBeginning ?? 0;
    if (!isLineGone && oldest !== undefined && begun > receivedAt(oldest)) return undefined;
    return { reason: 'trimmed' };
  }
}

interface Walked {
  readonly taken: readonly Taken[];
  /** Absent at the start of the log. */
  readonly low: Place | undefined;
  readonly high: Place;
  readonly forth: Reached | undefined;
  readonly back: Reached | undefined;
}

/** Reading before the result goes on below the page. */
function olderPointer(prefix: string, low: Place, taken: readonly Taken[], back: Reached | undefined): Pointer {
  const [first] = taken;
  // Where a scan has looked further than the lines that it took, all entries down to the place have been looked at.
  const isLowest = first && (back === undefined || low.part !== Infinity);
  if (isLowest) return linePointer(prefix, first.found.ids[first.row] ?? zeroId, first.found.parts[first.row] ?? 0);
  return placePointer(prefix, low.part < 0 ? low : { ...low, part: Infinity });
}

/** When the newest line that the page knows of was received. */
function newestOf(taken: readonly Taken[], { line }: From): number {
  const last = taken.at(-1);
  return receivedAt(last?.found.ids[last.row] ?? line?.id ?? zeroId);
}
