import type { LogPage } from '../../model/page.ts';
import type { Pointer } from '../../model/pointer.ts';
import type { Position } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { entriesOf, type LogEntry } from './logEntries.ts';

/** How much text one answer may hold, in bytes of UTF-8. */
const mostBytes = 8 * 1_048_576;

export interface NewestLines {
  /** In their order. */
  readonly entries: readonly LogEntry[];
  /** Where a tail goes on. */
  readonly newer: Pointer;
  /** Lines in the whole log, when the source knows. */
  readonly total?: number;
  /** There are older ones. */
  readonly cut: boolean;
}

/** The last lines of everything that an execution wrote, at most so many. Throws what the source does. */
export async function newestLines(
  source: LogSource,
  execution: string,
  most: number,
  options: CallOptions,
): Promise<NewestLines> {
  const pages: LogPage[] = [];
  let position: Position | undefined = { at: 'end' };
  for (let room = { lines: most, bytes: mostBytes }; position && room.lines > 0 && room.bytes > 0;) {
    const page: LogPage = await source.readLog({ execution, position, limit: room }, options);
    pages.unshift(page);
    room = { lines: room.lines - page.lines.count, bytes: room.bytes - page.lines.text.length };
    position = page.older === undefined ? undefined : { at: 'before', pointer: page.older };
  }
  const last = pages.at(-1);
  if (!last) throw new RangeError('no lines were asked for');
  const entries = pages.flatMap((page) => [...entriesOf(page)].map(({ entry }) => entry));
  return {
    entries,
    newer: last.newer,
    cut: position !== undefined,
    ...(last.total !== undefined && { total: last.total }),
  };
}
