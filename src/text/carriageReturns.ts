import { plainStyle, styleRuns, type Style } from './ansi.ts';
import { escapeEnd, nextEscape } from './escapes.ts';
import { renditionOf } from './rendition.ts';

interface Cell {
  character: string;
  style: Style;
}

/** No terminal is wider; a cursor sent further stays here. */
const widestTerminal = 1_000;

/**
 * What a terminal shows of a line in the end, after carriage returns, backspaces and cursor movements within the
 * line have overwritten parts of it. Colours are kept, as escape sequences of our own. Text without any of these
 * comes back as it is; a carriage return at the very end is part of a line's end.
 */
export function lastState(text: string): string {
  const line = text.endsWith('\r') ? text.replace(/\r+$/, '') : text;
  if (!/[\r\b]/.test(line)) return line;
  const screen = new ScreenLine();
  let from = 0;
  for (let escape = nextEscape(line, 0); escape >= 0; escape = nextEscape(line, from)) {
    screen.write(line.slice(from, escape));
    from = escapeEnd(line, escape);
    screen.control(line.slice(escape, from));
  }
  screen.write(line.slice(from));
  return screen.text();
}

/** One line of a terminal. A character takes one cell, marks that combine go with the one before. */
class ScreenLine {
  readonly #cells: Cell[] = [];
  #column = 0;
  #style: Style = plainStyle;

  write(text: string): void {
    for (const character of text) {
      if (character === '\r') this.#column = 0;
      else if (character === '\b') this.#column = Math.max(0, this.#column - 1);
      else this.#put(character);
    }
  }

  control(sequence: string): void {
    const cursor = /^(?:\u001b\[|\u009b)(\d{0,4})([CDGK])$/.exec(sequence);
    if (!cursor) {
      this.#style = styleRuns(sequence, this.#style).end;
      return;
    }
    const count = Number(cursor[1]);
    const far = Math.max(widestTerminal, this.#cells.length);
    if (cursor[2] === 'C') this.#column = Math.min(far, this.#column + Math.max(1, count));
    else if (cursor[2] === 'D') this.#column = Math.max(0, this.#column - Math.max(1, count));
    else if (cursor[2] === 'G') this.#column = Math.min(far, Math.max(1, count) - 1);
    else this.#erase(count);
  }

  text(): string {
    let text = '';
    let style: Style = plainStyle;
    let end = this.#cells.length;
    while (end > 0 && this.#cells[end - 1]?.character === ' ' && this.#cells[end - 1]?.style === plainStyle) end--;
    for (const cell of this.#cells.slice(0, end)) {
      if (cell.style !== style) text += renditionOf(style, cell.style);
      text += cell.character;
      style = cell.style;
    }
    return style === plainStyle ? text : text + renditionOf(style, plainStyle);
  }

  #put(character: string): void {
    const before = this.#cells[this.#column - 1];
    if (before && before.character.length < 32 && joins(before.character, character)) {
      before.character += character;
      return;
    }
    while (this.#cells.length < this.#column) this.#cells.push({ character: ' ', style: plainStyle });
    this.#cells[this.#column++] = { character, style: this.#style };
  }

  /** 0 to the end, 1 up to the cursor, 2 all. */
  #erase(part: number): void {
    if (part === 2) this.#cells.length = 0;
    else if (part === 0) this.#cells.length = Math.min(this.#cells.length, this.#column);
    else if (part === 1 && this.#column <= widestTerminal) {
      for (let at = 0; at <= this.#column && at < this.#cells.length; at++) {
        this.#cells[at] = { character: ' ', style: plainStyle };
      }
    }
  }
}

function joins(before: string, character: string): boolean {
  return before.endsWith('\u200d') || (character > '\u02ff' && /^[\p{Mn}\p{Me}\u200d]/u.test(character));
}
