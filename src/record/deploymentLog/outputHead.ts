/** Keeps the first characters of what a stream brings, and counts all. */
export class OutputHead {
  readonly #limit: number;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #text = '';
  #kept = 0;
  #beyond = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Characters so far, whole ones: what stands outside the basic plane counts once. */
  get length(): number {
    return this.#kept + this.#beyond;
  }

  get text(): string {
    return this.#text;
  }

  write(chunk: Uint8Array): void {
    this.#take(this.#decoder.decode(chunk, { stream: true }));
  }

  /** The stream has ended, perhaps within a character. */
  end(): void {
    this.#take(this.#decoder.decode());
  }

  #take(text: string): void {
    let at = 0;
    for (; this.#kept < this.#limit && at < text.length; this.#kept++) at += widthAt(text, at);
    this.#text += text.slice(0, at);
    this.#beyond += charactersFrom(text, at);
  }
}

function widthAt(text: string, at: number): number {
  return (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

/** The decoder gives whole characters only: a first half of two is always followed by its second. */
function charactersFrom(text: string, from: number): number {
  let count = text.length - from;
  for (let at = from; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) count--;
  return count;
}
