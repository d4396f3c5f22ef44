import type { Gap } from '../model/page.ts';
import type { Chunk } from './chunkedLog.ts';

/** Counts rows that are gone, and their numbers while they are of one log. */
export class GapCount {
  #count = 0;
  #prefix: string | undefined;
  #mixed = false;
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  add(chunk: Chunk, fromRow: number, toRow: number): void {
    this.#count += toRow - fromRow + 1;
    this.#prefix ??= chunk.origin.pointerPrefix;
    this.#mixed ||= this.#prefix !== chunk.origin.pointerPrefix;
    const shift = chunk.firstNumber - chunk.firstRow;
    this.#from = Math.min(this.#from, fromRow + shift);
    this.#to = Math.max(this.#to, toRow + shift);
  }

  get told(): Gap {
    const numbers = this.#mixed ? {} : { from: this.#from, to: this.#to };
    return { reason: 'trimmed', count: this.#count, ...numbers };
  }
}
