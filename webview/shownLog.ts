import { Disposables, type Disposes } from '../src/base/disposables.ts';
import { linePointer } from '../src/base/lineBatch.ts';
import type { LogAddress, LogHost, Reveal, ViewSettings } from '../src/bridge/logHost.ts';
import type { Capabilities } from '../src/model/source.ts';
import { isFinished } from '../src/model/status.ts';
import { formatCount } from './amounts.ts';
import { Details } from './details.ts';
import type { Rows } from './document/rows.ts';
import { ErrorLines } from './find/errorLines.ts';
import { ErrorWalk } from './find/errorWalk.ts';
import { FindController } from './find/findController.ts';
import type { Direction } from './find/nearestLine.ts';
import type { KeptState } from './keptState.ts';
import { LogSession, type SessionEvent, type StartPlace } from './logSession.ts';
import type { LogRows } from './rows/logRows.ts';
import { Collapsing } from './summary/collapsing.ts';
import { countWords, type Translate } from './words.ts';

/** What one log's view is made with. */
export interface ShownParts {
  readonly host: LogHost;
  readonly capabilities: Capabilities;
  readonly view: LogRows;
  readonly t: Translate;
  readonly language: string;
  settings(): ViewSettings;
  /** Something outside the rows must be rendered again. */
  changed(): void;
  /** Tells a screen reader. */
  say(words: string): void;
  /** Something beside the rows is being used. */
  isBusy(): boolean;
}

/** One log in the view: where one is in it, whether its end is followed, what is sought in it. */
export class ShownLog implements Disposes {
  readonly session: LogSession;
  readonly details: Details;
  readonly find: FindController;
  readonly collapsing: Collapsing;
  readonly #parts: ShownParts;
  readonly #ends = new Disposables();
  readonly #errorWalk: ErrorWalk;
  #errors: ErrorLines | undefined;
  #rows: Rows;
  #isFollowing = false;
  /** Where one was in all rows before only some were shown, and how far below the edge the line is. */
  #left = { row: 0, below: 0 };

  constructor(address: LogAddress, parts: ShownParts) {
    this.#parts = parts;
    this.session = this.#ends.add(new LogSession(parts.host, address, parts.capabilities));
    this.#rows = this.session.rows;
    this.details = new Details(parts.host, address.scope, () => {
      const { host, step, execution } = this.details.known;
      const subject = host ?? step ?? execution;
      if (subject && !isFinished(subject.status)) this.session.resume();
      this.restyle();
      parts.changed();
    });
    this.#ends.add(this.details);
    this.collapsing = this.#ends.add(
      new Collapsing({
        session: this.session,
        details: this.details,
        when: () => parts.settings().collapseWhenFinished,
        isBusy: () => parts.isBusy() || !parts.view.atEnd || !parts.view.selection.isEmpty,
        changed: () => {
          parts.changed();
        },
      }),
    );
    this.find = this.#ends.add(this.#makeFind());
    this.#errorWalk = this.#ends.add(new ErrorWalk((query, options) => this.find.readShown(query, options)));
    this.#ends.add(
      this.session.onEvent((event) => {
        this.#heard(event);
      }),
    );
  }

  get rows(): Rows {
    return this.#rows;
  }

  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  /** Lines may still be written. */
  get isLive(): boolean {
    return this.session.live !== undefined && this.session.live.kind !== 'ended';
  }

  /** Opens the log where one was before, or where it is best begun. */
  async open(reveal: Reveal, kept?: KeptState): Promise<void> {
    const place = await this.session.open((kept && placeOf(kept)) ?? reveal);
    if (!place) return;
    const { view } = this.#parts;
    this.restyle();
    // What was marked in the log shown before is not in this one.
    this.decorate();
    if (kept && placeOf(kept)) this.#comeBack(place, kept);
    else this.#begin(place);
    if (kept && !this.isLive) this.#endedMeanwhile(kept);
    view.paintNow();
    this.#findErrors();
    this.#parts.changed();
  }

  /** Shows the rows as settings and details have it now. */
  restyle(): void {
    const { view, t, language } = this.#parts;
    const { timestamps, timeZone, wrap } = this.#parts.settings();
    const { host, step, execution } = this.details.known;
    const origin = (host ?? step ?? execution)?.startedAt;
    const time = { style: timestamps, zone: timeZone, origin };
    view.show(this.#rows, { t, language, time, hosts: this.session.address.scope.host === undefined }, wrap);
  }

  /** The user has moved: the end is followed where it is in view. */
  moved(): void {
    this.#follow(this.isLive && this.#rows === this.session.rows && this.#parts.view.atEnd);
  }

  /** Shows the lines again where only their summary is shown. */
  expand(): void {
    if (this.collapsing.isCollapsed) this.collapsing.set(false);
  }

  async follow(): Promise<void> {
    await this.session.toEnd();
    this.#follow(this.isLive);
    this.#parts.view.scrollToEnd();
  }

  /** Reads on where it stopped, and keeps up again. */
  refresh(): void {
    this.details.wake();
    this.session.retryLive();
  }

  stopFollowing(): void {
    this.#follow(false);
  }

  /** Goes to where the nearest run of errors begins. */
  async goToError(direction: Direction): Promise<void> {
    this.expand();
    if (!this.session.isNumbered) {
      const outcome = await this.#errorWalk.nearest(direction, this.find.here);
      if (outcome) this.#goToError(outcome.pointer === undefined ? undefined : await this.find.bring(outcome.pointer));
      return;
    }
    const from = this.#rows.lineNumber(this.#parts.view.selection.active.row) ?? 0;
    const line = this.#errors?.nearest(direction, from);
    this.#goToError(line === undefined ? undefined : this.#rows.rowOf(line));
  }

  /** Nobody knows before they are sought, but where they are counted. */
  get mayHaveErrors(): boolean {
    return this.#errors ? this.#errors.lines.length > 0 : this.session.state.kind === 'ready';
  }

  goToLine(line: number): void {
    this.expand();
    this.#goToRow(this.#rows.rowOf(line));
  }

  /** What to keep of this view. */
  state(isFindOpen: boolean): KeptState {
    const { view } = this.#parts;
    const { row, offset } = view.viewport;
    const { query, onlyMatching } = this.find;
    const top = this.#rows.at(row);
    const line = this.#rows.lineNumber(row);
    const caret = this.#rows.lineNumber(view.selection.active.row);
    const isCollapsed = this.collapsing.kept;
    return {
      address: this.session.address,
      offset,
      isFollowing: this.#isFollowing,
      ...(isCollapsed !== undefined && { isCollapsed }),
      ...(line !== undefined && this.session.isNumbered && { line }),
      ...(top.kind === 'line' && { pointer: linePointer(top.batch, top.index) }),
      ...(caret !== undefined && { caret }),
      ...(query.pattern !== '' && { find: { query, isOpen: isFindOpen, onlyMatching } }),
    };
  }

  dispose(): void {
    this.#ends.dispose();
    this.#errors?.dispose();
  }

  #begin(place: StartPlace): void {
    const { view } = this.#parts;
    view.selection.select({ row: place.row, column: 0 }, { row: place.row, column: 0 });
    if (place.align === 'end') view.scrollToEnd();
    else view.scrollToRow(place.row, place.align);
    this.#follow(place.align === 'end' && this.isLive);
  }

  #comeBack({ row }: StartPlace, kept: KeptState): void {
    const { view } = this.#parts;
    const caret = kept.caret === undefined ? row : this.#rows.rowOf(kept.caret);
    view.selection.select({ row: caret, column: 0 }, { row: caret, column: 0 });
    if (kept.isFollowing) view.scrollToEnd();
    else view.scrollToRow(row, 'top', -kept.offset);
    this.#follow(kept.isFollowing && this.isLive);
  }

  #endedMeanwhile({ isCollapsed, isFollowing }: KeptState): void {
    if (isCollapsed !== undefined) this.collapsing.set(isCollapsed);
    else if (isFollowing) void this.collapsing.finish();
  }

  #follow(follow: boolean): void {
    const { view } = this.#parts;
    view.follow = follow;
    if (follow) this.session.seen();
    if (follow === this.#isFollowing) return;
    this.#isFollowing = follow;
    if (!follow) this.session.seen();
    view.requestPaint();
    this.#parts.changed();
  }

  #heard(event: SessionEvent): void {
    if (event === 'grown') {
      this.find.more();
      this.#errors?.more();
      if (this.#isFollowing) this.#announceNews();
    }
    if (event === 'live') this.#heardOfLive();
    this.#parts.changed();
  }

  /** A log that has ended is followed no more. Where nobody answers nothing is asked, until somebody wants to know. */
  #heardOfLive(): void {
    const { live } = this.session;
    if (this.isLive && this.collapsing.isCollapsed) this.collapsing.resume();
    if (!this.isLive) {
      if (this.#isFollowing) this.#parts.view.scrollToEnd();
      if (this.#isFollowing) void this.collapsing.finish();
      this.#follow(false);
    }
    if (live?.kind !== 'stopped' || live.error.code !== 'unavailable') return;
    this.details.rest();
    this.#parts.say(this.#parts.t('Not live any more: {0}', live.error.message));
  }

  /** Only of what is followed: somebody who reads elsewhere is left in peace. */
  #announceNews(): void {
    const { lines, errors } = this.session.unseen;
    if (lines > 0) this.#parts.say(newsWords(lines, errors, this.#parts.t, this.#parts.language));
    this.session.seen();
  }

  #findErrors(): void {
    if (this.#errors || !this.session.isNumbered) return;
    this.#errors = new ErrorLines(this.session.read.bind(this.session), () => {
      this.decorate();
      this.#parts.changed();
    });
  }

  /** Marks matches in the rows and beside them. */
  decorate(): void {
    const { find } = this.find;
    const isWhole = this.#rows === this.session.rows && this.session.isNumbered;
    const marks = isWhole && {
      errors: this.#errors?.lines ?? [],
      matches: find?.search.lines.values ?? [],
      current: this.find.currentLine,
    };
    this.#parts.view.decorate({
      pattern: find?.pattern,
      current: () => this.find.current,
      ...(marks && { marks }),
    });
  }

  #makeFind(): FindController {
    const { view, t, language } = this.#parts;
    return new FindController({
      t,
      language,
      session: this.session,
      rows: () => this.#rows,
      fromRow: () => view.caretRow,
      showRows: (rows) => {
        this.#showRows(rows);
      },
      placeRow: (row) => {
        this.#placeRow(row, this.#left.below);
      },
      goTo: (row) => {
        this.#goToMatch(row);
      },
      textOf: (row) => view.textOf(row),
      changed: () => {
        this.decorate();
        this.#parts.changed();
      },
    });
  }

  #goToMatch(row: number): void {
    const { view } = this.#parts;
    this.#follow(false);
    view.goTo({ row, column: 0 }, 'nearest');
    view.paintNow();
    const stretch = this.find.current;
    if (stretch) view.revealColumns(stretch);
  }

  /** Other rows of the same log; a line with a number, if one looks at it, stays where it is. */
  #showRows(rows: Rows): void {
    const { view } = this.#parts;
    const { isNumbered } = this.session;
    const row = isNumbered ? view.selection.active.row : view.caretRow;
    const line = this.#rows.lineNumber(row) ?? 1;
    const below = view.distanceOf(row);
    this.#left = { row: this.#rows === this.session.rows ? row : this.#left.row, below };
    this.#rows = rows;
    this.restyle();
    const unnumbered = rows === this.session.rows ? this.#left.row : rows.first;
    this.#placeRow(isNumbered ? rows.rowOf(line) : unnumbered, below);
    this.#follow(false);
  }

  #goToError(row: number | undefined): void {
    if (row === undefined) this.#parts.say(this.#parts.t('No errors in this log'));
    else this.#goToRow(row);
  }

  #goToRow(row: number): void {
    this.#follow(false);
    this.#parts.view.goTo({ row, column: 0 }, 'center');
    this.#parts.changed();
  }

  #placeRow(row: number, below: number): void {
    const { view } = this.#parts;
    view.selection.select({ row, column: 0 }, { row, column: 0 });
    view.scrollToRow(row, 'top', below);
  }
}

export function newsWords(lines: number, errors: number, t: Translate, language: string): string {
  const news = countWords(t, lines, '1 new line', '{0} new lines', formatCount(lines, language));
  if (errors === 0) return news;
  return t('{0}, {1}', news, countWords(t, errors, '1 error', '{0} errors', formatCount(errors, language)));
}

function placeOf({ isFollowing, line, pointer }: KeptState): Reveal | undefined {
  if (isFollowing) return { at: 'end' };
  if (line !== undefined) return { at: 'line', line };
  return pointer === undefined ? undefined : { at: 'pointer', pointer };
}
