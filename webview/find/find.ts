import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import { LogError } from '../../src/model/errors.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { Position, TextPattern } from '../../src/model/query.ts';
import { compilePattern, type Pattern } from '../../src/text/matcher.ts';
import { LineSearch, type ReadLines } from './lineSearch.ts';

export type Direction = 'next' | 'previous';

/** A line found: by number where lines have places by number, by pointer anyway when it was read for this. */
export interface FoundLine {
  readonly line: number;
  readonly pointer: Pointer | undefined;
  readonly wrapped: boolean;
}

/** Where to look on from. */
export interface FromLine {
  readonly line: number;
  readonly pointer: Pointer | undefined;
}

/** One search for a text: every line that has it, and the way from one to the next. */
export class Find implements Disposes {
  readonly pattern: Pattern;
  readonly search: LineSearch;
  readonly #read: ReadLines;
  readonly #isNumbered: boolean;
  #looking = new AbortController();

  /** Throws `invalidRequest` when the pattern cannot be understood. */
  constructor(read: ReadLines, text: TextPattern, isNumbered: boolean, changed: () => void) {
    this.pattern = compilePattern(text);
    this.#read = read;
    this.#isNumbered = isNumbered;
    this.search = new LineSearch(read, { text }, changed);
  }

  /** 1 for the first match; undefined while the search has not come so far. */
  ordinal(line: number): number | undefined {
    if (!this.#isNumbered) return undefined;
    const { lines } = this.search;
    const index = lines.indexFrom(line);
    return lines.at(index) === line ? index + 1 : undefined;
  }

  /** The nearest match before or after a line (or on it, with `including`), around the end if need be. */
  async nearest(direction: Direction, from: FromLine, including = false): Promise<FoundLine | undefined> {
    const known = this.#known(direction, from.line, including);
    if (known !== 'unknown') return known;
    const read = await this.#lookFor(direction, from, including);
    if (read) return read;
    const { lines } = this.search;
    const line = direction === 'next' ? lines.at(0) : lines.at(lines.length - 1);
    return line !== undefined && this.#isNumbered
      ? { line, pointer: undefined, wrapped: true }
      : this.#around(direction);
  }

  /** Looks no further; what has been found stays. */
  stop(): void {
    this.#looking.abort();
    this.#looking = new AbortController();
    this.search.cancel();
  }

  dispose(): void {
    this.#looking.abort();
    this.search.dispose();
  }

  /** What the search, which runs from the start, knows already. */
  #known(direction: Direction, line: number, including: boolean): FoundLine | undefined | 'unknown' {
    if (!this.#isNumbered) return 'unknown';
    const { lines, state } = this.search;
    const isDone = state.kind === 'done';
    const at = lines.indexFrom(direction === 'next' ? line + (including ? 0 : 1) : line + (including ? 1 : 0));
    const found = lines.at(direction === 'next' ? at : at - 1);
    const isPassed = isDone || at < lines.length;
    if (found !== undefined && isPassed) return { line: found, pointer: undefined, wrapped: false };
    if (!isDone) return 'unknown';
    const around = lines.at(direction === 'next' ? 0 : lines.length - 1);
    return around === undefined ? undefined : { line: around, pointer: undefined, wrapped: true };
  }

  async #lookFor(direction: Direction, from: FromLine, including: boolean): Promise<FoundLine | undefined> {
    if (including && from.pointer !== undefined) {
      const here = await this.#page({ at: 'around', pointer: from.pointer });
      const line = foundIn(here, 'next', false);
      if (line?.pointer === from.pointer) return line;
    }
    const start = startOf(direction, from);
    return start && this.#walk(direction, start, false);
  }

  #around(direction: Direction): Promise<FoundLine | undefined> {
    return this.#walk(direction, { at: direction === 'next' ? 'start' : 'end' }, true);
  }

  async #walk(direction: Direction, start: Position, wrapped: boolean): Promise<FoundLine | undefined> {
    let position: Position | undefined = start;
    while (position) {
      const page: LogPage = await this.#page(position);
      const found = foundIn(page, direction, wrapped);
      if (found) return found;
      position = onward(page, direction);
    }
    return undefined;
  }

  #page(position: Position): Promise<LogPage> {
    const limit = { lines: 1 };
    return this.#read(
      { position, limit, filter: this.search.filter, withoutText: true },
      { signal: this.#looking.signal },
    );
  }
}

/** Words for a pattern that cannot be understood; undefined for one that can. */
export function patternProblem(text: TextPattern): string | undefined {
  try {
    compilePattern(text);
    return undefined;
  } catch (error) {
    return LogError.from(error).message;
  }
}

function startOf(direction: Direction, { line, pointer }: FromLine): Position | undefined {
  if (pointer !== undefined) return { at: direction === 'next' ? 'after' : 'before', pointer };
  return direction === 'next' ? { at: 'line', line: line + 1 } : undefined;
}

function foundIn({ lines }: LogPage, direction: Direction, wrapped: boolean): FoundLine | undefined {
  if (lines.count === 0) return undefined;
  const index = direction === 'next' ? 0 : lines.count - 1;
  return { line: lines.numbers[index] ?? 0, pointer: linePointer(lines, index), wrapped };
}

function onward(page: LogPage, direction: Direction): Position | undefined {
  if (direction === 'previous') return page.older === undefined ? undefined : { at: 'before', pointer: page.older };
  if (page.complete || page.scanned?.lines === 0) return undefined;
  return { at: 'after', pointer: page.newer };
}
