import { lineAt } from '../src/base/lineBatch.ts';
import type { CopyStyle, LogHost } from '../src/bridge/logHost.ts';
import type { LineBatch } from '../src/model/line.ts';
import type { LogFilter } from '../src/model/query.ts';
import { lineJson } from '../src/text/lineJson.ts';
import type { Rows } from './document/rows.ts';
import type { LogSession } from './logSession.ts';
import { readableText } from './rows/lineView.ts';
import type { Selection } from './rows/selection.ts';

/** More than this is read and put into the clipboard by the editor, by whole lines. */
const mostLines = 20_000;

/** The rows that are shown, of which log, and what they were filtered by. */
export interface Source {
  readonly rows: Rows;
  readonly session: LogSession;
  readonly filter: LogFilter | undefined;
}

/** Copies what is selected, loaded or not; resolves with the number of lines, 0 when nothing was. */
export async function copySelection(
  host: LogHost,
  source: Source,
  selection: Selection,
  style: CopyStyle,
  options: { readonly signal: AbortSignal },
): Promise<number> {
  const { rows, session } = source;
  const { start, end } = selection;
  const last = end.column === 0 && end.row > start.row ? end.row - 1 : end.row;
  const count = last - start.row + 1;
  if (selection.isEmpty || count <= 0) return 0;
  if (count > mostLines && session.isNumbered && rows === session.rows) {
    const [from, to] = [rows.lineNumber(start.row) ?? 1, rows.lineNumber(last) ?? 1];
    return (await host.copyLines({ scope: session.address.scope, from, to, style }, options)).lines;
  }
  const lines = await linesOf(source, start.row, Math.min(last, start.row + mostLines - 1), options.signal);
  const texts = lines.map(({ batch, index: at }, index) => {
    // A part of a line is no object.
    if (style === 'json') return lineJson(lineAt(batch, at));
    const row = start.row + index;
    const text = readableText(batch, at);
    const time = batch.times[at] ?? Number.NaN;
    const to = row === end.row ? end.column : text.length;
    const part = text.slice(row === start.row ? start.column : 0, to);
    return style === 'withTime' && !Number.isNaN(time) ? `${new Date(time).toISOString()} ${part}` : part;
  });
  const plain = texts.join('\n') + (last < end.row ? '\n' : '');
  await host.copy({ text: style === 'markdown' ? fenced(plain) : plain }, options);
  return texts.length;
}

interface CopiedLine {
  readonly batch: LineBatch;
  readonly index: number;
}

/** The lines of rows; those that are not loaded are read for this and not kept. */
async function linesOf(source: Source, from: number, to: number, signal: AbortSignal): Promise<CopiedLine[]> {
  const lines: CopiedLine[] = [];
  let row = from;
  while (row <= to) {
    const shown = source.rows.at(row);
    if (shown.kind === 'line') {
      lines.push({ batch: shown.batch, index: shown.index });
      row++;
    } else if (shown.kind === 'gap') row++;
    else {
      const { count, batch } = await readFrom(source, row, to, signal);
      for (let index = 0; index < (batch?.count ?? 0); index++) if (batch) lines.push({ batch, index });
      row += count;
    }
  }
  return lines;
}

async function readFrom(
  { rows, session, filter }: Source,
  row: number,
  to: number,
  signal: AbortSignal,
): Promise<{ count: number; batch: LineBatch | undefined }> {
  const line = rows.lineNumber(row);
  if (line === undefined) return { count: 1, batch: undefined };
  const limit = { lines: Math.min(1_000, to - row + 1) };
  const query = { position: { at: 'line', line } as const, limit, ...(filter && { filter }) };
  const { lines, gap } = await session.read(query, { signal });
  if (gap || lines.count === 0) return { count: 1, batch: undefined };
  return { count: lines.count, batch: lines };
}

/** The fence is longer than any run of backticks inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}log\n${text.replace(/\n$/, '')}\n${fence}\n`;
}
