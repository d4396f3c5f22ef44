import type { LogLine } from '../model/line.ts';

/** A line as one JSON object on one line, for files and the clipboard: all that is known of it. */
export function lineJson({ pointer, number, time, stream, level, text, step, host, fields }: LogLine): string {
  const at = time === undefined ? undefined : new Date(time).toISOString();
  return JSON.stringify({ pointer, number, time: at, stream, level, text, step, host, fields });
}
