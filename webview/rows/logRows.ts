import { html, LitElement, type PropertyValues } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Disposables } from '../../src/base/disposables.ts';
import type { Link } from '../../src/bridge/logHost.ts';
import type { Pattern } from '../../src/text/matcher.ts';
import { formatCount } from '../amounts.ts';
import type { Rows, RowsChange } from '../document/rows.ts';
import { Highlights } from './highlights.ts';
import { keyAction, type KeyAction } from './keys.ts';
import { MouseSelection } from './mouseSelection.ts';
import { OverviewRuler, type RulerMarks } from './ruler.ts';
import type { Look, RowElement } from './rowElement.ts';
import { RowPool } from './rowPool.ts';
import { rowsStyles } from './rowsStyles.ts';
import { Scrollbar } from './scrollbar.ts';
import { Selection, type Place } from './selection.ts';
import { rangeOf } from './textPosition.ts';
import { timeWidth } from './timestamps.ts';
import { Viewport } from './viewport.ts';
import { WrapHeights } from './wrapHeights.ts';

/** A stretch of one row. */
export interface Stretch {
  readonly row: number;
  readonly from: number;
  readonly to: number;
}

/** What is shown over the rows. */
export interface Decorations {
  readonly pattern?: Pattern | undefined;
  /** Asked at each painting: it may be on a row that is loaded only then. */
  readonly current?: () => Stretch | undefined;
  readonly marks?: RulerMarks | undefined;
}

/** What the rows tell; all of it comes from the user's hands. */
export interface RowsEvents {
  scrolled(): void;
  selected(): void;
  copy(): void;
  open(link: Link): void;
}

const silent: RowsEvents = {
  scrolled: () => undefined,
  selected: () => undefined,
  copy: () => undefined,
  open: () => undefined,
};

/** Paints the part of a log that is in view, and moves it by wheel, keys, scrollbar and touch. */
@customElement('log-rows')
export class LogRows extends LitElement {
  static override styles = rowsStyles;

  readonly selection = new Selection();
  events: RowsEvents = silent;
  /** Keeps the end in view while lines arrive. */
  follow = false;
  readonly #ends = new Disposables();
  #rowsEnds = new Disposables();
  #rows: Rows | undefined;
  #look: Look | undefined;
  #decorations: Decorations = {};
  #wrap = false;
  #pool: RowPool | undefined;
  #heights: WrapHeights | undefined;
  #highlights: Highlights | undefined;
  #rowHeight = 18;
  #base = 0;
  #frame = 0;
  #isHighlightStale = true;
  readonly #viewport = new Viewport({ uniform: 18, of: () => 18 });
  readonly #scrollbar = new Scrollbar({
    scrollToShare: (share) => {
      this.#scrollToShare(share);
    },
    place: () => this.#placeWords(),
  });
  readonly #ruler = new OverviewRuler(this.#scrollbar.ruler);

  get rows(): Rows | undefined {
    return this.#rows;
  }

  get viewport(): Viewport {
    return this.#viewport;
  }

  /** Shows a log, from `row` at the top unless it is the one shown already. */
  show(rows: Rows, look: Look, wrap: boolean): void {
    const isOther = rows !== this.#rows;
    this.#rows = rows;
    this.#look = look;
    if (isOther) {
      this.#rowsEnds.dispose();
      this.#rowsEnds = new Disposables();
      this.#rowsEnds.add(
        rows.onChange((change) => {
          this.#changed(change);
        }),
      );
      this.#base = 0;
    }
    if (this.hasUpdated) this.#restyle(wrap);
    this.#wrap = wrap;
    this.requestPaint();
  }

  decorate(decorations: Decorations): void {
    this.#decorations = decorations;
    this.#isHighlightStale = true;
    this.requestPaint();
  }

  get atEnd(): boolean {
    this.#syncViewport();
    return this.#viewport.atEnd;
  }

  /** The caret's row where it is in view, else the row at the top. */
  get caretRow(): number {
    this.#syncViewport();
    const { row } = this.selection.active;
    return this.#viewport.isRowInView(row) ? row : this.#viewport.row;
  }

  textOf(row: number): string | undefined {
    return this.#pool?.elements.get(row)?.text;
  }

  /** Pixels from the top edge to a row; 0 where that row is out of view. */
  distanceOf(row: number): number {
    const element = this.#pool?.elements.get(row)?.root;
    return element ? element.getBoundingClientRect().top - this.#scroller.getBoundingClientRect().top : 0;
  }

  scrollToRow(row: number, align: 'top' | 'center' | 'nearest', below = 0): void {
    this.#syncViewport();
    if (align === 'top') this.#viewport.scrollTo(row, below);
    else if (align === 'center') this.#viewport.center(row);
    else this.#viewport.reveal(row);
    this.requestPaint();
  }

  scrollToEnd(): void {
    this.#syncViewport();
    this.#viewport.scrollToEnd();
    this.requestPaint();
  }

  /** Puts the caret on a row and has it in view. */
  goTo(place: Place, align: 'center' | 'nearest' = 'nearest'): void {
    this.selection.select(place, place);
    this.scrollToRow(place.row, align);
    this.#selected();
  }

  selectAll(): void {
    const rows = this.#rows;
    if (!rows || rows.end <= rows.first) return;
    this.selection.select({ row: rows.first, column: 0 }, { row: rows.end, column: 0 });
    this.#selected();
  }

  /** Brings columns of a row into view sideways. */
  revealColumns({ row, from, to }: Stretch): void {
    const element = this.#pool?.elements.get(row);
    const scroller = this.#scroller;
    const range = element && rangeOf(element.content, from, to);
    if (!element || !range || this.#wrap) return;
    const live = document.createRange();
    live.setStart(range.startContainer, range.startOffset);
    live.setEnd(range.endContainer, range.endOffset);
    const box = live.getBoundingClientRect();
    const view = scroller.getBoundingClientRect();
    const left = view.left + element.gutterWidth;
    if (box.left < left || box.right > view.right - 20) scroller.scrollLeft += box.left - left - view.width / 3;
  }

  clearSelection(): void {
    this.selection.collapse();
    this.#selected();
  }

  /** What is selected within one line; empty otherwise. */
  selectedText(): string {
    const { start, end } = this.selection;
    return start.row === end.row ? (this.textOf(start.row)?.slice(start.column, end.column) ?? '') : '';
  }

  requestPaint(): void {
    if (this.#frame !== 0 || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#paint();
    });
  }

  /** Paints now what would be painted in the next frame. */
  paintNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#paint();
  }

  override focus(): void {
    this.#scroller.focus({ preventScroll: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#rowsEnds.dispose();
    this.#ends.dispose();
    this.#scrollbar.dispose();
  }

  protected override render(): unknown {
    return html`
      <div class="scroller" tabindex="0" role="log" aria-live="off">
        <div class="canvas"><div class="rows"></div></div>
      </div>
      ${this.#scrollbar.root}
    `;
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.#highlights = this.#ends.add(new Highlights());
    const scroller = this.#scroller;
    scroller.setAttribute('aria-label', this.#look?.t('Log lines') ?? '');
    scroller.addEventListener('keydown', (event) => {
      this.#key(event);
    });
    this.addEventListener(
      'wheel',
      (event) => {
        this.#wheel(event);
      },
      { passive: false },
    );
    scroller.addEventListener('focus', () => {
      this.requestPaint();
    });
    scroller.addEventListener('blur', () => {
      this.requestPaint();
    });
    this.#ends.add(
      new MouseSelection(scroller, this.selection, {
        rowAt: (y) => this.#elementAt(y),
        textOf: (row) => this.#pool?.elements.get(row)?.text,
        scrollBy: (pixels) => {
          this.#scrollBy(pixels);
        },
        selected: () => {
          this.#selected();
        },
        open: (link) => {
          this.events.open(link);
        },
        retry: () => {
          this.#rows?.retry();
        },
      }),
    );
    const resized = new ResizeObserver(() => {
      this.#resized();
    });
    resized.observe(scroller);
    const themed = new MutationObserver(() => {
      this.#resized();
    });
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.#ends.add({
      dispose: () => {
        resized.disconnect();
        themed.disconnect();
      },
    });
    this.#measureRow();
    this.#restyle(this.#wrap);
    this.requestPaint();
  }

  get #scroller(): HTMLElement {
    return this.#part('.scroller');
  }

  #part(selector: string): HTMLElement {
    const found = this.renderRoot.querySelector<HTMLElement>(selector);
    if (!found) throw new Error(`${selector} is asked for before it is rendered`);
    return found;
  }

  #changed(change: RowsChange): void {
    if (change.kind === 'shift') {
      this.#viewport.shift(change.at, change.by);
      this.selection.shift(change.at, change.by);
    }
    this.#heights?.forget();
    this.requestPaint();
  }

  #resized(): void {
    this.#measureRow();
    this.#heights?.forget();
    this.requestPaint();
  }

  /** Takes the height that the theme's font gives a row, in whole pixels. */
  #measureRow(): void {
    const size = Number.parseFloat(getComputedStyle(this).fontSize) || 13;
    const row = Math.round(size * 1.4);
    if (row !== this.#rowHeight) this.#base = Number.NaN;
    this.#rowHeight = row;
    this.style.setProperty('--row-height', `${row}px`);
    if (this.#viewport.heights.uniform) this.#viewport.heights = { uniform: row, of: () => row };
  }

  #restyle(wrap: boolean): void {
    const { lines, style } = { lines: this.#digits(), style: this.#look?.time.style ?? 'off' };
    this.style.setProperty('--number-width', `${lines}ch`);
    this.style.setProperty('--time-width', `${timeWidth(style)}ch`);
    this.classList.toggle('with-times', style !== 'off');
    this.classList.toggle('wrap', wrap);
    if (!this.#rows || !this.#look) return;
    const pool = (this.#pool ??= new RowPool(this.#part('.rows'), this.#rows, this.#look));
    pool.show(this.#rows, this.#look);
    this.#heights ??= new WrapHeights(pool, () => this.#rows ?? { first: 0, end: 0 });
    this.#heights.forget();
    const height = this.#rowHeight;
    this.#viewport.heights = wrap ? this.#heights : { uniform: height, of: () => height };
    this.#base = Number.NaN;
  }

  #digits(): number {
    const rows = this.#rows;
    const last = rows && rows.end > rows.first ? (rows.lineNumber(rows.end - 1) ?? 0) : 0;
    return Math.max(3, String(last).length);
  }

  #syncViewport(): void {
    const rows = this.#rows;
    if (rows) this.#viewport.extent = { first: rows.first, end: rows.end };
    this.#viewport.height = this.#scroller.clientHeight;
  }

  #paint(): void {
    const rows = this.#rows;
    const pool = this.#pool;
    if (!rows || !pool || !this.isConnected) return;
    this.#syncViewport();
    this.style.setProperty('--number-width', `${this.#digits()}ch`);
    if (this.follow && !this.#scrollbar.isDragged) this.#viewport.scrollToEnd();
    else this.#viewport.settle();
    const { from, to } = this.#viewport.rowsInView();
    rows.want(from, to);
    const before = pool.painted;
    for (let row = from; row < to; row++) pool.ensure(row);
    pool.release(from, to);
    this.#place(from, to);
    this.#paintCaret(from, to);
    if (before !== pool.painted || this.#isHighlightStale || this.#highlighted !== `${from}:${to}`)
      this.#paintHighlights(from, to);
    this.#widen();
    this.#paintScrollbar();
  }

  #highlighted = '';

  /** Rows stand at their distance from a base row; scrolling moves them all at once. */
  #place(from: number, to: number): void {
    const { row: top, offset } = this.#viewport;
    const container = this.#part('.rows');
    const elements = this.#pool?.elements;
    const ratio = window.devicePixelRatio;
    const shifted = (pixels: number): string => `translateY(${Math.round(pixels * ratio) / ratio}px)`;
    if (this.#wrap) {
      let bottom = 0;
      for (let row = from; row < to; row++) {
        const element = elements?.get(row);
        if (element) element.moveTo(bottom);
        bottom += this.#viewport.heights.of(row);
      }
      container.style.transform = shifted(-offset);
      return;
    }
    if (!(Math.abs(top - this.#base) < 10_000)) this.#base = top;
    for (let row = from; row < to; row++) elements?.get(row)?.moveTo((row - this.#base) * this.#rowHeight);
    container.style.transform = shifted(-(top - this.#base) * this.#rowHeight - offset);
  }

  #paintCaret(from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const element = this.#pool?.elements.get(row);
      element?.root.classList.toggle('active', row === this.selection.active.row && this.selection.isEmpty);
      element?.root.classList.toggle('line-end', this.selection.onRow(row)?.lineEnd ?? false);
    }
  }

  #paintHighlights(from: number, to: number): void {
    const highlights = this.#highlights;
    if (!highlights) return;
    this.#isHighlightStale = false;
    this.#highlighted = `${from}:${to}`;
    highlights.clear();
    const { pattern } = this.#decorations;
    const current = this.#decorations.current?.();
    for (let row = from; row < to; row++) {
      const element = this.#pool?.elements.get(row);
      if (!element) continue;
      if (pattern)
        for (const [start, end] of pattern.ranges(element.text))
          highlights.add('match', rangeOf(element.content, start, end));
      if (current?.row === row) highlights.add('currentMatch', rangeOf(element.content, current.from, current.to));
      const selected = this.selection.onRow(row);
      if (selected && selected.from < Math.min(selected.to, element.text.length))
        highlights.add(
          'selection',
          rangeOf(element.content, selected.from, Math.min(selected.to, element.text.length)),
        );
    }
  }

  /** Makes room for the longest line seen; never less than before, so that nothing jumps. */
  #widen(): void {
    if (this.#wrap) return;
    const canvas = this.#part('.canvas');
    let widest = 0;
    for (const element of this.#pool?.elements.values() ?? []) widest = Math.max(widest, element.columns);
    if (widest <= this.#columns && this.#columns > 0) return;
    this.#columns = widest;
    canvas.style.minWidth = `calc(var(--gutter-width) + ${widest + 4}ch)`;
  }

  #columns = 0;

  #paintScrollbar(): void {
    const rows = this.#rows;
    if (!rows) return;
    const { row, offset, height } = this.#viewport;
    const visible = height / this.#rowHeight;
    const rowHeight = this.#wrap ? this.#viewport.heights.of(row) || this.#rowHeight : this.#rowHeight;
    const state = { first: rows.first, end: rows.end, top: row + offset / rowHeight, visible };
    this.#scrollbar.paint(state, height);
    this.#ruler.paint(state, height, this.#decorations.marks);
  }

  #scrollToShare(share: number): void {
    const rows = this.#rows;
    if (!rows) return;
    this.#syncViewport();
    const visible = this.#viewport.height / this.#rowHeight;
    const top = rows.first + share * Math.max(0, rows.end - rows.first - visible);
    if (share >= 1) this.#viewport.scrollToEnd();
    else this.#viewport.scrollTo(Math.floor(top), -Math.round((top % 1) * (this.#wrap ? 0 : this.#rowHeight)));
    this.#movedByUser();
  }

  #placeWords(): string {
    const rows = this.#rows;
    if (!rows) return '';
    const number = rows.lineNumber(this.#viewport.row);
    return number === undefined ? '' : formatCount(number, this.#look?.language ?? 'en');
  }

  #scrollBy(pixels: number): void {
    this.#syncViewport();
    this.#viewport.scrollBy(pixels);
    this.#movedByUser();
  }

  #movedByUser(): void {
    this.follow = false;
    this.events.scrolled();
    this.requestPaint();
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.defaultPrevented) return;
    event.preventDefault();
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE
        ? this.#rowHeight
        : event.deltaMode === WheelEvent.DOM_DELTA_PAGE
          ? this.#viewport.height
          : 1;
    const fast = event.altKey ? 5 : 1;
    const sideways = event.shiftKey && event.deltaX === 0;
    const deltaX = sideways ? event.deltaY : event.deltaX;
    if (deltaX !== 0 && !this.#wrap) this.#scroller.scrollLeft += deltaX * unit * fast;
    if (!sideways && event.deltaY !== 0) this.#scrollBy(event.deltaY * unit * fast);
  }

  #key(event: KeyboardEvent): void {
    const action = keyAction(event);
    if (!action || event.defaultPrevented) return;
    event.preventDefault();
    this.#act(action);
  }

  #act(action: KeyAction): void {
    switch (action.kind) {
      case 'scroll':
        this.#scrollBy(action.rows * this.#rowHeight);
        return;
      case 'sideways':
        this.#scroller.scrollLeft += action.columns * 8;
        return;
      case 'move':
        this.#move(action.to, action.extend);
        return;
      case 'column':
        this.#moveColumn(action.to);
        return;
      case 'selectAll':
        this.selectAll();
        return;
      case 'copy':
        this.events.copy();
        return;
      case 'openLink': {
        const link = this.#pool?.elements.get(this.selection.active.row)?.links()[0];
        if (link) this.events.open(link);
        return;
      }
    }
  }

  #move(to: 'up' | 'down' | 'pageUp' | 'pageDown' | 'start' | 'end', extend: boolean): void {
    const rows = this.#rows;
    if (!rows || rows.end <= rows.first) return;
    this.#syncViewport();
    const page = Math.max(1, Math.floor(this.#viewport.height / this.#rowHeight) - 1);
    const { row, column } = this.selection.active;
    const steps = { up: -1, down: 1, pageUp: -page, pageDown: page, start: -Infinity, end: Infinity };
    const target = Math.max(rows.first, Math.min(rows.end - 1, row + steps[to]));
    const isAway = !this.#viewport.isRowInView(Math.min(row, rows.end - 1));
    if (to === 'pageUp' || to === 'pageDown')
      this.#viewport.scrollBy((to === 'pageUp' ? -page : page) * this.#rowHeight);
    const reached = isAway && Math.abs(steps[to]) <= page ? this.#nearestInView(to) : target;
    const end = to === 'end' && extend ? Infinity : column;
    const place = { row: reached, column: to === 'start' ? 0 : end };
    if (extend) this.selection.extend(place, this.#textOf);
    else this.selection.select({ row: reached, column: 0 }, { row: reached, column: 0 });
    if (to === 'end') this.#viewport.scrollToEnd();
    else this.#viewport.reveal(reached);
    this.#selected();
    this.#movedByUser();
  }

  /** A caret that was scrolled out of view comes back where one looks. */
  #nearestInView(to: string): number {
    const { from, to: end } = this.#viewport.rowsInView();
    return to === 'up' || to === 'pageUp' ? Math.max(from, end - 2) : Math.min(end - 1, from + 1);
  }

  #moveColumn(to: 'left' | 'right' | 'lineStart' | 'lineEnd'): void {
    const { row, column } = this.selection.active;
    const length = this.#textOf(row)?.length ?? 0;
    const at = Math.min(column, length);
    const columns = { left: Math.max(0, at - 1), right: Math.min(length, at + 1), lineStart: 0, lineEnd: length };
    this.selection.extend({ row, column: columns[to] }, this.#textOf);
    this.#selected();
  }

  readonly #textOf = (row: number): string | undefined => this.#pool?.elements.get(row)?.text;

  #selected(): void {
    this.#isHighlightStale = true;
    this.events.selected();
    this.requestPaint();
  }

  /** The element of the row at a height of the screen; above and below the view the first and last one. */
  #elementAt(y: number): RowElement | undefined {
    const { from, to } = this.#viewport.rowsInView();
    for (let row = from; row < to; row++) {
      const element = this.#pool?.elements.get(row);
      if (element && y < element.root.getBoundingClientRect().bottom) return element;
    }
    return this.#pool?.elements.get(to - 1);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-rows': LogRows;
  }
}
