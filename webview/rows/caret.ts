import type { Rows } from '../document/rows.ts';
import type { KeyAction } from './keys.ts';
import type { Selection, TextOf } from './selection.ts';
import type { Viewport } from './viewport.ts';

type Move = Extract<KeyAction, { kind: 'move' }>;
type ColumnMove = Extract<KeyAction, { kind: 'column' }>['to'];

interface Ground {
  readonly rows: Pick<Rows, 'first' | 'end'>;
  readonly viewport: Viewport;
  readonly selection: Selection;
  readonly textOf: TextOf;
}

/** Moves the caret by rows, with the view along; with `extend`, selects on the way. */
export function moveCaret({ to, extend }: Move, { rows, viewport, selection, textOf }: Ground): void {
  if (rows.end <= rows.first) return;
  const page = Math.max(1, viewport.rowsPerPage - 1);
  const steps = { up: -1, down: 1, pageUp: -page, pageDown: page, start: -Infinity, end: Infinity }[to];
  const { row, column } = selection.active;
  const isAway = Math.abs(steps) <= page && !extend && !viewport.isRowInView(Math.min(row, rows.end - 1));
  const aim = isAway ? nearestInView(viewport, steps < 0) : row + steps;
  if (Math.abs(steps) === page && page > 1) viewport.scrollByPage(Math.sign(steps));
  const reached = Math.max(rows.first, Math.min(rows.end - 1, aim));
  if (!extend) selection.select({ row: reached, column: 0 }, { row: reached, column: 0 });
  else selection.extend({ row: reached, column: to === 'start' ? 0 : to === 'end' ? Infinity : column }, textOf);
  if (to === 'end') viewport.scrollToEnd();
  else viewport.reveal(reached);
}

/** Extends the selection within the caret's row. */
export function extendByColumn(to: ColumnMove, { selection, textOf }: Ground): void {
  const { row, column } = selection.active;
  const length = textOf(row)?.length ?? 0;
  const at = Math.min(column, length);
  const columns = { left: Math.max(0, at - 1), right: Math.min(length, at + 1), lineStart: 0, lineEnd: length };
  selection.extend({ row, column: columns[to] }, textOf);
}

/** A caret that was scrolled out of view comes back where one looks. */
function nearestInView(viewport: Viewport, isUpward: boolean): number {
  const { from, to } = viewport.rowsInView();
  return isUpward ? Math.max(from, to - 2) : Math.min(to - 1, from + 1);
}
