import type { Gap, GapPart } from '../model/page.ts';
import type { Chunk } from './chunkedLog.ts';

/** A gap of many small pieces is told by its size alone. */
const mostParts = 10_000;

/** Counts rows that are gone, and says whose they are. Rows are added in one direction, either way. */
export class GapCount {
  readonly #forward: boolean;
  #count = 0;
  #reason: Gap['reason'] = 'trimmed';
  #parts: GapPart[] = [];
  #mixed = false;
  #uncounted = false;
  #from = Number.POSITIVE_INFINITY;
  #to = 0;

  constructor(direction: 'forward' | 'backward') {
    this.#forward = direction === 'forward';
  }

  add(chunk: Chunk, fromRow: number, toRow: number): void {
    if (this.#count === 0) this.#reason = chunk.lost ?? 'trimmed';
    this.#count += toRow - fromRow + 1;
    this.#uncounted ||= chunk.uncounted === true;
    const shift = chunk.firstNumber - chunk.firstRow;
    const part = { origin: chunk.origin, from: fromRow + shift, to: toRow + shift };
    const last = this.#parts.at(-1);
    this.#mixed ||= last !== undefined && last.origin.pointerPrefix !== part.origin.pointerPrefix;
    this.#from = Math.min(this.#from, part.from);
    this.#to = Math.max(this.#to, part.to);
    const joined = last && this.#join(last, part);
    if (joined) this.#parts[this.#parts.length - 1] = joined;
    else if (this.#parts.length <= mostParts) this.#parts.push(part);
  }

  get told(): Gap {
    if (this.#uncounted) return { reason: this.#reason };
    const numbers = this.#mixed ? {} : { from: this.#from, to: this.#to };
    const parts = this.#forward ? this.#parts : this.#parts.toReversed();
    return { reason: this.#reason, count: this.#count, ...numbers, ...(parts.length <= mostParts && { parts }) };
  }

  #join(last: GapPart, part: GapPart): GapPart | undefined {
    if (last.origin.pointerPrefix !== part.origin.pointerPrefix) return undefined;
    const [first, second] = this.#forward ? [last, part] : [part, last];
    return first.to + 1 === second.from ? { origin: part.origin, from: first.from, to: second.to } : undefined;
  }
}
