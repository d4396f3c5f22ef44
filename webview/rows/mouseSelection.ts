import type { Disposes } from '../../src/base/disposables.ts';
import type { Link } from '../../src/bridge/logHost.ts';
import type { RowElement } from './rowElement.ts';
import type { Grain, Place, Selection, TextOf } from './selection.ts';
import { columnAt } from './textPosition.ts';

interface Surface {
  /** The row at a height of the screen. */
  rowAt(y: number): RowElement | undefined;
  readonly textOf: TextOf;
  scrollBy(pixels: number): void;
  selected(): void;
  open(link: Link): void;
  retry(): void;
}

/** Selects by mouse: drag, double and triple click, shift-click, line numbers; scrolls on at the edges. */
export class MouseSelection implements Disposes {
  readonly #scroller: HTMLElement;
  readonly #selection: Selection;
  readonly #surface: Surface;
  readonly #ended = new AbortController();
  #drag: AbortController | undefined;
  #at = { x: 0, y: 0 };

  constructor(scroller: HTMLElement, selection: Selection, surface: Surface) {
    this.#scroller = scroller;
    this.#selection = selection;
    this.#surface = surface;
    scroller.addEventListener(
      'mousedown',
      (event) => {
        this.#down(event);
      },
      { signal: this.#ended.signal },
    );
  }

  dispose(): void {
    this.#drag?.abort();
    this.#ended.abort();
  }

  #down(event: MouseEvent): void {
    if (event.button !== 0 || isOnScrollbar(event, this.#scroller)) return;
    const place = this.#placeAt(event.clientX, event.clientY);
    if (!place) return;
    event.preventDefault();
    this.#scroller.focus({ preventScroll: true });
    if (event.shiftKey) this.#selection.extend(place, this.#surface.textOf);
    else this.#selection.begin(place, this.#grainOf(event), this.#surface.textOf);
    this.#surface.selected();
    this.#follow(event);
  }

  #grainOf(event: MouseEvent): Grain {
    if (event.target instanceof Element && event.target.closest('.gutter')) return 'line';
    return event.detail >= 3 ? 'line' : event.detail === 2 ? 'word' : 'character';
  }

  #follow(down: MouseEvent): void {
    this.#drag?.abort();
    const drag = (this.#drag = new AbortController());
    const { signal } = drag;
    this.#at = { x: down.clientX, y: down.clientY };
    window.addEventListener(
      'mousemove',
      (event) => {
        this.#at = { x: event.clientX, y: event.clientY };
        if (event.buttons === 0) drag.abort();
        else this.#extend();
      },
      { signal },
    );
    window.addEventListener(
      'mouseup',
      (event) => {
        drag.abort();
        if (Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < 4 && down.detail === 1)
          this.#click(event);
      },
      { signal },
    );
    const turn = (): void => {
      if (signal.aborted) return;
      this.#scrollAtEdge();
      requestAnimationFrame(turn);
    };
    requestAnimationFrame(turn);
  }

  #extend(): void {
    const place = this.#placeAt(this.#at.x, this.#at.y);
    if (!place) return;
    this.#selection.extend(place, this.#surface.textOf);
    this.#surface.selected();
  }

  #scrollAtEdge(): void {
    const { top, bottom } = this.#scroller.getBoundingClientRect();
    const { y } = this.#at;
    const beyond = y < top ? y - top : y > bottom ? y - bottom : 0;
    if (beyond === 0) return;
    this.#surface.scrollBy(Math.sign(beyond) * Math.min(400, Math.abs(beyond)) * 0.5);
    this.#extend();
  }

  #click(event: MouseEvent): void {
    const target = event.composedPath()[0];
    if (!(target instanceof Element)) return;
    if (target.closest('.retry')) this.#surface.retry();
    const link = this.#surface.rowAt(event.clientY)?.linkAt(target);
    if (link && !event.shiftKey && this.#selection.isEmpty) this.#surface.open(link);
  }

  #placeAt(x: number, y: number): Place | undefined {
    const element = this.#surface.rowAt(y);
    if (!element) return undefined;
    const box = element.root.getBoundingClientRect();
    const inside = Math.max(box.top + 1, Math.min(y, box.bottom - 1));
    if (y > box.bottom) return { row: element.index, column: element.text.length };
    return { row: element.index, column: element.text === '' ? 0 : columnAt(element.content, x, inside) };
  }
}

/** The horizontal scrollbar is part of the element it scrolls. */
function isOnScrollbar(event: MouseEvent, scroller: HTMLElement): boolean {
  return event.clientY > scroller.getBoundingClientRect().top + scroller.clientHeight;
}
