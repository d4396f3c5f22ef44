import { html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { Disposables } from '../../src/base/disposables.ts';
import type { Link } from '../../src/bridge/logHost.ts';
import { formatCount } from '../amounts.ts';
import type { Rows, RowsChange } from '../document/rows.ts';
import type { Look } from './rowElement.ts';
import { RowPool } from './rowPool.ts';
import { RowsInput, type InputGround } from './rowsInput.ts';
import { RowsPainter, type Decorations, type Stretch } from './rowsPainter.ts';
import { rowsStyles } from './rowsStyles.ts';
import { OverviewRuler } from './ruler.ts';
import { Scrollbar } from './scrollbar.ts';
import { Selection, type Place } from './selection.ts';
import { boxOf } from './textPosition.ts';
import { timeWidth } from './timestamps.ts';
import { Viewport } from './viewport.ts';
import { WrapHeights } from './wrapHeights.ts';

/** What the rows tell; all of it comes from the user's hands. */
export interface RowsEvents {
  scrolled(): void;
  /** `byKey`: the caret went to another row by the keyboard. */
  selected(byKey: boolean): void;
  copy(): void;
  open(link: Link): void;
}

const silent: RowsEvents = {
  scrolled: () => undefined,
  selected: () => undefined,
  copy: () => undefined,
  open: () => undefined,
};

interface Parts {
  readonly scroller: HTMLElement;
  readonly painter: RowsPainter;
  readonly container: HTMLElement;
}

/** The rows shown now, and what shows them. */
interface Shown {
  readonly rows: Rows;
  readonly look: Look;
  readonly wrap: boolean;
  readonly ends: Disposables;
}

/** Paints the part of a log that is in view, and moves it by wheel, keys, scrollbar and touch. */
@customElement('log-rows')
export class LogRows extends LitElement {
  static override styles = rowsStyles;

  readonly selection = new Selection();
  readonly viewport = new Viewport({ uniform: 18, of: () => 18 });
  events: RowsEvents = silent;
  /** Keeps the end in view while lines arrive. */
  follow = false;
  #ends = new Disposables();
  #shown: Shown | undefined;
  #parts: Parts | undefined;
  #pool: RowPool | undefined;
  #heights: WrapHeights | undefined;
  #rowHeight = 18;
  #frame = 0;
  readonly #scrollbar = new Scrollbar({
    scrollToShare: (share) => {
      this.#scrollToShare(share);
    },
    place: () => this.#placeWords(),
  });
  readonly #ruler = new OverviewRuler(this.#scrollbar.ruler);

  /** Shows a log; where it is scrolled to stays as it was. */
  show(rows: Rows, look: Look, wrap: boolean): void {
    const ends = rows === this.#shown?.rows ? this.#shown.ends : this.#listenTo(rows);
    this.#shown = { rows, look, wrap, ends };
    this.#restyle(this.#shown);
    this.requestPaint();
  }

  decorate(decorations: Decorations): void {
    if (!this.#parts) return;
    this.#parts.painter.decorations = decorations;
    this.#parts.painter.recolour();
    this.requestPaint();
  }

  get atEnd(): boolean {
    this.#sync();
    return this.viewport.atEnd;
  }

  /** The caret's row where it is in view, else the row at the top. */
  get caretRow(): number {
    this.#sync();
    const { row } = this.selection.active;
    return this.viewport.isRowInView(row) ? row : this.viewport.row;
  }

  /** The visible text of a row that is in view. */
  textOf(row: number): string | undefined {
    return this.#pool?.elements.get(row)?.text;
  }

  /** Pixels from the top edge to a row; 0 where that row is out of view. */
  distanceOf(row: number): number {
    const element = this.#pool?.elements.get(row)?.root;
    return element ? element.getBoundingClientRect().top - this.getBoundingClientRect().top : 0;
  }

  scrollToRow(row: number, align: 'top' | 'center' | 'nearest', below = 0): void {
    this.#sync();
    if (align === 'top') this.viewport.scrollTo(row, below);
    else if (align === 'center') this.viewport.center(row);
    else this.viewport.reveal(row);
    this.requestPaint();
  }

  scrollToEnd(): void {
    this.#sync();
    this.viewport.scrollToEnd();
    this.requestPaint();
  }

  /** Puts the caret on a row and has it in view. */
  goTo(place: Place, align: 'center' | 'nearest' = 'nearest'): void {
    this.selection.select(place, place);
    this.scrollToRow(place.row, align);
    this.#selected();
  }

  selectAll(): void {
    const { rows } = this.#shown ?? {};
    if (!rows || rows.end <= rows.first) return;
    this.selection.select({ row: rows.first, column: 0 }, { row: rows.end, column: 0 });
    this.#selected();
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

  /** Brings columns of a row into view sideways. */
  revealColumns({ row, from, to }: Stretch): void {
    const element = this.#pool?.elements.get(row);
    const scroller = this.#parts?.scroller;
    if (!element || !scroller || this.#shown?.wrap) return;
    const box = boxOf(element.content, from, to);
    const view = scroller.getBoundingClientRect();
    const left = view.left + element.gutterWidth;
    if (box && (box.left < left || box.right > view.right - 20))
      scroller.scrollLeft += box.left - left - view.width / 3;
  }

  requestPaint(): void {
    if (this.#frame !== 0 || !this.isConnected) return;
    this.#frame = requestAnimationFrame(() => {
      this.paintNow();
    });
  }

  /** Paints now what would be painted in the next frame. */
  paintNow(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    const { rows } = this.#shown ?? {};
    if (!rows || !this.#pool || !this.#parts || !this.isConnected) return;
    this.#sync();
    this.style.setProperty('--number-width', `${digitsOf(rows)}ch`);
    if (this.follow && !this.#scrollbar.isDragged) this.viewport.scrollToEnd();
    else this.viewport.settle();
    const { from, to } = this.viewport.rowsInView();
    rows.want(from, to);
    this.#parts.painter.paint(this.#pool, this.viewport, this.selection);
    this.#paintScrollbar(rows);
  }

  override focus(): void {
    this.#parts?.scroller.focus({ preventScroll: true });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#shown?.ends.dispose();
    this.#ends.dispose();
    this.#scrollbar.dispose();
  }

  protected override render(): TemplateResult {
    return html`
      <div class="scroller" tabindex="0" role="log" aria-live="off">
        <div class="canvas"><div class="rows"></div></div>
      </div>
      ${this.#scrollbar.root}
    `;
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    const part = (selector: string): HTMLElement => {
      const found = this.renderRoot.querySelector<HTMLElement>(selector);
      if (!found) throw new Error(`${selector} is not rendered`);
      return found;
    };
    const scroller = part('.scroller');
    const container = part('.rows');
    const painter = this.#ends.add(new RowsPainter(container, part('.canvas')));
    this.#parts = { scroller, container, painter };
    this.#ends.add(new RowsInput(this, scroller, this.#ground()));
    this.#watchSize(scroller);
    this.#measureRow();
    if (this.#shown) this.#restyle(this.#shown);
    this.requestPaint();
  }

  #ground(): InputGround {
    return {
      viewport: this.viewport,
      selection: this.selection,
      rowHeight: () => this.#rowHeight,
      rows: () => this.#shown?.rows,
      elementOf: (row) => this.#pool?.elements.get(row),
      scrollBy: (x, y) => {
        this.#scrollBy(x, y);
      },
      paintNow: () => {
        this.paintNow();
      },
      caretMoves: () => {
        this.#sync();
      },
      caretMoved: () => {
        this.#selected(true);
        this.#moved();
      },
      selected: () => {
        this.#selected();
      },
      selectAll: () => {
        this.selectAll();
      },
      copy: () => {
        this.events.copy();
      },
      open: (link) => {
        this.events.open(link);
      },
    };
  }

  #watchSize(scroller: HTMLElement): void {
    const again = (): void => {
      this.#measureRow();
      this.#ruler.forget();
      this.#heights?.forget();
      this.requestPaint();
    };
    const resized = new ResizeObserver(again);
    resized.observe(scroller);
    const themed = new MutationObserver(() => {
      this.#pool?.forgetTheme();
      again();
    });
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
    this.#ends.add({
      dispose: () => {
        resized.disconnect();
        themed.disconnect();
      },
    });
  }

  #listenTo(rows: Rows): Disposables {
    this.#shown?.ends.dispose();
    this.#parts?.painter.reset();
    const ends = new Disposables();
    ends.add(
      rows.onChange((change) => {
        this.#changed(change);
      }),
    );
    return ends;
  }

  #changed(change: RowsChange): void {
    if (change.kind === 'shift') {
      this.viewport.shift(change.at, change.by);
      this.selection.shift(change.at, change.by);
    }
    this.#heights?.forget();
    this.requestPaint();
  }

  /** Takes the height that the theme's font gives a row, in whole pixels. */
  #measureRow(): void {
    const size = Number.parseFloat(getComputedStyle(this).fontSize) || 13;
    const height = Math.round(size * 1.4);
    if (height === this.#rowHeight) return;
    this.#rowHeight = height;
    this.style.setProperty('--row-height', `${height}px`);
    if (this.viewport.heights.uniform) this.viewport.heights = { uniform: height, of: () => height };
    this.#parts?.painter.reset();
  }

  #restyle({ rows, look, wrap }: Shown): void {
    if (!this.#parts) return;
    this.#parts.scroller.setAttribute('aria-label', look.t('Log lines'));
    this.style.setProperty('--time-width', `${timeWidth(look.time.style)}ch`);
    this.toggleAttribute('times', look.time.style !== 'off');
    this.toggleAttribute('wrap', wrap);
    this.#pool ??= new RowPool(this.#parts.container, rows, look);
    this.#pool.show(rows, look);
    this.#heights ??= new WrapHeights(this.#pool, () => this.#shown?.rows ?? { first: 0, end: 0 });
    this.#heights.forget();
    const height = this.#rowHeight;
    this.viewport.heights = wrap ? this.#heights : { uniform: height, of: () => height };
    this.#parts.painter.reset();
  }

  /** Tells the viewport how many rows there are and how high it is. */
  #sync(): void {
    const { rows } = this.#shown ?? {};
    if (rows) this.viewport.extent = { first: rows.first, end: rows.end };
    this.viewport.height = this.#parts?.scroller.clientHeight ?? 0;
    this.viewport.rowHeight = this.#rowHeight;
  }

  #paintScrollbar({ first, end }: Rows): void {
    const { row, offset, height, heights } = this.viewport;
    const top = row + offset / (heights.uniform ?? (heights.of(row) || this.#rowHeight));
    const state = { first, end, top, visible: height / this.#rowHeight };
    this.#scrollbar.paint(state, height);
    this.#ruler.paint(state, height, this.#parts?.painter.decorations.marks);
  }

  #scrollToShare(share: number): void {
    this.#sync();
    const { extent, rowsPerPage } = this.viewport;
    const top = extent.first + share * Math.max(0, extent.end - extent.first - rowsPerPage);
    if (share >= 1) this.viewport.scrollToEnd();
    else this.viewport.scrollTo(Math.floor(top), this.#shown?.wrap ? 0 : -Math.round((top % 1) * this.#rowHeight));
    this.#moved();
  }

  #placeWords(): string {
    const { rows, look } = this.#shown ?? {};
    const number = rows?.lineNumber(this.viewport.row);
    return number === undefined ? '' : formatCount(number, look?.language ?? 'en');
  }

  #scrollBy(x: number, y: number): void {
    if (x !== 0 && this.#parts && !this.#shown?.wrap) this.#parts.scroller.scrollLeft += x;
    if (y === 0) return;
    this.#sync();
    this.viewport.scrollBy(y);
    this.#moved();
  }

  #moved(): void {
    this.follow = false;
    this.events.scrolled();
    this.requestPaint();
  }

  #selected(byKey = false): void {
    this.#parts?.painter.recolour();
    this.events.selected(byKey);
    this.requestPaint();
  }
}

function digitsOf(rows: Rows): number {
  const last = rows.end > rows.first ? (rows.lineNumber(rows.end - 1) ?? 0) : 0;
  return Math.max(3, String(last).length);
}

declare global {
  interface HTMLElementTagNameMap {
    'log-rows': LogRows;
  }
}
