import { linesOf } from '../base/lineBatch.ts';
import type { LogLine } from '../model/line.ts';
import type { LogPage } from '../model/page.ts';
import type { LogFilter, LogScope, Position } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { stripAnsi } from '../text/ansi.ts';
import { lineJson } from '../text/lineJson.ts';

export type ExportFormat = 'text' | 'jsonLines';

export interface ExportQuery {
  readonly scope: LogScope;
  readonly format: ExportFormat;
  readonly filter?: LogFilter;
}

/** A piece of the file, and how far the export has come. */
export interface ExportPart {
  readonly text: string;
  /** Lines in this piece. */
  readonly lines: number;
  /** Lines in the whole log, when known. */
  readonly total?: number;
}

/**
 * A whole log as text (visible text, one line each) or JSON lines, a page at a time: what is there when it ends,
 * without waiting for more. Lines that are gone stand as a note, never as silence.
 */
export async function* exportLog(
  source: LogSource,
  { scope, format, filter }: ExportQuery,
  options?: CallOptions,
): AsyncGenerator<ExportPart> {
  const writeLine = format === 'text' ? textOf : lineJson;
  let position: Position = { at: 'start' };
  for (;;) {
    const page: LogPage = await source.readLog({ ...scope, position, ...(filter && { filter }) }, options);
    const text = gapNote(page, format) + [...linesOf(page.lines)].map((line) => `${writeLine(line)}\n`).join('');
    if (text) yield { text, lines: page.lines.count, ...(page.total !== undefined && { total: page.total }) };
    if (page.complete || isEnd(position, page)) return;
    position = { at: 'after', pointer: page.newer };
  }
}

/** Nothing new, and nothing left to look at: the end for now. */
function isEnd(position: Position, page: LogPage): boolean {
  const stands = position.at === 'after' && position.pointer === page.newer;
  return stands || (position.at === 'start' && page.lines.count === 0 && !page.scanned?.lines);
}

function textOf({ text }: LogLine): string {
  return stripAnsi(text);
}

function gapNote({ gap }: LogPage, format: ExportFormat): string {
  if (!gap) return '';
  return format === 'text' ? `[${gap.count ?? 'some'} lines ${gap.reason}]\n` : `${JSON.stringify({ gap })}\n`;
}
