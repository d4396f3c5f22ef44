import { isoTime } from '../../base/isoTime.ts';
import { lineAt } from '../../base/lineBatch.ts';
import type { LogLine } from '../../model/line.ts';
import type { Gap, LogPage } from '../../model/page.ts';
import { levelWord } from './words.ts';

/** One line of a job's log, as the document tells it. */
export interface LogEntry {
  readonly timestamp: string | null;
  readonly level: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** A page's lines one by one, each with its pointer; lines that are gone are told in words. */
export function* entriesOf({ lines, gap }: LogPage): Generator<{ entry: LogEntry; pointer?: string }> {
  if (gap) yield { entry: entryOfGap(gap) };
  for (let i = 0; i < lines.count; i++) {
    const line = lineAt(lines, i);
    yield { entry: entryOf(line), pointer: line.pointer };
  }
}

function entryOf({ time, level, stream, text, step, host, number, pointer, fields }: LogLine): LogEntry {
  return {
    timestamp: isoTime(time),
    level: levelWord(level, stream),
    message: text,
    metadata: { ...fields, step, host, stream, line: number, pointer },
  };
}

function entryOfGap({ reason, count }: Gap): LogEntry {
  const lines = count === undefined ? 'Lines' : count === 1 ? '1 line' : `${count} lines`;
  return {
    timestamp: null,
    level: 'warning',
    message: `${lines} can no longer be had (${reason}).`,
    metadata: { gap: { reason, count: count ?? null } },
  };
}
