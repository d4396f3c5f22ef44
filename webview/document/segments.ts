import { sliceBatch } from '../../src/base/lineBatch.ts';
import type { LineBatch } from '../../src/model/line.ts';
import { joinBatches } from './joinBatches.ts';

/** Lines in memory: `first` is the line number, or whatever else counts lines without a break, of the first. */
export interface Segment {
  readonly first: number;
  readonly batch: LineBatch;
}

export interface Range {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

interface Held extends Segment {
  usedAt: number;
}

const smallSegment = 256;

/** The loaded parts of a log, in order, never overlapping, bounded in lines and bytes. */
export class Segments {
  readonly #limit: { readonly lines: number; readonly bytes: number };
  #held: Held[] = [];
  #clock = 0;

  constructor(limit = { lines: 40_000, bytes: 32 * 1_048_576 }) {
    this.#limit = limit;
  }

  find(line: number): Segment | undefined {
    const held = this.#held[this.#indexBefore(line)];
    return held && line < endOf(held) ? held : undefined;
  }

  /** Puts lines in place. Lines that are there already stay: the same number is the same line. */
  put(first: number, batch: LineBatch): void {
    const end = first + batch.count;
    const added: Held[] = [];
    for (let next = this.missing({ from: first, to: end }); next; next = this.missing({ from: next.to, to: end })) {
      const isWhole = next.from === first && next.to === end;
      const part = isWhole ? batch : sliceBatch(batch, next.from - first, next.to - first);
      added.push({ first: next.from, batch: part, usedAt: ++this.#clock });
    }
    if (added.length === 0) return;
    this.#held = [...this.#held, ...added].sort((a, b) => a.first - b.first);
    this.#compact();
  }

  /** The first stretch within `range` that is not loaded, ending where the next loaded one begins. */
  missing(range: Range): Range | undefined {
    let from = range.from;
    for (let i = Math.max(0, this.#indexBefore(from)); i < this.#held.length; i++) {
      const held = this.#held[i];
      if (!held || held.first >= range.to) break;
      if (from < held.first) return { from, to: held.first };
      from = Math.max(from, endOf(held));
    }
    return from < range.to ? { from, to: range.to } : undefined;
  }

  /** End of the last loaded segment that begins before `line`. */
  endBefore(line: number): number | undefined {
    const held = this.#held[this.#indexBefore(line)];
    return held && endOf(held);
  }

  /** Marks what is looked at, then forgets what has not been for longest until the rest fits the limit. */
  keep(range: Range): void {
    this.#clock++;
    let lines = 0;
    let bytes = 0;
    for (const held of this.#held) {
      if (held.first < range.to && endOf(held) > range.from) held.usedAt = this.#clock;
      lines += held.batch.count;
      bytes += held.batch.text.length;
    }
    if (lines <= this.#limit.lines && bytes <= this.#limit.bytes) return;
    const oldestFirst = [...this.#held].sort((a, b) => a.usedAt - b.usedAt);
    const gone = new Set<Held>();
    for (const held of oldestFirst) {
      if ((lines <= this.#limit.lines && bytes <= this.#limit.bytes) || held.usedAt === this.#clock) break;
      lines -= held.batch.count;
      bytes -= held.batch.text.length;
      gone.add(held);
    }
    this.#held = this.#held.filter((held) => !gone.has(held));
  }

  clear(): void {
    this.#held = [];
  }

  /** Index of the last segment that begins at or before `line`; −1 when there is none. */
  #indexBefore(line: number): number {
    let low = 0;
    let high = this.#held.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#held[middle]?.first ?? Infinity) <= line) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** A tail brings a few lines at a time: small neighbours become one once there are many. */
  #compact(): void {
    const small = this.#held.filter((held) => held.batch.count < smallSegment).length;
    if (small < 64) return;
    const joined: Held[] = [];
    for (const held of this.#held) {
      const last = joined.at(-1);
      const together = last && endOf(last) === held.first && last.batch.count + held.batch.count <= 2 * smallSegment;
      if (together) joined[joined.length - 1] = { ...last, batch: joinBatches(last.batch, held.batch) };
      else joined.push(held);
    }
    this.#held = joined;
  }
}

function endOf(segment: Segment): number {
  return segment.first + segment.batch.count;
}
