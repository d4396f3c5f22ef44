/** A word to look for; in lower case when its case does not matter. ASCII, three characters or more. */
export interface SoughtWord {
  readonly word: string;
  readonly anyCase: boolean;
}

interface Entry {
  readonly bytes: Uint8Array;
  readonly caseBit: number;
  /** From the start of the word to the second pair of characters looked at. */
  readonly offset: number;
}

/**
 * Finds words in bytes at about the speed of reading them. Text is read as pairs of bytes; each pair's entry in the
 * table tells, a bit per group of words, whether it may be the first pair looked at of a word (low byte) and
 * whether it may be the second (high byte). Only where a first and a second of the same group follow one another
 * are words compared. Pairs begin at every second byte, so each word is entered in both ways it can lie.
 * Little-endian, as every platform of VS Code is.
 */
export class WordScan {
  readonly #table = new Uint16Array(65_536);
  readonly #groups: Entry[][] = Array.from({ length: 8 }, () => []);

  constructor(words: readonly SoughtWord[]) {
    words.forEach((word, index) => {
      this.#enter(word, index % 8, 0);
      this.#enter(word, index % 8, 1);
    });
  }

  /**
   * Calls `found` with where a word begins, in order, and goes on where `found` says. Of words that overlap, any
   * may be the one told.
   */
  scan(text: Uint8Array, from: number, found: (at: number) => number): void {
    const table = this.#table;
    const words = wordsOf(text);
    const last = words.length - 1;
    let index = from >> 2;
    // A word begun at or after `from` never needs the pair before: at an even place it begins with a pair of its own.
    let previous = 0;
    for (; index <= last; index++) {
      const word = words[index] ?? 0;
      const first = table[word & 0xffff] ?? 0;
      const second = table[word >>> 16] ?? 0;
      const hits = (previous & (first >> 8)) | ((first & (second >> 8)) << 8);
      previous = second;
      if (hits === 0) continue;
      for (let at = this.#wordAt(text, index << 2, hits, from); at >= 0;) {
        from = Math.max(found(at), at + 1);
        at = from >> 2 > index ? -1 : this.#wordAt(text, index << 2, hits, from);
      }
      const next = from >> 2;
      if (next <= index) continue;
      previous = 0;
      index = next - 1;
    }
  }

  /** Start of a word at or after `from` whose second pair is one of those in the four bytes at `position`; else -1. */
  #wordAt(text: Uint8Array, position: number, hits: number, from: number): number {
    for (let bits = hits; bits !== 0; bits &= bits - 1) {
      const bit = 31 - Math.clz32(bits & -bits);
      const pair = bit < 8 ? position : position + 2;
      const group = this.#groups[bit & 7] ?? [];
      for (const entry of group) {
        const at = pair - entry.offset;
        if (at >= from && isAt(text, at, entry.bytes, entry.caseBit)) return at;
      }
    }
    return -1;
  }

  /** Enters a word for text in which its characters `parity`, `parity` + 2, … begin a pair. */
  #enter({ word, anyCase }: SoughtWord, bit: number, parity: 0 | 1): void {
    let start = -parity;
    for (let other = start; other + 2 < word.length; other += 2) {
      if (rarity(word, other) > rarity(word, start)) start = other;
    }
    this.#mark(word, anyCase, start, 1 << bit);
    this.#mark(word, anyCase, start + 2, 0x100 << bit);
    const bytes = Uint8Array.from(word, (character) => character.charCodeAt(0));
    this.#groups[bit]?.push({ bytes, caseBit: anyCase ? 0x20 : 0, offset: start + 2 });
  }

  #mark(word: string, anyCase: boolean, at: number, mark: number): void {
    for (const low of forms(word[at], anyCase)) {
      for (const high of forms(word[at + 1], anyCase)) {
        const pair = low | (high << 8);
        this.#table[pair] = (this.#table[pair] ?? 0) | mark;
      }
    }
  }
}

/** The text in units of four bytes, the last one filled up with zeros. */
function wordsOf(text: Uint8Array): Int32Array {
  const { buffer, byteOffset, byteLength } = text;
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return new Int32Array(buffer, byteOffset, byteLength / 4);
  const padded = new Uint8Array((byteLength + 3) & ~3);
  padded.set(text);
  return new Int32Array(padded.buffer);
}

function isAt(text: Uint8Array, at: number, word: Uint8Array, caseBit: number): boolean {
  for (let i = 0; i < word.length; i++) {
    if (((text[at + i] ?? 0) | caseBit) !== word[i]) return false;
  }
  return true;
}

/** Every byte a character of a word may be; any byte where the pair reaches beyond the word. */
function forms(character: string | undefined, anyCase: boolean): number[] {
  if (character === undefined) return Array.from({ length: 256 }, (_, byte) => byte);
  const code = character.charCodeAt(0);
  return anyCase && /[a-z]/.test(character) ? [code, code - 0x20] : [code];
}

/** How seldom the four characters at `from` follow one another in text. */
function rarity(word: string, from: number): number {
  const commonFirst = ' etaoinshrdlucmwfgypbvkjxqz';
  let product = 1;
  for (let at = from; at < from + 4; at++) {
    const character = word[at];
    if (character === undefined) continue;
    const rank = commonFirst.indexOf(character.toLowerCase());
    product *= rank < 0 ? 30 : rank + 1;
  }
  return product;
}
