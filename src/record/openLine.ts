import { lineFlag } from '../model/line.ts';

/** More than this of one line is not kept in memory; it is shown in pieces. */
export const longestPiece = 8 * 1024 * 1024;

const escape = 0x1b;
const longestEscape = 32;

/** The part of a stream's line that has arrived before its end, in bounded memory. */
export class OpenLine {
  #bytes = new Uint8Array(0);
  #length = 0;
  #since: number | undefined;
  #continued = false;

  get length(): number {
    return this.#length;
  }

  /** True when the next byte begins a line that nothing is known of. */
  get empty(): boolean {
    return this.#length === 0 && !this.#continued;
  }

  /** True when a piece of this line has been shown. */
  get continued(): boolean {
    return this.#continued;
  }

  /** When the first byte that was not shown yet arrived. */
  get since(): number | undefined {
    return this.#since;
  }

  /** Takes in as much of `more` as there is room for, and says how much that was. */
  add(more: Uint8Array, time: number): number {
    const taken = Math.min(more.length, longestPiece - this.#length);
    if (taken === 0) return 0;
    if (this.#length + taken > this.#bytes.length) {
      const bytes = new Uint8Array(Math.min(longestPiece, Math.max(256, 2 * (this.#length + taken))));
      bytes.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = bytes;
    }
    this.#bytes.set(more.subarray(0, taken), this.#length);
    this.#length += taken;
    this.#since ??= time;
    return taken;
  }

  /** What can be shown by itself: half a character, half an escape sequence and half a CR LF wait for their rest. */
  takeWhole(): Uint8Array {
    const end = wholeLength(this.#bytes, this.#length);
    const whole = this.#bytes.slice(0, end);
    this.#bytes.copyWithin(0, end, this.#length);
    this.#length -= end;
    this.#since = undefined;
    return whole;
  }

  takeAll(): Uint8Array {
    const all = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return all;
  }

  /** The flags of a piece that is shown now. */
  showPiece(): number {
    const flags = lineFlag.unfinished | (this.#continued ? lineFlag.continued : 0);
    this.#continued = true;
    return flags;
  }

  /** Ready for the next line. A large buffer is let go. */
  reset(): void {
    this.#length = 0;
    this.#since = undefined;
    this.#continued = false;
    if (this.#bytes.length > 1 << 20) this.#bytes = new Uint8Array(0);
  }
}

function wholeLength(bytes: Uint8Array, length: number): number {
  let end = withoutOpenEscape(bytes, withoutHalfCharacter(bytes, length));
  if (end > 0 && bytes[end - 1] === 13) end--;
  return end;
}

/** A character of n bytes begins with n ones (https://www.rfc-editor.org/rfc/rfc3629); at most its first three can be there without it being whole. */
function withoutHalfCharacter(bytes: Uint8Array, length: number): number {
  for (let back = 1; back <= 3 && back <= length; back++) {
    const byte = bytes[length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return size > back ? length - back : length;
  }
  return length;
}

function withoutOpenEscape(bytes: Uint8Array, length: number): number {
  const from = Math.max(0, length - longestEscape);
  const at = bytes.subarray(from, length).lastIndexOf(escape);
  if (at < 0) return length;
  const tail = String.fromCharCode(...bytes.subarray(from + at + 1, length));
  return /^(?:\[[0-?]*[ -/]*)?$/.test(tail) ? from + at : length;
}
