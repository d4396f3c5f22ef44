import { abortReason } from '../../../base/abort.ts';
import type { LogEntry } from './entry.ts';
import type { RawEntry } from './fields.ts';
import type { LogStream, Stretch, StreamState } from './logStream.ts';
import type { PageWalk } from './pageWalk.ts';
import { endPlace, invalidPointer, type Place } from './pointers.ts';
import type { ScopeTest } from './scope.ts';
import { countLines, type LineMaker } from './scopeLines.ts';
import { compareIds, idBefore, zeroId, type StreamId } from './streamId.ts';

/** How far one call looks: so many entries at most, and after the least no longer than so many milliseconds. */
export const scanRoom = 3_000;
const leastRoom = 1_500;
const mostMilliseconds = 30;

type Direction = 'forward' | 'backward';

export interface Scan {
  readonly stream: LogStream;
  readonly test: ScopeTest;
  readonly maker: LineMaker;
  /** Entries looked at, at most. */
  readonly room: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where a scan begins. */
export interface Beginning {
  readonly place: Place;
  /** The line a pointer named the place by: it must be there, and be of the scope. */
  readonly line?: Place;
}

export interface Reached {
  /** Everything between the place begun at and this one has been looked at. */
  readonly place: Place;
  /** There is nothing behind it in this direction. */
  readonly isLast: boolean;
  /** Entries looked at, of whatever execution. */
  readonly scanned: number;
  /**
   * Entries are gone: going forward those right behind the place begun at, going back those right before the place
   * reached. Whose they were cannot be known.
   */
  readonly isGap: boolean;
  /** The oldest entry that is left. */
  readonly oldest?: StreamId;
  /** Going back: behind everything there was when it began. */
  readonly top?: Place;
}

/**
 * Goes through a bounded stretch of the stream and lets `walk` take the lines of the scope. Throws invalidPointer
 * when there is no such line as the one to begin at.
 */
export async function scan(
  { stream, test, maker, room, signal }: Scan,
  direction: Direction,
  { place: from, line }: Beginning,
  walk: PageWalk,
): Promise<Reached> {
  const deadline = performance.now() + mostMilliseconds;
  let reached: Reached = { place: from, isLast: false, scanned: 0, isGap: false };
  for (let isFirst = true; ; isFirst = false) {
    // The first answer may hold the entry to begin at.
    const most = Math.min(room - reached.scanned, walk.roomFor(reached.scanned)) + (isFirst ? 1 : 0);
    const stretch = await stream.read(direction, reached.place, most);
    if (signal?.aborted) throw abortReason(signal);
    if (isFirst) checkBeginning(test, stretch, from, line);
    const isGap = direction === 'forward' ? isCutOff(reached.place, stretch.state) : isAtCut(stretch);
    // What is gone stands before a page's first line; the next page tells of it.
    if (isGap && direction === 'forward' && walk.lines > 0) return reached;
    if (isFirst && direction === 'backward') reached = { ...reached, top: topOf(stretch) };
    const next = passOver(stretch, direction, reached.place, { test, maker }, walk);
    const scanned = reached.scanned + next.scanned;
    const { first } = stretch.state;
    reached = {
      ...reached,
      ...next,
      scanned,
      isGap: reached.isGap || isGap,
      ...(first !== undefined && { oldest: first }),
    };
    const isLate = scanned >= Math.min(room, leastRoom) && performance.now() > deadline;
    if (!next.tookAll || next.isLast || walk.isFull || scanned >= room || isLate) return reached;
  }
}

/** Lets `walk` take what it wants of one stretch. */
function passOver(
  { entries, isLast }: Stretch,
  direction: Direction,
  from: Place,
  { test, maker }: Pick<Scan, 'test' | 'maker'>,
  walk: PageWalk,
): Pick<Reached, 'place' | 'isLast' | 'scanned'> & { readonly tookAll: boolean } {
  const isForward = direction === 'forward';
  const own = ownEntries(test, isForward ? entries : entries.toReversed());
  const lines = isForward ? maker.linesOf(own, from) : maker.linesOf(own, undefined, from);
  const tookAll = walk.take(lines);
  if (tookAll) {
    const id = entries.at(-1)?.id;
    const place = id === undefined ? from : { id: isForward ? id : idBefore(id), part: Infinity };
    return { place, isLast, tookAll, scanned: entries.length - (entries[0]?.id === from.id ? 1 : 0) };
  }
  const last = walk.last ?? from;
  const scanned = entries.findIndex(({ id }) => id === last.id) + 1;
  return { place: isForward ? last : { ...last, part: last.part - 1 }, isLast: false, scanned, tookAll };
}

function ownEntries(test: ScopeTest, entries: readonly RawEntry[]): LogEntry[] {
  const own: LogEntry[] = [];
  for (const raw of entries) {
    const entry = test.read(raw);
    if (entry) own.push(entry);
  }
  return own;
}

/** Whether entries right behind a place are gone, going by the stream as it was after reading on from there. */
function isCutOff({ id, part }: Place, { first, last, removed }: StreamState): boolean {
  if (id === zeroId) return removed > 0;
  if (first === undefined) return compareIds(id, last) !== 0;
  return compareIds(id, part === Infinity ? idBefore(first) : first) < 0;
}

/** Whether going back ended where the rest has been cut off. */
function isAtCut({ isLast, state }: Stretch): boolean {
  return isLast && state.removed > 0;
}

function topOf({ entries, state: { first, last } }: Stretch): Place {
  // What has come between the two answers is not passed over.
  const id = entries[0]?.id ?? (first === undefined ? last : idBefore(first));
  return { id, part: Infinity };
}

/** Throws invalidPointer when the line to begin at is not there, and was not there before either. */
function checkBeginning(test: ScopeTest, { entries, state }: Stretch, place: Place, line: Place | undefined): void {
  const { first, last, deleted } = state;
  if (!line) {
    const isAhead = state.added > 0 && compareIds(place.id, last) > 0 && place.id !== endPlace.id;
    if (isAhead) throw invalidPointer('names a place that the log has not come to');
    return;
  }
  const [found] = entries;
  const entry = found?.id === line.id ? test.read(found) : undefined;
  if (entry && countLines(entry) > line.part) return;
  const isTrimmed = first === undefined || compareIds(line.id, first) < 0;
  if (isTrimmed || (found?.id !== line.id && compareIds(line.id, deleted) <= 0)) return;
  throw invalidPointer('names no line of what is read');
}
