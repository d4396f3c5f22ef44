import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import type { TextPattern } from '../../src/model/query.ts';
import { formatCount } from '../amounts.ts';
import { FilteredRows } from '../document/filteredRows.ts';
import type { Rows } from '../document/rows.ts';
import type { LogSession } from '../logSession.ts';
import type { Stretch } from '../rows/rowsPainter.ts';
import type { Translate } from '../words.ts';
import { Find, patternProblem, type Direction, type FoundLine, type FromLine } from './find.ts';
import type { FindStatus } from './findWidget.ts';

/** What a search acts upon. */
export interface FindSurface {
  readonly t: Translate;
  readonly language: string;
  readonly session: LogSession;
  /** The rows shown now. */
  rows(): Rows;
  /** The row to search from. */
  fromRow(): number;
  /** Shows other rows, keeping the line that one looks at in place. */
  showRows(rows: Rows): void;
  goTo(row: number): void;
  textOf(row: number): string | undefined;
  /** Something to be shown has changed. */
  changed(): void;
}

/** Runs what the find widget asks for: search, go from match to match, show only what matches. */
export class FindController implements Disposes {
  readonly #surface: FindSurface;
  #query: TextPattern = { pattern: '' };
  #find: Find | undefined;
  #filtered: FilteredRows | undefined;
  #current: { readonly line: number; readonly row: number } | undefined;
  #onlyMatching = false;
  #problem = '';
  #isLooking = false;
  /** Where typing began: each further letter looks from there again. */
  #anchor: { readonly from: FromLine; readonly reached: number } | undefined;
  #wasWrapped = false;

  constructor(surface: FindSurface) {
    this.#surface = surface;
  }

  get query(): TextPattern {
    return this.#query;
  }

  get find(): Find | undefined {
    return this.#find;
  }

  get onlyMatching(): boolean {
    return this.#onlyMatching;
  }

  get isSearching(): boolean {
    return this.#find?.search.state.kind === 'searching';
  }

  /** Why the pattern cannot be understood; empty when it can. */
  get problem(): string {
    return this.#problem;
  }

  get current(): Stretch | undefined {
    if (!this.#current || !this.#find) return undefined;
    const { row } = this.#current;
    const [first] = this.#find.pattern.ranges(this.#surface.textOf(row) ?? '');
    return first && { row, from: first[0], to: first[1] };
  }

  get currentLine(): number | undefined {
    return this.#current?.line;
  }

  /** Searches for another text, from where one is. */
  async search(query: TextPattern, reveal = true): Promise<void> {
    this.#query = query;
    this.#end();
    this.#problem = query.pattern === '' ? '' : (patternProblem(query) ?? '');
    if (query.pattern === '' || this.#problem !== '') {
      this.#showAll();
      this.#surface.changed();
      return;
    }
    const { session } = this.#surface;
    const read = session.read.bind(session);
    const find = new Find(read, query, session.isNumbered, () => {
      this.#progressed(find);
    });
    this.#find = find;
    if (this.#onlyMatching) this.#showMatching(find);
    this.#surface.changed();
    if (reveal && !this.#onlyMatching) await this.#go('next', true);
  }

  async go(direction: Direction): Promise<void> {
    this.#anchor = undefined;
    await this.#go(direction, false);
  }

  showOnlyMatching(only: boolean): void {
    if (only === this.#onlyMatching) return;
    this.#onlyMatching = only;
    if (only && this.#find) this.#showMatching(this.#find);
    else this.#showAll();
    this.#surface.changed();
  }

  /** Ends the search; the text is kept for the next. */
  close(): void {
    this.#end();
    this.#onlyMatching = false;
    this.#showAll();
    this.#surface.changed();
  }

  cancel(): void {
    this.#find?.stop();
  }

  /** Lines have been written. */
  more(): void {
    this.#find?.search.more();
  }

  status(): FindStatus {
    const { t, language } = this.#surface;
    const find = this.#find;
    if (!find) return { words: '', tone: 'quiet', progress: undefined };
    const { state, lines, progress } = find.search;
    const count = formatCount(lines.length, language);
    const at = this.#current && find.ordinal(this.#current.line);
    const place = at === undefined ? '?' : formatCount(at, language);
    switch (state.kind) {
      case 'searching':
        return { words: t('{0} of {1} so far', place, count), tone: 'quiet', progress: progress ?? 0 };
      case 'failed':
        return { words: state.error.message, tone: 'bad', progress: undefined };
      case 'cancelled':
        return { words: t('{0} of {1}, stopped', place, count), tone: 'quiet', progress: undefined };
      case 'done':
        if (lines.length === 0) return { words: t('No results'), tone: 'bad', progress: undefined };
        return { words: t('{0} of {1}', place, count), tone: 'quiet', progress: undefined };
    }
  }

  /** Words for what a screen reader should be told of the last step. */
  get wrapped(): boolean {
    return this.#wasWrapped;
  }

  dispose(): void {
    this.#end();
    this.#filtered?.dispose();
  }

  #end(): void {
    this.#find?.dispose();
    this.#find = undefined;
    this.#current = undefined;
  }

  #progressed(find: Find): void {
    if (find !== this.#find) return;
    this.#filtered?.grown();
    this.#surface.changed();
  }

  async #go(direction: Direction, including: boolean): Promise<void> {
    const find = this.#find;
    if (!find || this.#isLooking) return;
    this.#isLooking = true;
    try {
      const found = await find.nearest(direction, including ? this.#typingFrom() : this.#from(), including);
      if (found && find === this.#find) await this.#reach(found);
      if (this.#anchor) this.#anchor = { ...this.#anchor, reached: this.#surface.fromRow() };
    } catch {
      // The search itself tells why nothing can be read.
    } finally {
      this.#isLooking = false;
    }
    if (find !== this.#find) await this.#go('next', true);
    this.#surface.changed();
  }

  #from(): FromLine {
    const rows = this.#surface.rows();
    const fromRow = this.#surface.fromRow();
    const row = rows.at(fromRow);
    return {
      line: rows.lineNumber(fromRow) ?? 1,
      pointer: row.kind === 'line' ? linePointer(row.batch, row.index) : undefined,
    };
  }

  #typingFrom(): FromLine {
    const reached = this.#surface.fromRow();
    const isHere = this.#anchor?.reached === reached;
    this.#anchor = { from: isHere && this.#anchor ? this.#anchor.from : this.#from(), reached };
    return this.#anchor.from;
  }

  async #reach({ line, pointer, wrapped }: FoundLine): Promise<void> {
    const { session } = this.#surface;
    const rows = this.#surface.rows();
    const row = session.isNumbered || this.#onlyMatching ? rows.rowOf(line) : pointer && (await session.rowOf(pointer));
    if (row === undefined) return;
    this.#wasWrapped = wrapped;
    this.#current = { line, row };
    this.#surface.goTo(row);
  }

  #showMatching(find: Find): void {
    const { session } = this.#surface;
    this.#filtered?.dispose();
    this.#filtered = new FilteredRows(find.search, session.read.bind(session), session.isNumbered);
    this.#current = undefined;
    this.#surface.showRows(this.#filtered);
  }

  #showAll(): void {
    if (!this.#filtered) return;
    this.#filtered.dispose();
    this.#filtered = undefined;
    this.#current = undefined;
    this.#surface.showRows(this.#surface.session.rows);
  }
}
