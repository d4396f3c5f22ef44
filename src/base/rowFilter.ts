import type { LineColumns } from '../model/line.ts';

/** Decides which lines of a batch a reader wants. */
export interface RowFilter {
  /** Indexes of the lines that match, in order. */
  matchRows(lines: LineColumns): readonly number[];
}
