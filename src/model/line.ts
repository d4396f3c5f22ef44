import type { Pointer } from './pointer.ts';

/** Where a line came from; the index is the value in `LineColumns.streams`. */
export const streams = ['stdout', 'stderr', 'system'] as const;
export type Stream = (typeof streams)[number];

/** How grave a line is; the index is the value in `LineColumns.levels`, 0 meaning none. */
export const levels = ['none', 'trace', 'debug', 'info', 'notice', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

/** Bits of `LineColumns.flags`. */
export const lineFlag = {
  /** Bytes that were no UTF-8 stand as U+FFFD. */
  invalidUtf8: 1,
  /** The line was longer than its writer keeps; the rest is lost. */
  cut: 2,
  /** The line was shown before its end had come; the next line goes on where it stops. */
  unfinished: 4,
  /** Goes on where the line before it stopped. */
  continued: 8,
} as const;

/**
 * Lines as columns: what a writer appends and the store keeps. Line i's text is
 * `text[offsets[i] .. offsets[i + 1])`, UTF-8, without its line end. All columns but `offsets` (count + 1)
 * have `count` entries.
 */
export interface LineColumns {
  readonly count: number;
  readonly text: Uint8Array;
  readonly offsets: Uint32Array;
  /** The producer's time in milliseconds since the epoch, for display; NaN when unknown. */
  readonly times: Float64Array;
  /** Index into `streams`. */
  readonly streams: Uint8Array;
  /** Index into `levels`. */
  readonly levels: Uint8Array;
  /** Bits of `lineFlag`. */
  readonly flags: Uint8Array;
  /** Structured values a producer attached, by line; absent when no line has any. */
  readonly fields?: readonly (Readonly<Record<string, string>> | undefined)[];
}

/** The host log a line of a batch belongs to. */
export interface LineOrigin {
  readonly step: string;
  readonly host: string;
  /** A line's pointer is this followed by its number, unless the batch lists its pointers. */
  readonly pointerPrefix: string;
}

/** Lines on their way from a source to a reader: plain data that crosses a port as it is. */
export interface LineBatch extends LineColumns {
  /** A line's number within its host's log, from 1; 0 where nobody counts them. */
  readonly numbers: Float64Array;
  readonly origins: readonly LineOrigin[];
  /** Index into `origins`, by line. */
  readonly originOf: Uint16Array;
  /** Pointers that do not follow from the numbers. */
  readonly pointers?: readonly string[];
}

/** One line in full, made on demand for those who want an object. */
export interface LogLine {
  readonly pointer: Pointer;
  readonly number: number;
  readonly time: number | undefined;
  readonly stream: Stream;
  readonly level: Level;
  readonly flags: number;
  readonly text: string;
  readonly step: string;
  readonly host: string;
  readonly fields?: Readonly<Record<string, string>>;
}
