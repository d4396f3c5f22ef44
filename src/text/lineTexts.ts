import type { LineColumns } from '../model/line.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Bytes decoded at once; text that is ASCII throughout is then cut into lines without decoding again. */
const windowSize = 32_768;

/**
 * Gives the lines of a batch as strings, cheapest when asked in order: decoding a line of its own costs more than
 * looking at it does.
 */
export class LineTexts {
  readonly #lines: LineColumns;
  #window = '';
  /** Bytes `#from .. #to` of the text are `#window`, one character each. */
  #from = 0;
  #to = 0;
  /** Up to here the text is known not to be ASCII throughout. */
  #mixedTo = 0;

  constructor(lines: LineColumns) {
    this.#lines = lines;
  }

  at(index: number): string {
    const from = this.#lines.offsets[index] ?? 0;
    const to = this.#lines.offsets[index + 1] ?? from;
    if ((from < this.#from || to > this.#to) && !this.#moveTo(from, to)) {
      return decoder.decode(this.#lines.text.subarray(from, to));
    }
    return this.#window.slice(from - this.#from, to - this.#from);
  }

  /** As `at`, for a line whose neighbours are not asked for. */
  alone(index: number): string {
    return decoder.decode(this.#lines.text.subarray(this.#lines.offsets[index], this.#lines.offsets[index + 1]));
  }

  #moveTo(from: number, to: number): boolean {
    if (from < this.#mixedTo || to - from > windowSize) return false;
    const end = Math.min(from + windowSize, this.#lines.text.length);
    const bytes = this.#lines.text.subarray(from, end);
    const window = decoder.decode(bytes);
    // Every other character takes two bytes or more for one or two units of the string.
    if (window.length !== bytes.length) {
      this.#mixedTo = end;
      return false;
    }
    this.#window = window;
    this.#from = from;
    this.#to = end;
    return true;
  }
}
