import { parseTime } from '../../../base/parseTime.ts';

/** What was written at once: one line, or several that share its time. */
export interface TextEntry {
  readonly time: number | undefined;
  readonly texts: readonly string[];
  /** As the system writes it, for telling it from others. */
  readonly raw: string;
}

const stamped = /^\[([^\][]{1,64})\] /;

/** The entries of a text in which each begins with `[time] `. Those without text are left out by the system. */
export function readLogText(text: string): TextEntry[] {
  const entries: { time: number | undefined; texts: string[]; raw: string }[] = [];
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    const line = text.slice(start, end);
    start = end + 1;
    const stamp = stamped.exec(line);
    const time = stamp ? parseTime(stamp[1]) : undefined;
    const last = entries.at(-1);
    if (stamp && (time !== undefined || stamp[1] === 'None'))
      entries.push({ time, texts: [line.slice(stamp[0].length)], raw: line });
    else if (last) {
      last.texts.push(line);
      last.raw += `\n${line}`;
    } else entries.push({ time: undefined, texts: [line], raw: line });
  }
  return entries;
}

/** How the system would write an entry of its stream into such a text. */
export function rawText(timestamp: string, content: string): string {
  return `[${timestamp}] ${content}`;
}
