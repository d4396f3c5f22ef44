import type { Disposes } from '../../src/base/disposables.ts';
import { linePointer } from '../../src/base/lineBatch.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { TextPattern } from '../../src/model/query.ts';
import { FilteredRows } from '../document/filteredRows.ts';
import { RelativeRows } from '../document/relativeRows.ts';
import type { Rows } from '../document/rows.ts';
import type { LogSession } from '../logSession.ts';
import type { Stretch } from '../rows/rowsPainter.ts';
import type { Translate } from '../words.ts';
import { Find, patternProblem, type FoundLine, type FromLine } from './find.ts';
import { statusOf } from './findStatus.ts';
import type { FindStatus } from './findWidget.ts';
import type { ReadLines } from './lineSearch.ts';
import type { Direction } from './nearestLine.ts';

/** What a search acts upon. */
export interface FindSurface {
  readonly t: Translate;
  readonly language: string;
  readonly session: LogSession;
  /** The rows shown now. */
  rows(): Rows;
  /** The row to search from. */
  fromRow(): number;
  /** Shows other rows, keeping the line that one looks at in place where it has a number. */
  showRows(rows: Rows): void;
  /** Has a row where the line was that one looked at when other rows were shown. */
  placeRow(row: number): void;
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
  #filtered: FilteredRows | RelativeRows | undefined;
  /** The last line one was at of which that is known. */
  #place: FromLine = { line: undefined, pointer: undefined };
  readonly #ended = new AbortController();
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
    if (!this.#find) return { words: '', tone: 'quiet', progress: undefined };
    return statusOf(this.#find, this.#current?.line, t, language);
  }

  /** The line one is at, as far as it can be told. */
  get here(): Pointer | undefined {
    return this.#from().pointer;
  }

  /** Reads of the lines that are shown now: all, or only those that match. */
  readShown(...[query, options]: Parameters<ReadLines>): Promise<LogPage> {
    const { session } = this.#surface;
    if (!this.#filtered || !this.#find) return session.read(query, options);
    return session.read({ ...query, filter: { ...this.#find.search.filter, ...query.filter } }, options);
  }

  /** The row of a line in the rows shown now, of a log without numbers; reads it when it is not loaded. */
  bring(pointer: Pointer): Promise<number> {
    const filtered = this.#filtered;
    if (filtered instanceof RelativeRows) return filtered.bring(pointer, { signal: this.#ended.signal });
    return this.#surface.session.rowOf(pointer);
  }

  /** Words for what a screen reader should be told of the last step. */
  get wrapped(): boolean {
    return this.#wasWrapped;
  }

  dispose(): void {
    this.#ended.abort();
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
    const filtered = this.#filtered;
    if (filtered instanceof FilteredRows) filtered.grown();
    else if (filtered && find.search.state.kind === 'done') this.#foundMore(find, filtered);
    this.#surface.changed();
  }

  /** Rows in which nothing matched yet begin with what does now. */
  #foundMore(find: Find, rows: RelativeRows): void {
    if (rows.end > rows.first) rows.more();
    else void this.#placeAt(rows, () => find.nearest('next', this.#place, true));
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
    const pointer = row.kind === 'line' ? linePointer(row.batch, row.index) : undefined;
    const line = rows.lineNumber(fromRow);
    if (line !== undefined || pointer !== undefined) this.#place = { line, pointer };
    return this.#place;
  }

  #typingFrom(): FromLine {
    const reached = this.#surface.fromRow();
    const isHere = this.#anchor?.reached === reached;
    this.#anchor = { from: isHere && this.#anchor ? this.#anchor.from : this.#from(), reached };
    return this.#anchor.from;
  }

  async #reach(found: FoundLine): Promise<void> {
    const row = await this.#rowOf(found);
    if (row === undefined) return;
    this.#wasWrapped = found.wrapped;
    this.#current = { line: found.line, row };
    this.#surface.goTo(row);
  }

  /** The row that shows a line found, in the rows shown now. */
  async #rowOf({ line, pointer }: FoundLine): Promise<number | undefined> {
    const { session } = this.#surface;
    if (session.isNumbered) return this.#surface.rows().rowOf(line);
    return pointer === undefined ? undefined : this.bring(pointer);
  }

  #showMatching(find: Find): void {
    const { session } = this.#surface;
    const from = this.#from();
    this.#filtered?.dispose();
    this.#current = undefined;
    const read = session.read.bind(session);
    if (session.isNumbered) {
      this.#filtered = new FilteredRows(find.search, read);
      this.#surface.showRows(this.#filtered);
      return;
    }
    const { filter } = find.search;
    const rows = new RelativeRows((query, options) => read({ ...query, filter }, options));
    this.#filtered = rows;
    this.#surface.showRows(rows);
    void this.#placeAt(rows, () => find.nearest('next', from, true));
  }

  #showAll(): void {
    const filtered = this.#filtered;
    if (!filtered) return;
    const { session } = this.#surface;
    const { pointer } = this.#from();
    filtered.dispose();
    this.#filtered = undefined;
    this.#current = undefined;
    this.#surface.showRows(session.rows);
    if (!session.isNumbered) void this.#placeAt(session.rows, () => Promise.resolve(pointer && { pointer }));
  }

  /** Goes, in rows that have just been shown, to the line that is to be seen there. */
  async #placeAt(
    rows: Rows,
    seek: () => Promise<{ readonly pointer: Pointer | undefined } | undefined>,
  ): Promise<void> {
    try {
      const pointer = (await seek())?.pointer;
      if (pointer === undefined || rows !== this.#surface.rows()) return;
      const row = await this.bring(pointer);
      if (rows === this.#surface.rows()) this.#surface.placeRow(row);
    } catch {
      // What cannot be read is told by the search and by the rows.
    }
  }
}
