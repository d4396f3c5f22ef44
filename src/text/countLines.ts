import { hourOf } from '../base/hours.ts';
import { levels, type LineColumns } from '../model/line.ts';
import { commonText } from './commonText.ts';
import { lineTextAt } from './lineTexts.ts';

const errorLevel = levels.indexOf('error');

/** Lines of one batch that are counted under hours of their own; the rest counts as of now. */
const mostHours = 100;
/** Error lines of one batch that are looked at, and how many bytes of each. */
const mostErrors = 500;
const mostBytes = 4_000;

export interface CountedLines {
  /** By the hour's beginning: how many lines have which level, by its index in `levels`. */
  readonly hours: ReadonlyMap<number, readonly number[]>;
  /** By what they have in common: how many error lines, and the index of the first. */
  readonly errors: ReadonlyMap<string, { readonly count: number; readonly first: number }>;
}

/**
 * Counts the lines `from` to `to` (exclusive), whose levels are marked, for statistics. Lines without a usable time
 * count as of `now`. Costs little however many there are: a bounded number of errors is looked at.
 */
export function countLines(lines: LineColumns, from: number, to: number, now: number): CountedLines {
  return { hours: countHours(lines, from, to, now), errors: countErrors(lines, from, to) };
}

function countHours({ times, levels: values }: LineColumns, from: number, to: number, now: number) {
  const hours = new Map<number, number[]>();
  const present = hourOf(now) ?? 0;
  let known: number | undefined;
  let counts: number[] = [];
  for (let i = from; i < to; i++) {
    let hour = hourOf(times[i] ?? Number.NaN) ?? present;
    if (hour !== known) {
      if (hours.size >= mostHours && !hours.has(hour)) hour = present;
      known = hour;
      counts = hours.get(hour) ?? levels.map(() => 0);
      hours.set(hour, counts);
    }
    const level = values[i] ?? 0;
    counts[level] = (counts[level] ?? 0) + 1;
  }
  return hours;
}

function countErrors(lines: LineColumns, from: number, to: number) {
  const errors = new Map<string, { count: number; first: number }>();
  let looked = 0;
  for (let i = from; i < to && looked < mostErrors; i++) {
    if ((lines.levels[i] ?? 0) < errorLevel) continue;
    looked++;
    const text = commonText(beginningOf(lines, i));
    if (text === '') continue;
    const known = errors.get(text);
    if (known) known.count++;
    else errors.set(text, { count: 1, first: i });
  }
  return errors;
}

function beginningOf(lines: LineColumns, index: number): string {
  const { text, offsets } = lines;
  const start = offsets[index] ?? 0;
  const end = offsets[index + 1] ?? start;
  if (end - start <= mostBytes) return lineTextAt(lines, index);
  return new TextDecoder().decode(text.subarray(start, start + mostBytes));
}
