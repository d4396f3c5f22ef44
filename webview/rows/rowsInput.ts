import type { Disposes } from '../../src/base/disposables.ts';
import type { Link } from '../../src/bridge/logHost.ts';
import type { Rows } from '../document/rows.ts';
import { extendByColumn, moveCaret } from './caret.ts';
import { keyAction, type KeyAction } from './keys.ts';
import { MouseSelection } from './mouseSelection.ts';
import type { RowElement } from './rowElement.ts';
import type { Selection } from './selection.ts';
import { touchScroll } from './touchScroll.ts';
import type { Viewport } from './viewport.ts';
import { wheelDistance } from './wheel.ts';

/** What the user's hands act upon. */
export interface InputGround {
  readonly viewport: Viewport;
  readonly selection: Selection;
  /** Pixels of a row that does not wrap. */
  rowHeight(): number;
  rows(): Rows | undefined;
  /** The element of a row that is in view. */
  elementOf(row: number): RowElement | undefined;
  scrollBy(x: number, y: number): void;
  paintNow(): void;
  /** The caret is about to be moved by a key, within what the viewport knows of its size. */
  caretMoves(): void;
  caretMoved(): void;
  selected(): void;
  selectAll(): void;
  copy(): void;
  open(link: Link): void;
}

/** Turns keys, wheel, touch and mouse into scrolling, selecting, copying and opening. */
export class RowsInput implements Disposes {
  readonly #ground: InputGround;
  readonly #ended = new AbortController();
  readonly #mouse: MouseSelection;

  constructor(view: HTMLElement, scroller: HTMLElement, ground: InputGround) {
    this.#ground = ground;
    const { signal } = this.#ended;
    const key = (event: KeyboardEvent): void => {
      this.#key(event);
    };
    const wheel = (event: WheelEvent): void => {
      this.#wheel(event);
    };
    const scrollBy = (x: number, y: number): void => {
      ground.scrollBy(x, y);
    };
    scroller.addEventListener('keydown', key, { signal });
    view.addEventListener('wheel', wheel, { signal, passive: false });
    touchScroll(scroller, scrollBy, signal);
    this.#mouse = this.#hearMouse(scroller);
  }

  dispose(): void {
    this.#ended.abort();
    this.#mouse.dispose();
  }

  #hearMouse(scroller: HTMLElement): MouseSelection {
    const ground = this.#ground;
    return new MouseSelection(scroller, ground.selection, {
      rowAt: (y) => this.#elementAt(y),
      textOf: (row) => ground.elementOf(row)?.text,
      scrollBy: (pixels) => {
        ground.scrollBy(0, pixels);
        ground.paintNow();
      },
      selected: () => {
        ground.selected();
      },
      open: (link) => {
        ground.open(link);
      },
      retry: () => {
        ground.rows()?.retry();
      },
    });
  }

  #wheel(event: WheelEvent): void {
    if (event.ctrlKey || event.defaultPrevented) return;
    event.preventDefault();
    const { x, y } = wheelDistance(event, this.#ground.rowHeight(), this.#ground.viewport.height);
    this.#ground.scrollBy(x, y);
  }

  #key(event: KeyboardEvent): void {
    const action = event.defaultPrevented ? undefined : keyAction(event);
    const rows = this.#ground.rows();
    if (!action || !rows) return;
    event.preventDefault();
    // The editor hears what comes to the window, and would select the words around the log besides.
    if (action.kind === 'selectAll') event.stopPropagation();
    this.#act(action, rows);
  }

  #act(action: KeyAction, rows: Rows): void {
    const ground = this.#ground;
    const { viewport, selection } = ground;
    const textOf = (row: number): string | undefined => ground.elementOf(row)?.text;
    switch (action.kind) {
      case 'scroll':
        ground.scrollBy(0, action.rows * ground.rowHeight());
        return;
      case 'sideways':
        ground.scrollBy(action.columns * ground.rowHeight() * 0.45, 0);
        return;
      case 'move':
        ground.caretMoves();
        moveCaret(action, { rows, viewport, selection, textOf });
        ground.caretMoved();
        return;
      case 'column':
        extendByColumn(action.to, { rows, viewport, selection, textOf });
        ground.selected();
        return;
      case 'selectAll':
        ground.selectAll();
        return;
      case 'copy':
        ground.copy();
        return;
      case 'openLink': {
        const link = ground.elementOf(selection.active.row)?.links()[0];
        if (link) ground.open(link);
        return;
      }
    }
  }

  /** The element of the row at a height of the screen; above and below the view the first and last one. */
  #elementAt(y: number): RowElement | undefined {
    const { from, to } = this.#ground.viewport.rowsInView();
    for (let row = from; row < to; row++) {
      const element = this.#ground.elementOf(row);
      if (element && y < element.root.getBoundingClientRect().bottom) return element;
    }
    return this.#ground.elementOf(to - 1);
  }
}
