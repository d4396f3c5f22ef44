import type { LineColumns, LineOrigin } from '../model/line.ts';
import type { Gap } from '../model/page.ts';
import { pointer, type Pointer } from '../model/pointer.ts';

/**
 * Lines written at once: a stretch of one host's log and, as logs are merged in the order of writing, of every
 * wider scope too. What has been written never changes.
 */
export interface Chunk {
  readonly origin: LineOrigin;
  /** The first line's number in its host's log. */
  readonly firstNumber: number;
  /** The first line's row in the scope asked for, from 1. */
  readonly firstRow: number;
  readonly count: number;
  /** Absent when the lines are gone. */
  readonly lines?: LineColumns;
  /** Why they are gone, when it was not by trimming. */
  readonly lost?: Gap['reason'];
  /** Nobody knows how many are gone: `count` is 1 for want of a better one. */
  readonly uncounted?: true;
}

/** A place between two rows: `row` is the last one before it, 0 at the start. */
export interface Place {
  readonly row: number;
  /** The row is where a line stands, not only what comes after it. */
  readonly onLine: boolean;
}

/** One scope's log at one moment, its lines counted in rows from 1. */
export interface ChunkedLog {
  readonly rows: number;
  /** Nothing more will be written. */
  readonly finished: boolean;
  /** Before the first line, written or not. */
  readonly startPointer: Pointer;
  /** The chunk that holds `row`, which is one of the log's. Without text, `lines.text` may be empty. */
  chunkAt(row: number, text: boolean): Chunk;
  /** Throws invalidPointer. */
  placeOf(pointer: Pointer): Place;
  /** The first row whose time is not earlier; `rows + 1` when there is none. */
  rowAtTime(time: number): number;
}

/** What holds such logs, for one scope. */
export interface ChunkedSource {
  /**
   * Runs `look` on a log whose rows, chunks and state agree with each other; what it was given must not be kept.
   * A source that is asked for what it does not have at hand may break `look` off, by an error of its own thrown from
   * the log's methods, fetch it, and run `look` again: `look` lets such errors pass, and bears being begun again.
   * Rejects as reading does: notFound, unavailable, closed.
   */
  look<T>(look: (log: ChunkedLog) => T): Promise<T>;
  /** Lets everything else that is ready run first. */
  nextTurn(): Promise<void>;
}

/** Names the line of `row` in `chunk`. */
export function pointerIn(chunk: Chunk, row: number): Pointer {
  return pointer(`${chunk.origin.pointerPrefix}${chunk.firstNumber + row - chunk.firstRow}`);
}
