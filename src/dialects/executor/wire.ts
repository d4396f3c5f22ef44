import type { LineBatch, LineColumns, LineOrigin } from '../../model/line.ts';
import type { LogPage } from '../../model/page.ts';

/**
 * Lines in JSON: columns again, so that neither side makes an object per line. No line holds a line break, so the
 * texts cross as one string. A column that is the same for every line is one value instead of a list.
 */
export interface WireLines {
  readonly count: number;
  /** The lines' texts, joined by line feeds. */
  readonly text: string;
  /** Milliseconds since the epoch; null when unknown. */
  readonly times: readonly (number | null)[] | number | null;
  /** Indexes into `streams`. */
  readonly streams: readonly number[] | number;
  /** Indexes into `levels`. */
  readonly levels: readonly number[] | number;
  /** Bits of `lineFlag`. */
  readonly flags: readonly number[] | number;
  readonly fields?: LineColumns['fields'];
}

export interface WireBatch extends WireLines {
  /** The first line's number when they follow one another. */
  readonly numbers: readonly number[] | number;
  readonly origins: readonly LineOrigin[];
  readonly originOf: readonly number[] | number;
  readonly pointers?: readonly string[];
}

/** A `LogPage` with its lines in JSON. */
export interface WirePage extends Omit<LogPage, 'lines'> {
  readonly lines: WireBatch;
}
