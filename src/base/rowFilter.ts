import type { LineColumns } from '../model/line.ts';

/** Decides which lines of a batch a reader wants. */
export interface RowFilter {
  matches(lines: LineColumns, index: number): boolean;
}
