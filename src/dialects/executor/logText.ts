import { lineText } from '../../base/lineBatch.ts';
import type { LineBatch } from '../../model/line.ts';

/** Line `index` as document 000 writes it: `[time] text` and a line feed, without the time when it is not known. */
export function timedLine(lines: LineBatch, index: number): string {
  return `${timeOf(lines, index)}${lineText(lines, index)}\n`;
}

/** As `timedLine`, with the host's id: where the lines of several hosts are read as one. */
export function hostLine(lines: LineBatch, index: number): string {
  const host = lines.origins[lines.originOf[index] ?? 0]?.host ?? '';
  return `${timeOf(lines, index)}[${host}] ${lineText(lines, index)}\n`;
}

/** ISO 8601 with milliseconds and `Z`; null when the line has no time. */
export function isoTime(lines: LineBatch, index: number): string | null {
  const date = new Date(lines.times[index] ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function timeOf(lines: LineBatch, index: number): string {
  const time = isoTime(lines, index);
  return time === null ? '' : `[${time}] `;
}
