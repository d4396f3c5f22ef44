import type { Disposes } from '../../src/base/disposables.ts';
import { LogError } from '../../src/model/errors.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Position } from '../../src/model/query.ts';
import type { LineSearch, ReadLines } from '../find/lineSearch.ts';
import { Listeners } from '../listeners.ts';
import type { Row, Rows, RowsChange } from './rows.ts';
import { Segments, type Range } from './segments.ts';

const chunk = 300;

interface Reading extends Range {
  readonly abort: AbortController;
}

/** Only the lines a search has found, as far as it has come; each still knows its number, and is read by it. */
export class FilteredRows implements Rows {
  readonly #search: LineSearch;
  readonly #read: ReadLines;
  readonly #segments = new Segments();
  readonly #changes = new Listeners<RowsChange>();
  #reading: Reading | undefined;
  #failed: (Range & { readonly error: LogError }) | undefined;
  #wanted: Range = { from: 0, to: 0 };

  constructor(search: LineSearch, read: ReadLines) {
    this.#search = search;
    this.#read = read;
  }

  readonly first = 0;

  get end(): number {
    return this.#search.lines.length;
  }

  at(row: number): Row {
    const segment = this.#segments.find(row);
    if (segment) return { kind: 'line', batch: segment.batch, index: row - segment.first };
    const failed = this.#failed;
    return failed && failed.from <= row && row < failed.to
      ? { kind: 'failed', error: failed.error }
      : { kind: 'loading' };
  }

  lineNumber(row: number): number | undefined {
    return this.#search.lines.at(row);
  }

  rowOf(line: number): number {
    return Math.min(this.#search.lines.indexFrom(line), Math.max(0, this.end - 1));
  }

  want(from: number, to: number): void {
    this.#wanted = { from, to };
    this.#segments.keep(this.#wanted);
    const reading = this.#reading;
    if (reading && (reading.to + chunk < from || reading.from - chunk > to)) this.#stop();
    if (this.#failed && (this.#failed.to <= from || this.#failed.from >= to)) this.#failed = undefined;
    this.#readMissing();
  }

  retry(): void {
    if (!this.#failed) return;
    this.#failed = undefined;
    this.#readMissing();
    this.grown();
  }

  onChange(listener: (change: RowsChange) => void): Disposes {
    return this.#changes.add(listener);
  }

  /** The search has found more. */
  grown(): void {
    this.#changes.tell({ kind: 'content' });
  }

  dispose(): void {
    this.#stop();
    this.#changes.clear();
  }

  #stop(): void {
    this.#reading?.abort.abort();
    this.#reading = undefined;
  }

  #readMissing(): void {
    const { from, to } = this.#wanted;
    const missing = this.#segments.missing({ from, to: Math.min(to, this.end) });
    if (!missing || this.#reading || this.#failed) return;
    const grid = missing.from - (missing.from % chunk);
    const reading = { from: grid, to: Math.min(grid + chunk, this.end), abort: new AbortController() };
    this.#reading = reading;
    this.#load(reading).then(
      () => {
        if (this.#reading !== reading) return;
        this.#reading = undefined;
        this.grown();
        this.#readMissing();
      },
      (error: unknown) => {
        if (this.#reading !== reading) return;
        this.#reading = undefined;
        this.#failed = { from: reading.from, to: reading.to, error: LogError.from(error) };
        this.grown();
      },
    );
  }

  /** Reads on until the wanted matches have come. */
  async #load({ from, to, abort }: Reading): Promise<void> {
    const { lines, filter } = this.#search;
    let position: Position = { at: 'line', line: lines.at(from) ?? 1 };
    let index = from;
    while (index < to) {
      const limit = { lines: to - index, bytes: 1_048_576 };
      const page: LogPage = await this.#read({ position, filter, limit }, abort);
      if (abort.signal.aborted) return;
      this.#segments.put(index, page.lines);
      index += page.lines.count;
      if (page.complete || page.scanned?.lines === 0) return;
      position = { at: 'after', pointer: page.newer };
    }
  }
}
