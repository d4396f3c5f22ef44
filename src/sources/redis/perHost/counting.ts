import { pointerPrefix } from '../../../base/hostPointer.ts';
import type { HourRange } from '../../../base/hours.ts';
import type { Tally } from '../../../base/tally.ts';
import { levels, type LineColumns } from '../../../model/line.ts';
import { pointer } from '../../../model/pointer.ts';
import { countLines } from '../../../text/countLines.ts';
import { numberOf, scheme, wordsOf, type Fields } from './records.ts';

/**
 * What the script that appends adds to an execution's counts, as JSON: fields and by how much, then texts of errors,
 * how many, and the number of the first line that says so.
 */
export function countedLines(
  lines: LineColumns,
  { step, firstNumber }: { readonly step: string; readonly firstNumber: number },
  from: number,
  to: number,
): string {
  const { hours, errors } = countLines(lines, from, to, Date.now());
  const fields: [string, number][] = [];
  for (const [hour, counts] of hours)
    for (const [level, count] of counts.entries())
      if (count > 0) fields.push([`${levels[level] ?? ''}/${hour}/${step}`, count]);
  const texts = [...errors].map(([text, { count, first }]) => [text, count, firstNumber + first]);
  return JSON.stringify([fields, texts]);
}

/** Adds the lines that an execution's counts tell of. */
export function tallyLines(tally: Tally, fields: Fields, range: HourRange | undefined): void {
  for (const [name, value] of fields) {
    const [, word, time, step] = /^([a-z]+)\/(-?\d+)\/(.*)$/s.exec(name) ?? [];
    const level = levels.findIndex((one) => one === word);
    const [hour, count] = [numberOf(time), numberOf(value)];
    if (level < 0 || hour === undefined || count === undefined || step === undefined) continue;
    if (range && (hour < range.from || hour >= range.to)) continue;
    tally.addLines(
      step,
      hour,
      levels.map((_, i) => (i === level ? count : 0)),
    );
  }
}

/** Adds the errors that an execution's counts tell of. */
export function tallyErrors(tally: Tally, execution: string, fields: Fields): void {
  for (const [name, value] of fields) {
    if (!name.startsWith('error/')) continue;
    const text = name.slice(6);
    const [log, number] = wordsOf(fields.get(`line/${text}`)).map(numberOf);
    const count = numberOf(value);
    if (log === undefined || number === undefined || count === undefined) continue;
    tally.addError({ text, count, execution, pointer: pointer(`${pointerPrefix(scheme, execution, log)}${number}`) });
  }
}
