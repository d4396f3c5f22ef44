import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import { LogError } from '../../src/model/errors.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { Position, TextPattern } from '../../src/model/query.ts';
import { compilePattern, type Pattern } from '../../src/text/matcher.ts';
import { LineSearch, type ReadLines } from './lineSearch.ts';
import { nearestLine, type Direction } from './nearestLine.ts';

/** A line found: by number where lines have places by number, by pointer anyway when it was read for this. */
export interface FoundLine {
  readonly line: number;
  readonly pointer: Pointer | undefined;
  readonly wrapped: boolean;
}

/** Where to look on from. */
export interface FromLine {
  readonly line: number | undefined;
  readonly pointer: Pointer | undefined;
}

/** One search for a text: every line that has it, and the way from one to the next. */
export class Find implements Disposes {
  readonly pattern: Pattern;
  readonly search: LineSearch;
  readonly #read: ReadLines;
  readonly #isNumbered: boolean;
  readonly #changed: () => void;
  #isReadingOn = false;
  #looking = new AbortController();

  /** Throws `invalidRequest` when the pattern cannot be understood. */
  constructor(read: ReadLines, text: TextPattern, isNumbered: boolean, changed: () => void) {
    this.pattern = compilePattern(text);
    this.#read = read;
    this.#isNumbered = isNumbered;
    this.#changed = changed;
    this.search = new LineSearch(read, { text }, changed);
  }

  /** 1 for the first match; undefined while the search has not come so far. */
  ordinal(line: number): number | undefined {
    if (!this.#isNumbered) return undefined;
    const { lines } = this.search;
    const index = lines.indexFrom(line);
    return lines.at(index) === line ? index + 1 : undefined;
  }

  /** Looks for the next match, farther than one page. */
  get isReadingOn(): boolean {
    return this.#isReadingOn;
  }

  /** Which match a line is can be told. */
  get isNumbered(): boolean {
    return this.#isNumbered;
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
  #known(direction: Direction, line = 1, including = false): FoundLine | undefined | 'unknown' {
    const { lines, state } = this.search;
    const isDone = state.kind === 'done';
    if (isDone && lines.length === 0) return undefined;
    if (!this.#isNumbered) return 'unknown';
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
      const here = await this.#at(from.pointer);
      if (here) return here;
    }
    const start = startOf(direction, from);
    return start && this.#walk(direction, start, false);
  }

  /** A line, if it matches. */
  async #at(pointer: Pointer): Promise<FoundLine | undefined> {
    const query = { position: { at: 'around', pointer }, limit: { lines: 1 }, withoutText: true } as const;
    const { lines } = await this.#read({ ...query, filter: this.search.filter }, { signal: this.#looking.signal });
    for (let index = 0; index < lines.count; index++)
      if (linePointer(lines, index) === pointer) return { line: lines.numbers[index] ?? 0, pointer, wrapped: false };
    return undefined;
  }

  #around(direction: Direction): Promise<FoundLine | undefined> {
    return this.#walk(direction, { at: direction === 'next' ? 'start' : 'end' }, true);
  }

  async #walk(direction: Direction, start: Position, wrapped: boolean): Promise<FoundLine | undefined> {
    const { signal } = this.#looking;
    const wentOn = (): void => {
      if (this.#isReadingOn) return;
      this.#isReadingOn = true;
      this.#changed();
    };
    try {
      const found = await nearestLine(this.#read, this.search.filter, direction, start, { signal, wentOn });
      return found && { ...found, wrapped };
    } finally {
      this.#isReadingOn = false;
    }
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
  if (line === undefined) return { at: direction === 'next' ? 'start' : 'end' };
  return direction === 'next' ? { at: 'line', line: line + 1 } : undefined;
}
