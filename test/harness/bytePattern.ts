/** Looks for bytes in streams that come in pieces, each stream for itself; a number is met so many bytes on. */
export class BytePattern {
  readonly #sought: Buffer | undefined;
  #bytesLeft: number;
  /** What each stream ended with so far: the beginning of the pattern, perhaps. */
  readonly #tails = new WeakMap<object, Buffer>();

  constructor(sought: number | string | Uint8Array) {
    this.#bytesLeft = typeof sought === 'number' ? sought : 0;
    if (typeof sought !== 'number') this.#sought = Buffer.from(sought);
  }

  /** How much of `bytes`, the next of `stream`, lies up to the end of the pattern; undefined when it is not met yet. */
  endIn(bytes: Buffer, stream: object): number | undefined {
    const sought = this.#sought;
    if (!sought) {
      if (this.#bytesLeft <= bytes.length) return this.#bytesLeft;
      this.#bytesLeft -= bytes.length;
      return undefined;
    }
    const tail = this.#tails.get(stream) ?? Buffer.alloc(0);
    const both = Buffer.concat([tail, bytes]);
    const found = both.indexOf(sought);
    if (found >= 0) return found + sought.length - tail.length;
    this.#tails.set(stream, both.subarray(Math.max(0, both.length - sought.length + 1)));
    return undefined;
  }
}
