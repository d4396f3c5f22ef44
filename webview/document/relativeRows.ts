import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import type { LogError } from '../../src/model/errors.ts';
import type { LineBatch } from '../../src/model/line.ts';
import type { Gap, LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { CallOptions } from '../../src/model/source.ts';
import { Listeners } from '../listeners.ts';
import { Reads, type ReadPage } from './reads.ts';
import type { Row, Rows, RowsChange } from './rows.ts';

/** Rows that follow one another without a break. Lines given up for room are read again from the pointer before them. */
interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly content:
    | { readonly kind: 'lines'; readonly batch: LineBatch }
    | { readonly kind: 'gap'; readonly gap: Gap }
    | { readonly kind: 'gone'; readonly before: Pointer };
}

const pageLimit = { lines: 500, bytes: 1_048_576 };
/** Lines read ahead on both sides of what is looked at. */
const ahead = 200;
const mostLines = 40_000;

/**
 * The rows of a log whose source only reads on from a pointer: row 0 is the first line of the page it was opened
 * with, older lines have negative rows. What there is beyond is known only by reading on.
 */
export class RelativeRows implements Rows {
  readonly #changes = new Listeners<RowsChange>();
  readonly #read: ReadPage;
  readonly #reads: Reads;
  #stretches: Stretch[] = [];
  #older: Pointer | undefined;
  #newer: Pointer | undefined;
  #end: LogPage | undefined;
  #failed: LogError | undefined;
  #wanted = { from: 0, to: 0 };
  /** How often more was heard of: a read begun before may not have seen it. */
  #heard = 0;

  constructor(read: ReadPage) {
    this.#read = read;
    this.#reads = new Reads(read);
  }

  /** One row more than loaded stands for older lines that are not. */
  get first(): number {
    return (this.#stretches[0]?.first ?? 0) - (this.#older === undefined ? 0 : 1);
  }

  get end(): number {
    return this.#loadedEnd + (this.#end || this.#newer === undefined ? 0 : 1);
  }

  /** The page that reached the end of what is written; undefined while there is more to read. */
  get reachedEnd(): LogPage | undefined {
    return this.#end;
  }

  at(row: number): Row {
    const stretch = this.#find(row);
    if (!stretch) return this.#failed ? { kind: 'failed', error: this.#failed } : { kind: 'loading' };
    const { content } = stretch;
    if (content.kind === 'gap') return { kind: 'gap', gap: content.gap };
    if (content.kind === 'lines') return { kind: 'line', batch: content.batch, index: row - stretch.first };
    return this.#failed ? { kind: 'failed', error: this.#failed } : { kind: 'loading' };
  }

  lineNumber(row: number): number | undefined {
    const shown = this.at(row);
    const number = shown.kind === 'line' ? shown.batch.numbers[shown.index] : undefined;
    return number === 0 ? undefined : number;
  }

  rowOf(line: number): number {
    for (const { first, content } of this.#stretches) {
      if (content.kind !== 'lines') continue;
      const index = content.batch.numbers.findIndex((number) => number >= line);
      if (index >= 0) return first + index;
    }
    return Math.max(this.first, this.end - 1);
  }

  rowOfIndex(page: LogPage, index: number): number {
    const stretch = this.#stretches.find(({ content }) => content.kind === 'lines' && content.batch === page.lines);
    return (stretch?.first ?? 0) + index;
  }

  /** The row of a line, which is read, with what is around it, where it is not loaded. */
  async bring(pointer: Pointer, options: CallOptions): Promise<number> {
    const known = this.rowOfPointer(pointer);
    if (known !== undefined) return known;
    this.restart(await this.#read({ position: { at: 'around', pointer }, limit: { lines: 100 } }, options));
    return this.rowOfPointer(pointer) ?? Math.max(0, this.#loadedEnd - 1);
  }

  /** The row of a line that is loaded. */
  rowOfPointer(pointer: Pointer): number | undefined {
    for (const { first, content } of this.#stretches) {
      if (content.kind !== 'lines') continue;
      for (let index = 0; index < content.batch.count; index++)
        if (linePointer(content.batch, index) === pointer) return first + index;
    }
    return undefined;
  }

  want(from: number, to: number): void {
    this.#wanted = { from, to };
    if (!this.#failed) this.#readOn();
    this.#giveUp();
  }

  retry(): void {
    if (!this.#failed) return;
    this.#failed = undefined;
    this.#readOn();
    this.#changes.tell({ kind: 'content' });
  }

  onChange(listener: (change: RowsChange) => void): Disposes {
    return this.#changes.add(listener);
  }

  /** Begins anew with a page; `isEnd` when it has the newest lines. */
  restart(page: LogPage, isEnd = page.complete): void {
    this.#reads.dispose();
    this.#stretches = [];
    this.#failed = undefined;
    this.#older = page.older;
    this.#append(page);
    this.#end = isEnd ? page : undefined;
    this.#changes.tell({ kind: 'content' });
  }

  /** Adds what a tail brings. */
  put(page: LogPage): void {
    this.#append(page);
    this.#end = page;
    this.#changes.tell({ kind: 'content' });
  }

  /** Lines have been written that no tail brings. */
  more(): void {
    this.#heard++;
    if (!this.#end || this.#end.complete) return;
    this.#end = undefined;
    this.#changes.tell({ kind: 'content' });
  }

  dispose(): void {
    this.#reads.dispose();
    this.#changes.clear();
  }

  get #loadedEnd(): number {
    const last = this.#stretches.at(-1);
    return last ? last.first + last.count : 0;
  }

  #append({ gap, lines, newer }: LogPage): void {
    if (gap) this.#stretches.push({ first: this.#loadedEnd, count: 1, content: { kind: 'gap', gap } });
    this.#addLines(this.#loadedEnd, lines);
    this.#newer = newer;
  }

  #prepend({ gap, lines, older }: LogPage): void {
    const first = (this.#stretches[0]?.first ?? 0) - lines.count;
    if (lines.count > 0)
      this.#stretches.unshift({ first, count: lines.count, content: { kind: 'lines', batch: lines } });
    if (gap) this.#stretches.unshift({ first: first - 1, count: 1, content: { kind: 'gap', gap } });
    this.#older = older;
  }

  #addLines(first: number, batch: LineBatch): void {
    if (batch.count > 0) this.#stretches.push({ first, count: batch.count, content: { kind: 'lines', batch } });
  }

  #find(row: number): Stretch | undefined {
    let low = 0;
    let high = this.#stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#stretches[middle]?.first ?? Infinity) <= row) low = middle + 1;
      else high = middle;
    }
    const found = this.#stretches[low - 1];
    return found && row < found.first + found.count ? found : undefined;
  }

  #readOn(): void {
    const { from, to } = this.#wanted;
    const gone = this.#stretches.find(
      ({ content, first, count }) => content.kind === 'gone' && first < to + ahead && first + count > from - ahead,
    );
    if (gone?.content.kind === 'gone') this.#readAgain(gone, gone.content.before);
    if (this.#older !== undefined && from < this.first + ahead) this.#readOlder(this.#older);
    if (!this.#end && this.#newer !== undefined && to > this.end - ahead) this.#readNewer(this.#newer);
  }

  #readOlder(pointer: Pointer): void {
    const row = this.first - 1;
    this.#start(row, { at: 'before', pointer }, pageLimit.lines, (page) => {
      this.#prepend(page);
    });
  }

  #readNewer(pointer: Pointer): void {
    const heard = this.#heard;
    this.#start(this.end, { at: 'after', pointer }, pageLimit.lines, (page) => {
      this.#append(page);
      const isEnd = (page.scanned?.lines ?? page.lines.count) === 0 && heard === this.#heard;
      if (page.complete || isEnd) this.#end = page;
    });
  }

  #readAgain(gone: Stretch, before: Pointer): void {
    this.#start(gone.first, { at: 'after', pointer: before }, gone.count, (page) => {
      const at = this.#stretches.indexOf(gone);
      const { count } = page.lines;
      if (at < 0 || count === 0) return;
      const lines: Stretch = { first: gone.first, count, content: { kind: 'lines', batch: page.lines } };
      const rest: Stretch = {
        first: gone.first + count,
        count: gone.count - count,
        content: { kind: 'gone', before: page.newer },
      };
      this.#stretches.splice(at, 1, lines, ...(rest.count > 0 ? [rest] : []));
    });
  }

  #start(
    row: number,
    position: { readonly at: 'before' | 'after'; readonly pointer: Pointer },
    lines: number,
    arrived: (page: LogPage) => void,
  ): void {
    if (this.#reads.reading(row)) return;
    this.#reads.start(
      { from: row, to: row + 1 },
      position,
      { ...pageLimit, lines },
      {
        done: (page) => {
          arrived(page);
          this.#changes.tell({ kind: 'content' });
        },
        failed: (error) => {
          this.#failed = error;
          this.#changes.tell({ kind: 'content' });
        },
      },
    );
  }

  /** Keeps the lines near what is looked at; others are let go where a pointer leads back to them. */
  #giveUp(): void {
    let held = 0;
    for (const { content, count } of this.#stretches) if (content.kind === 'lines') held += count;
    if (held <= mostLines) return;
    const middle = (this.#wanted.from + this.#wanted.to) / 2;
    const distance = ({ first, count }: Stretch): number => Math.abs(first + count / 2 - middle);
    const farthest = [...this.#stretches].sort((a, b) => distance(b) - distance(a));
    for (const stretch of farthest) {
      if (held <= mostLines) return;
      const at = this.#stretches.indexOf(stretch);
      const previous = this.#stretches[at - 1]?.content;
      if (stretch.content.kind !== 'lines' || previous?.kind !== 'lines') continue;
      const before = linePointer(previous.batch, previous.batch.count - 1);
      this.#stretches[at] = { ...stretch, content: { kind: 'gone', before } };
      held -= stretch.count;
    }
  }
}
