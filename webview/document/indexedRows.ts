import type { Disposes } from '../../src/base/disposables.ts';
import { LogError } from '../../src/model/errors.ts';
import type { Gap, LogPage } from '../../src/model/page.ts';
import { defaultPageLimit } from '../../src/model/query.ts';
import { Listeners } from '../listeners.ts';
import { Gaps } from './gaps.ts';
import { Reads, type ReadPage } from './reads.ts';
import type { Row, Rows, RowsChange } from './rows.ts';
import { Segments, type Range } from './segments.ts';

/** Lines read at once. */
const chunk = 500;
/** Lines read ahead on both sides of what is looked at. */
const ahead = 200;

/**
 * The rows of a log whose source knows how many lines there are and reads any by number: row = line − 1, but for
 * lines that are gone, which share a row.
 */
export class IndexedRows implements Rows {
  readonly #segments = new Segments();
  readonly #gaps = new Gaps();
  readonly #changes = new Listeners<RowsChange>();
  readonly #reads: Reads;
  #lines = 0;
  #wanted: Range = { from: 1, to: 1 };
  #failed: (Range & { readonly error: LogError }) | undefined;

  constructor(read: ReadPage) {
    this.#reads = new Reads(read);
  }

  readonly first = 0;

  get end(): number {
    return this.#gaps.rowOf(this.#lines + 1);
  }

  /** Lines there are, as far as heard of. */
  get lines(): number {
    return this.#lines;
  }

  at(row: number): Row {
    const line = this.#gaps.lineOf(row);
    const missing = this.#gaps.at(line);
    if (missing) return { kind: 'gap', gap: missing.gap };
    const segment = this.#segments.find(line);
    if (segment) return { kind: 'line', batch: segment.batch, index: line - segment.first };
    const failed = this.#failed;
    if (failed && failed.from <= line && line < failed.to) return { kind: 'failed', error: failed.error };
    return { kind: 'loading' };
  }

  lineNumber(row: number): number {
    return this.#gaps.lineOf(row);
  }

  rowOf(line: number): number {
    return Math.max(0, Math.min(this.#gaps.rowOf(line), this.end - 1));
  }

  rowOfIndex(page: LogPage, index: number): number {
    return this.rowOf((page.firstLine ?? page.lines.numbers[0] ?? 1) + index);
  }

  want(from: number, to: number): void {
    const range = this.#linesOf(from, to);
    this.#wanted = range;
    if (this.#failed && (this.#failed.to <= range.from || this.#failed.from >= range.to)) this.#failed = undefined;
    this.#segments.keep(range);
    this.#reads.keep({ from: range.from - chunk, to: range.to + chunk });
    this.#readMissing();
  }

  retry(): void {
    if (!this.#failed) return;
    this.#failed = undefined;
    this.#readMissing();
    this.#changes.tell({ kind: 'content' });
  }

  onChange(listener: (change: RowsChange) => void): Disposes {
    return this.#changes.add(listener);
  }

  /** Puts a page in its place, whoever asked for it. */
  put(page: LogPage): void {
    const first = page.firstLine ?? page.lines.numbers[0];
    if (page.gap) this.#putGap(page, first);
    if (first !== undefined) {
      this.#segments.put(first, page.lines);
      this.#lines = Math.max(this.#lines, first - 1 + page.lines.count);
    }
    this.#lines = Math.max(this.#lines, page.total ?? 0);
    this.#changes.tell({ kind: 'content' });
  }

  dispose(): void {
    this.#reads.dispose();
    this.#changes.clear();
    this.#segments.clear();
  }

  #putGap(page: LogPage, first: number | undefined): void {
    const { gap } = page;
    if (!gap) return;
    const to = gap.to ?? (first === undefined ? undefined : first - 1);
    const from = gap.from ?? (to === undefined || gap.count === undefined ? undefined : to - gap.count + 1);
    if (from === undefined || to === undefined || to < from) return;
    this.#addGap(from, to, gap);
  }

  #addGap(from: number, to: number, gap: Gap): void {
    this.#lines = Math.max(this.#lines, to);
    const before = this.end;
    this.#gaps.add({ from, to, gap: { ...gap, from, to, count: to - from + 1 } });
    const by = this.end - before;
    if (by !== 0) this.#changes.tell({ kind: 'shift', at: this.#gaps.rowOf(from) + 1, by });
  }

  #linesOf(from: number, to: number): Range {
    const last = Math.min(to, this.end);
    return { from: this.#gaps.lineOf(Math.max(0, from)), to: last > 0 ? this.#gaps.lineOf(last - 1) + 1 : 1 };
  }

  #readMissing(): void {
    for (const range of this.#places()) {
      const missing = this.#missing(range);
      if (missing && !this.#reads.reading(missing.from)) this.#read(missing);
      if (missing && this.#reads.busy) return;
    }
  }

  /** What is looked at first, then what comes next on either side. */
  #places(): Range[] {
    const { from, to } = this.#wanted;
    return [
      { from, to },
      { from: to, to: Math.min(to + ahead, this.#lines + 1) },
      { from: Math.max(1, from - ahead), to: from },
    ];
  }

  #missing(range: Range): Range | undefined {
    let { from } = range;
    while (from < range.to) {
      const missing = this.#segments.missing({ from, to: range.to });
      if (!missing) return undefined;
      const gap = this.#gaps.at(missing.from);
      if (!gap) {
        const failed = this.#failed;
        return failed && failed.from <= missing.from && missing.from < failed.to ? undefined : missing;
      }
      from = gap.to + 1;
    }
    return undefined;
  }

  /** Reads the chunk of the grid that the first missing line is in, as far as it is missing. */
  #read(missing: Range): void {
    const grid = missing.from - ((missing.from - 1) % chunk);
    const from = Math.max(grid, this.#segments.endBefore(missing.from) ?? 1);
    const whole = this.#segments.missing({ from, to: grid + chunk }) ?? missing;
    this.#reads.start({ from, to: whole.to }, { at: 'line', line: from }, limitOf(from, whole.to), {
      done: (page) => {
        this.#arrived({ from, to: whole.to }, page);
      },
      failed: (error) => {
        this.#failed = { from, to: whole.to, error };
        this.#changes.tell({ kind: 'content' });
      },
    });
  }

  #arrived(range: Range, page: LogPage): void {
    const first = page.firstLine ?? page.lines.numbers[0];
    if (first === undefined && !page.gap) {
      const error = new LogError('unavailable', 'The source gave no lines here.');
      this.#failed = { ...range, error };
    }
    // A source that passes over lines without a word has lost them.
    if (first !== undefined && first > range.from && !page.gap)
      this.#addGap(range.from, first - 1, { reason: 'dropped' });
    this.put(page);
    this.#readMissing();
  }
}

function limitOf(from: number, to: number): { lines: number; bytes: number } {
  return { lines: to - from, bytes: defaultPageLimit.bytes };
}
