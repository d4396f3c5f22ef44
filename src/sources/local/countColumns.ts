import { levels } from '../../model/line.ts';

/** The columns that say how many lines have which level: `none`, `trace` … */
export const countColumns = levels.join(', ');
export const countSums = levels.map((level) => `sum(${level}) AS ${level}`).join(', ');
export const countMarks = levels.map(() => '?').join(', ');
export const countAdds = levels.map((level) => `${level} = ${level} + excluded.${level}`).join(', ');
export const countTotal = levels.join(' + ');

export function countsOf(row: Readonly<Record<string, unknown>>): number[] {
  return levels.map((level) => Number(row[level] ?? 0));
}

/** The tables keep whole hours since the epoch. */
export const hourMilliseconds = 3_600_000;
