import type { Disposes } from '../../src/base/disposables.ts';
import type { LogError } from '../../src/model/errors.ts';
import type { LineBatch } from '../../src/model/line.ts';
import type { Gap } from '../../src/model/page.ts';

/** What one row shows. Remote, so it may be on its way or have failed. */
export type Row =
  | { readonly kind: 'line'; readonly batch: LineBatch; readonly index: number }
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: LogError }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** `shift`: the rows from `at` on have moved by `by`; what points at a row must move along. */
export type RowsChange =
  { readonly kind: 'content' } | { readonly kind: 'shift'; readonly at: number; readonly by: number };

/**
 * A log as rows, any number of them, of which only a window is in memory. A row number means the same
 * place until a `shift` says otherwise; rows before the first one known are negative.
 */
export interface Rows extends Disposes {
  readonly first: number;
  /** One past the last row. */
  readonly end: number;
  at(row: number): Row;
  /** Number of the line shown in a row, loaded or not; undefined where nobody knows. */
  lineNumber(row: number): number | undefined;
  /** The row that shows a line, or the one nearest to it. */
  rowOf(line: number): number;
  /** These rows (`to` exclusive) are wanted now: what is missing is read, what is no longer wanted given up. */
  want(from: number, to: number): void;
  /** Reads again what could not be read. */
  retry(): void;
  onChange(listener: (change: RowsChange) => void): Disposes;
}
