import type { Disposes } from '../../src/base/disposables.ts';
import type { Pattern } from '../../src/text/matcher.ts';
import { Highlights } from './highlights.ts';
import type { RulerMarks } from './ruler.ts';
import type { RowElement } from './rowElement.ts';
import type { RowPool } from './rowPool.ts';
import type { Selection } from './selection.ts';
import { rangeOf } from './textPosition.ts';
import type { Viewport } from './viewport.ts';

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

/** Rows farther than this from the base row would stand at pixels too large to be exact. */
const farthest = 10_000;

/** Puts the rows in view in their places and colours what is selected and found. */
export class RowsPainter implements Disposes {
  readonly #container: HTMLElement;
  readonly #canvas: HTMLElement;
  readonly #highlights = new Highlights();
  #base = Number.NaN;
  #columns = 0;
  #highlighted = '';
  decorations: Decorations = {};

  constructor(container: HTMLElement, canvas: HTMLElement) {
    this.#container = container;
    this.#canvas = canvas;
  }

  /** Other rows, or rows of another look: nothing painted so far holds. */
  reset(): void {
    this.#base = Number.NaN;
    this.#columns = 0;
    this.#canvas.style.minWidth = '';
    this.recolour();
  }

  /** What is selected or found has changed. */
  recolour(): void {
    this.#highlighted = '';
  }

  paint(pool: RowPool, viewport: Viewport, selection: Selection): void {
    const { from, to } = viewport.rowsInView();
    const before = pool.painted;
    for (let row = from; row < to; row++) pool.ensure(row);
    pool.release(from, to);
    this.#place(pool, viewport, from, to);
    const shown = [...pool.elements.values()];
    for (const element of shown) paintCaret(element, selection);
    if (before !== pool.painted || this.#highlighted !== `${from}:${to}`) {
      this.#highlighted = `${from}:${to}`;
      this.#highlights.clear();
      for (const element of shown) this.#highlight(element, selection);
    }
    if (viewport.heights.uniform) this.#widen(shown);
  }

  dispose(): void {
    this.#highlights.dispose();
  }

  /** Equal rows stand at their distance from a base row, so that scrolling moves one element; wrapped ones follow one another. */
  #place(pool: RowPool, viewport: Viewport, from: number, to: number): void {
    const { row: top, offset, heights } = viewport;
    const { uniform } = heights;
    if (uniform && !(Math.abs(top - this.#base) < farthest)) this.#base = top;
    let y = uniform ? (from - this.#base) * uniform : 0;
    for (let row = from; row < to; row++) {
      pool.elements.get(row)?.moveTo(y);
      y += uniform ?? heights.of(row);
    }
    const shift = uniform ? (top - this.#base) * uniform + offset : offset;
    const ratio = window.devicePixelRatio;
    this.#container.style.transform = `translateY(${-Math.round(shift * ratio) / ratio}px)`;
  }

  #highlight(element: RowElement, selection: Selection): void {
    const { index, text, content } = element;
    const { pattern } = this.decorations;
    if (pattern)
      for (const [from, to] of pattern.ranges(text)) this.#highlights.add('match', rangeOf(content, from, to));
    const current = this.decorations.current?.();
    if (current?.row === index) this.#highlights.add('currentMatch', rangeOf(content, current.from, current.to));
    const selected = selection.onRow(index);
    if (!selected) return;
    const to = Math.min(selected.to, text.length);
    if (selected.from < to) this.#highlights.add('selection', rangeOf(content, selected.from, to));
  }

  /** Makes room for the longest line seen; never less than before, so that nothing jumps sideways. */
  #widen(shown: readonly RowElement[]): void {
    let widest = this.#columns;
    for (const element of shown) widest = Math.max(widest, element.columns);
    if (widest === this.#columns) return;
    this.#columns = widest;
    this.#canvas.style.minWidth = `calc(var(--gutter-width) + ${widest + 4}ch)`;
  }
}

function paintCaret({ root, index }: RowElement, selection: Selection): void {
  root.classList.toggle('active', index === selection.active.row && selection.isEmpty);
  root.classList.toggle('line-end', selection.onRow(index)?.lineEnd ?? false);
}
