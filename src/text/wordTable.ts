/** Values by word, looked up in the middle of a line without cutting out words that cannot be in the table. */
export class WordTable<T> {
  readonly #values: ReadonlyMap<string, T>;
  /** By first letter, length and last letter. */
  readonly #shapes = new Uint8Array(32 * 32 * 16);

  /** Words are of lower-case letters, at most 15. */
  constructor(values: Readonly<Record<string, T>>) {
    this.#values = new Map(Object.entries(values));
    for (const word of this.#values.keys()) this.#shapes[shapeOf(word, 0, word.length)] = 1;
  }

  /** Value of the word `line[from .. to)`, in any case. */
  at(line: string, from: number, to: number): T | undefined {
    if (to - from > 15 || this.#shapes[shapeOf(line, from, to)] !== 1) return undefined;
    return this.#values.get(line.slice(from, to).toLowerCase());
  }
}

function shapeOf(text: string, from: number, to: number): number {
  return ((text.charCodeAt(from) & 31) << 9) | ((text.charCodeAt(to - 1) & 31) << 4) | (to - from);
}

export function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

/** Letters, digits and the underscore: what makes a neighbour part of the same name. */
export function isNameCharacter(code: number): boolean {
  return isLetter(code) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}

/** Index behind the letters that begin at `from`. */
export function wordEnd(line: string, from: number): number {
  let end = from + 1;
  while (end < line.length && isLetter(line.charCodeAt(end))) end++;
  return end;
}
