import type { Rows } from '../document/rows.ts';
import { RowElement, type Look, type RowContent } from './rowElement.ts';
import { ThemeColours } from './themeColours.ts';

/** The elements of the rows on the screen; what scrolls out on one side comes in again on the other. */
export class RowPool {
  readonly #container: HTMLElement;
  readonly #used = new Map<number, RowElement>();
  readonly #free: RowElement[] = [];
  #rows: Rows;
  #look: Look;
  #theme: ThemeColours;
  /** Counts paintings: whoever measured a row knows by it whether that still holds. */
  painted = 0;

  constructor(container: HTMLElement, rows: Rows, look: Look) {
    this.#container = container;
    this.#rows = rows;
    this.#look = look;
    this.#theme = new ThemeColours(container);
  }

  get elements(): ReadonlyMap<number, RowElement> {
    return this.#used;
  }

  show(rows: Rows, look: Look): void {
    if (rows !== this.#rows) this.release(0, 0);
    this.#rows = rows;
    this.#look = look;
  }

  /** The theme has changed: colours are found anew, and rows painted in them. */
  forgetTheme(): void {
    this.#theme = new ThemeColours(this.#container);
  }

  /** The element of a row, painted as the row is now. */
  ensure(row: number): RowElement {
    let element = this.#used.get(row);
    if (!element) {
      element = this.#free.pop() ?? this.#create();
      element.index = row;
      element.root.dataset['row'] = String(row);
      element.root.hidden = false;
      this.#used.set(row, element);
    }
    if (element.paint(this.#contentOf(row), this.#look, this.#theme)) this.painted++;
    return element;
  }

  /** Gives back every element but those of rows `from` to `to` (exclusive). */
  release(from: number, to: number): void {
    for (const [row, element] of this.#used) {
      if (row >= from && row < to) continue;
      this.#used.delete(row);
      element.root.hidden = true;
      this.#free.push(element);
    }
  }

  /** The element a node of the page is part of. */
  elementOf(node: Node): RowElement | undefined {
    for (const element of this.#used.values()) if (element.root.contains(node)) return element;
    return undefined;
  }

  #create(): RowElement {
    const element = new RowElement();
    this.#container.append(element.root);
    return element;
  }

  #contentOf(row: number): RowContent {
    return { row: this.#rows.at(row), number: this.#rows.lineNumber(row), timeBefore: this.#timeBefore(row) };
  }

  #timeBefore(row: number): number | undefined {
    if (this.#look.time.style !== 'delta' || row <= this.#rows.first) return undefined;
    const before = this.#rows.at(row - 1);
    return before.kind === 'line' ? before.batch.times[before.index] : undefined;
  }
}
