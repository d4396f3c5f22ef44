import { levels, type LineColumns } from '../model/line.ts';

const errorLevel = levels.indexOf('error');

/** How many of the lines `from` to `to` (exclusive) are errors by their level, and the index of the first. */
export function errorLines(
  { levels: values }: LineColumns,
  from: number,
  to: number,
): { errors: number; first?: number } {
  let errors = 0;
  let first: number | undefined;
  for (let i = from; i < to; i++) {
    if ((values[i] ?? 0) < errorLevel) continue;
    errors++;
    first ??= i;
  }
  return first === undefined ? { errors } : { errors, first };
}
