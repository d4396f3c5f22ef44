import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import { levels, type LineBatch } from '../../src/model/line.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { Position } from '../../src/model/query.ts';
import { errorFilter } from './errorLines.ts';
import type { ReadLines } from './lineSearch.ts';
import { nearestLine, type Direction } from './nearestLine.ts';

const pageLines = 500;
const firstError = levels.indexOf('error');

/** Where a run of errors begins; without a pointer where there is none. */
export interface ErrorOutcome {
  readonly pointer: Pointer | undefined;
}

/** Goes from one run of errors to the next by reading on, in a log that has no numbers to go by. */
export class ErrorWalk implements Disposes {
  readonly #read: ReadLines;
  #walking = new AbortController();

  constructor(read: ReadLines) {
    this.#read = read;
  }

  /**
   * Where the nearest run of errors begins, around the end if need be; where nobody knows where one is, from an end.
   * A walk in whose place another was begun is given up and has no outcome.
   */
  async nearest(direction: Direction, from: Pointer | undefined): Promise<ErrorOutcome | undefined> {
    this.#walking.abort();
    this.#walking = new AbortController();
    const { signal } = this.#walking;
    try {
      return { pointer: await this.#nearest(direction, from, signal) };
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  }

  dispose(): void {
    this.#walking.abort();
  }

  async #nearest(direction: Direction, from: Pointer | undefined, signal: AbortSignal): Promise<Pointer | undefined> {
    const start = from === undefined ? undefined : await this.#startOf(direction, from, signal);
    const near = start && (await this.#seek(direction, start, signal));
    return near ?? this.#seek(direction, { at: direction === 'next' ? 'start' : 'end' }, signal);
  }

  async #seek(direction: Direction, start: Position, signal: AbortSignal): Promise<Pointer | undefined> {
    const found = await nearestLine(this.#read, errorFilter, direction, start, { signal });
    return found && (direction === 'next' ? found.pointer : this.#beginning(found.pointer, signal));
  }

  /** Where to look on from: behind the run of errors that one is in. */
  async #startOf(direction: Direction, from: Pointer, signal: AbortSignal): Promise<Position> {
    if (direction === 'previous') return { at: 'before', pointer: from };
    const here = await this.#page({ at: 'around', pointer: from }, 1, signal);
    if (!isError(here.lines, 0)) return { at: 'after', pointer: from };
    let last = from;
    for (;;) {
      const { lines, complete }: LogPage = await this.#page({ at: 'after', pointer: last }, pageLines, signal);
      let index = 0;
      while (index < lines.count && isError(lines, index)) index++;
      if (index > 0) last = linePointer(lines, index - 1);
      if (index < lines.count || lines.count === 0 || complete) return { at: 'after', pointer: last };
    }
  }

  /** The first line of the run of errors that a line is in. */
  async #beginning(from: Pointer, signal: AbortSignal): Promise<Pointer> {
    let first = from;
    let before: Pointer | undefined = from;
    while (before !== undefined) {
      const { lines, older }: LogPage = await this.#page({ at: 'before', pointer: before }, pageLines, signal);
      let index = lines.count;
      while (index > 0 && isError(lines, index - 1)) index--;
      if (index < lines.count) first = linePointer(lines, index);
      if (index > 0) return first;
      before = older;
    }
    return first;
  }

  #page(position: Position, lines: number, signal: AbortSignal): Promise<LogPage> {
    return this.#read({ position, limit: { lines }, withoutText: true }, { signal });
  }
}

function isError(lines: LineBatch, index: number): boolean {
  return (lines.levels[index] ?? 0) >= firstError;
}
