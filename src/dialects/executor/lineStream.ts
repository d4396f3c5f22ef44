/** One line of a body, without its line end. */
export interface BodyLine {
  readonly bytes: Uint8Array;
  /** Its number in the body, from 1. */
  readonly number: number;
  /** It was longer than is kept; the rest is lost. */
  readonly cut: boolean;
}

const lineFeed = 10;
const carriageReturn = 13;

/** Cuts a body into lines however it comes, and keeps no more of one than `longest` bytes. */
export class LineStream {
  readonly #longest: number;
  /** The line whose end has not come. */
  #open = new Uint8Array(0);
  #length = 0;
  #cut = false;
  #number = 0;

  constructor(longest: number) {
    this.#longest = longest;
  }

  /** Lines that end in `chunk`. Each is good until the next one is asked for. */
  *lines(chunk: Uint8Array): Generator<BodyLine, void> {
    let from = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, from)) {
      if (this.#length === 0 && end - from <= this.#longest) yield this.#line(chunk.subarray(from, end), false);
      else {
        this.#keep(chunk.subarray(from, end));
        yield this.#take();
      }
      from = end + 1;
    }
    this.#keep(chunk.subarray(from));
  }

  /** The last line, when the body has ended without a line end. */
  *rest(): Generator<BodyLine, void> {
    if (this.#length > 0) yield this.#take();
  }

  #keep(more: Uint8Array): void {
    const taken = more.subarray(0, Math.max(0, this.#longest - this.#length));
    if (taken.length < more.length) this.#cut = true;
    const needed = this.#length + taken.length;
    if (needed > this.#open.length) {
      const grown = new Uint8Array(Math.min(this.#longest, Math.max(4_096, 2 * needed)));
      grown.set(this.#open.subarray(0, this.#length));
      this.#open = grown;
    }
    this.#open.set(taken, this.#length);
    this.#length = needed;
  }

  #take(): BodyLine {
    const line = this.#line(this.#open.subarray(0, this.#length), this.#cut);
    this.#length = 0;
    this.#cut = false;
    return line;
  }

  #line(bytes: Uint8Array, cut: boolean): BodyLine {
    const end = !cut && bytes.at(-1) === carriageReturn ? bytes.length - 1 : bytes.length;
    return { bytes: bytes.subarray(0, end), number: ++this.#number, cut };
  }
}
