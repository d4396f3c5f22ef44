import { LogError } from '../../model/errors.ts';
import type { LogScope } from '../../model/query.ts';
import type { LogSource } from '../../model/source.ts';
import type { Words } from '../words.ts';
import { copiedLines, markdownBlock, type CopyStyle } from './lineFormats.ts';

/** More than this is refused: it is what an export is for. Characters. */
const most = 64 * 1_048_576;

export interface CopiedRange {
  readonly scope: LogScope;
  /** Row of the first line, from 1, and of the last, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly style: CopyStyle;
}

export interface Copied {
  readonly text: string;
  readonly lines: number;
}

/** Reads a range of lines page by page. `progress` is told how many of them have been read. */
export async function readRange(
  source: LogSource,
  { scope, from, to, style }: CopiedRange,
  words: Words,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (read: number) => void },
): Promise<Copied> {
  const lines: string[] = [];
  let characters = 0;
  let next = from;
  while (next <= to) {
    const limit = { lines: Math.min(10_000, to - next + 1), bytes: 4 * 1_048_576 };
    const page = await source.readLog({ ...scope, position: { at: 'line', line: next }, limit }, { signal });
    if (page.lines.count === 0) break;
    for (const line of copiedLines(page.lines, style)) {
      lines.push(line);
      characters += line.length + 1;
    }
    if (characters > most)
      throw new LogError(
        'invalidRequest',
        words.t('This is too much for the clipboard. Export the log to a file instead.'),
      );
    next += page.lines.count;
    progress(next - from);
  }
  const text =
    style === 'markdown' ? markdownBlock(heading({ scope, from, to: next - 1, style }), lines) : lines.join('\n');
  return { text, lines: lines.length };
}

function heading({ scope, from, to }: CopiedRange): string {
  return `${[scope.execution, scope.step, scope.host].filter((name) => name !== undefined).join(' › ')}, ${from}–${to}`;
}
