import type { CopyStyle } from '../../bridge/logHost.ts';
import { LogError } from '../../model/errors.ts';
import type { LineBatch } from '../../model/line.ts';
import type { LogScope, Position } from '../../model/query.ts';
import type { LogSource } from '../../model/source.ts';
import type { Words } from '../words.ts';
import { copiedLines, markdownBlock } from './lineFormats.ts';

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

/** A whole log. */
export type CopiedLog = Pick<CopiedRange, 'scope' | 'style'>;

export interface Copying {
  readonly signal: AbortSignal;
  /** Told how many lines have been read, and how many there are where that is known. */
  readonly progress: (read: number, total?: number) => void;
}

/** Reads a range of lines page by page. */
export async function readRange(
  source: LogSource,
  { scope, from, to, style }: CopiedRange,
  words: Words,
  { signal, progress }: Copying,
): Promise<Copied> {
  const clip = new Clip(style, words);
  let next = from;
  while (next <= to) {
    const limit = { lines: Math.min(10_000, to - next + 1), bytes: mostBytes };
    const page = await source.readLog({ ...scope, position: { at: 'line', line: next }, limit }, { signal });
    if (page.lines.count === 0) break;
    clip.add(page.lines);
    next += page.lines.count;
    progress(next - from, to - from + 1);
  }
  return clip.copied(`${nameOf(scope)}, ${from}–${next - 1}`);
}

/** Reads a log from its start to where it ends for now. */
export async function readWhole(
  source: LogSource,
  { scope, style }: CopiedLog,
  words: Words,
  { signal, progress }: Copying,
): Promise<Copied> {
  const clip = new Clip(style, words);
  let position: Position = { at: 'start' };
  for (;;) {
    const page = await source.readLog({ ...scope, position, limit: { lines: 10_000, bytes: mostBytes } }, { signal });
    clip.add(page.lines);
    progress(clip.lines, page.total);
    const stands = page.lines.count === 0 && (position.at !== 'after' || position.pointer === page.newer);
    if (page.complete || stands) return clip.copied(nameOf(scope));
    position = { at: 'after', pointer: page.newer };
  }
}

const mostBytes = 4 * 1_048_576;

/** Gathers what is to be copied; refuses what no clipboard should hold. */
class Clip {
  readonly #style: CopyStyle;
  readonly #words: Words;
  readonly #lines: string[] = [];
  #characters = 0;

  constructor(style: CopyStyle, words: Words) {
    this.#style = style;
    this.#words = words;
  }

  get lines(): number {
    return this.#lines.length;
  }

  add(batch: LineBatch): void {
    for (const line of copiedLines(batch, this.#style)) {
      this.#lines.push(line);
      this.#characters += line.length + 1;
    }
    const { t } = this.#words;
    if (this.#characters > most)
      throw new LogError('invalidRequest', t('This is too much for the clipboard. Export the log to a file instead.'));
  }

  copied(heading: string): Copied {
    const lines = this.#lines;
    return { text: this.#style === 'markdown' ? markdownBlock(heading, lines) : lines.join('\n'), lines: lines.length };
  }
}

function nameOf({ execution, step, host }: LogScope): string {
  return [execution, step, host].filter((name) => name !== undefined && name !== '').join(' › ');
}
