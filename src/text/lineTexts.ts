import type { LineColumns } from '../model/line.ts';

const strict = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true });
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes decoded at once: to decode a line by itself costs more than to look at it. */
const windowSize = 32_768;

/** Lines `from` to `to` (exclusive) as one string, without anything between them. */
export interface LineWindow {
  readonly from: number;
  readonly to: number;
  readonly text: string;
  /** Where line `row` begins in `text` is `starts[row - shift] - base`; there is one more, for the end. */
  readonly starts: Uint32Array;
  readonly shift: number;
  readonly base: number;
}

/** Gives the lines of a batch as strings, many decoded at once; cheapest when asked in order. */
export class LineTexts {
  readonly #lines: LineColumns;
  #window: LineWindow;

  constructor(lines: LineColumns) {
    this.#lines = lines;
    this.#window = { from: 0, to: 0, text: '', starts: lines.offsets, shift: 0, base: 0 };
  }

  at(row: number): string {
    const known = this.#window;
    const { text, starts, shift, base } = row >= known.from && row < known.to ? known : this.windowFrom(row);
    return text.slice((starts[row - shift] ?? 0) - base, (starts[row - shift + 1] ?? 0) - base);
  }

  /** The window that begins with line `row`; holds at least that line. */
  windowFrom(row: number): LineWindow {
    this.#window = decodeWindow(this.#lines, row, windowEnd(this.#lines, row));
    return this.#window;
  }
}

export function lineTextAt({ text, offsets }: LineColumns, row: number): string {
  return lenient.decode(text.subarray(offsets[row], offsets[row + 1]));
}

/** Index behind the last line that still fits into a window begun with line `row`. */
function windowEnd({ offsets, count }: LineColumns, row: number): number {
  const most = (offsets[row] ?? 0) + windowSize;
  let low = row + 1;
  let high = count;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

function decodeWindow(lines: LineColumns, from: number, to: number): LineWindow {
  const base = lines.offsets[from] ?? 0;
  const bytes = lines.text.subarray(base, lines.offsets[to]);
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    // Not UTF-8, or cut within a character: a line's text must not depend on its neighbours.
    return decodeEach(lines, from, to);
  }
  if (text.length === bytes.length) return { from, to, text, starts: lines.offsets, shift: 0, base };
  if (!linesBeginCharacters(lines, from, to)) return decodeEach(lines, from, to);
  return { from, to, text, starts: startsOf(lines, from, to), shift: from, base: 0 };
}

/** Two halves of a character in two lines are no character, though together they are well-formed. */
function linesBeginCharacters({ text, offsets }: LineColumns, from: number, to: number): boolean {
  for (let row = from + 1; row < to; row++) if (((text[offsets[row] ?? 0] ?? 0) & 0xc0) === 0x80) return false;
  return true;
}

/** Where lines of well-formed UTF-8 begin, counted in units of UTF-16. */
function startsOf({ text, offsets }: LineColumns, from: number, to: number): Uint32Array {
  const starts = new Uint32Array(to - from + 1);
  let units = 0;
  let at = offsets[from] ?? 0;
  for (let row = from; row < to; row++) {
    const end = offsets[row + 1] ?? at;
    for (; at < end; at++) {
      const byte = text[at] ?? 0;
      if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    starts[row - from + 1] = units;
  }
  return starts;
}

function decodeEach(lines: LineColumns, from: number, to: number): LineWindow {
  const starts = new Uint32Array(to - from + 1);
  let text = '';
  for (let row = from; row < to; row++) {
    text += lineTextAt(lines, row);
    starts[row - from + 1] = text.length;
  }
  return { from, to, text, starts, shift: from, base: 0 };
}
