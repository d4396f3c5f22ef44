import type { Disposes } from '../../src/base/disposables.ts';
import type { LogFilter } from '../../src/model/query.ts';
import { LineSearch, type ReadLines } from './lineSearch.ts';
import type { Direction } from './nearestLine.ts';

export const errorFilter: LogFilter = { levels: ['error', 'fatal'] };

/** Where the errors of a log are, loaded or not: for the overview, and to go from one to the next. */
export class ErrorLines implements Disposes {
  readonly #search: LineSearch;

  constructor(read: ReadLines, changed: () => void) {
    this.#search = new LineSearch(read, errorFilter, changed);
  }

  get lines(): Uint32Array {
    return this.#search.lines.values;
  }

  /** Lines have been written. */
  more(): void {
    this.#search.more();
  }

  /** The first line of the nearest run of errors: a stack trace counts once. */
  nearest(direction: Direction, line: number): number | undefined {
    const { lines } = this;
    const at = this.#search.lines.indexFrom(line + (direction === 'next' ? 1 : 0));
    if (direction === 'next') {
      for (let index = at; index < lines.length; index++)
        if (lines[index] !== (lines[index - 1] ?? -1) + 1 || lines[index - 1] === undefined) return lines[index];
      return lines[0];
    }
    for (let index = at - 1; index >= 0; index--)
      if (lines[index] !== (lines[index - 1] ?? -1) + 1) return lines[index];
    return this.#startOfLast();
  }

  dispose(): void {
    this.#search.dispose();
  }

  #startOfLast(): number | undefined {
    const { lines } = this;
    let index = lines.length - 1;
    while (index > 0 && lines[index] === (lines[index - 1] ?? -1) + 1) index--;
    return lines[index];
  }
}
