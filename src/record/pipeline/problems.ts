import { LogError } from '../../model/errors.ts';

interface Problem {
  readonly offset: number;
  readonly words: string;
}

/** Collects what is wrong with a file, so that all of it is told at once. */
export class Problems {
  readonly #file: string;
  readonly #text: string;
  readonly #found: Problem[] = [];

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  /** `offset` is the place in the text, in characters. */
  add(offset: number, words: string): void {
    this.#found.push({ offset, words });
  }

  /** Throws each problem as `file:line:column: words`, with the line itself and a mark under the place. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const found = this.#found.toSorted((a, b) => a.offset - b.offset);
    throw new LogError('invalidRequest', found.map((problem) => this.#words(problem)).join('\n'));
  }

  #words({ offset, words }: Problem): string {
    const before = this.#text.slice(0, offset).split('\n');
    const column = (before.at(-1)?.length ?? 0) + 1;
    const line = (this.#text.split('\n')[before.length - 1] ?? '').replace(/\r$/, '');
    const head = `${this.#file}:${before.length}:${column}: ${words}`;
    if (line.trim() === '') return head;
    // Tabs keep the mark below its place.
    const indent = line.slice(0, column - 1).replace(/[^\t]/g, ' ');
    return `${head}\n    ${line}\n    ${indent}^`;
  }
}
