import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type ParsedNode } from 'yaml';
import type { Problems } from './problems.ts';

/** A value in a YAML document with its place, so that what is wrong with it can be pointed at. */
export interface Place {
  readonly node: Node | undefined;
  /** Where to point when there is no value: the key, or the whole around it. */
  readonly offset: number;
}

/** Reads typed values out of a YAML document; what does not fit becomes a problem and a harmless value. */
export class YamlReader {
  readonly #document: Document.Parsed;
  readonly #problems: Problems;

  constructor(document: Document.Parsed, problems: Problems) {
    this.#document = document;
    this.#problems = problems;
  }

  root(): Place {
    return this.#place(this.#document.contents, 0);
  }

  problem(place: Place, words: string): void {
    this.#problems.add(place.offset, words);
  }

  /** The values of a mapping by key. Keys that are not in `known` are problems. */
  fields<Key extends string>(place: Place, what: string, known: readonly Key[]): Map<Key, Place> | undefined {
    const fields = new Map<Key, Place>();
    for (const [key, value, at] of this.entries(place, what) ?? []) {
      const match = known.find((name) => name === key);
      if (match !== undefined) fields.set(match, value);
      else this.#problems.add(at, `${what} has no "${key}"${suggestion(key, known)}; it may have ${list(known)}`);
    }
    return isMap(place.node) ? fields : undefined;
  }

  /** Keys, values and the keys' places of a mapping. */
  entries(place: Place, what: string): [key: string, value: Place, at: number][] | undefined {
    const { node } = place;
    if (!isMap(node)) {
      this.#expected(place, `${what} to be a mapping (key: value)`);
      return undefined;
    }
    return node.items.map((item) => {
      const key = item.key as ParsedNode;
      const [at] = key.range;
      return [isScalar(key) ? String(key.value) : String(key), this.#place(item.value as ParsedNode | null, at), at];
    });
  }

  list(place: Place, what: string): Place[] {
    const { node } = place;
    if (!isSeq(node)) {
      this.#expected(place, `${what} to be a list (lines that begin with "- ")`);
      return [];
    }
    return node.items.map((item) => this.#place(item as ParsedNode | null, place.offset));
  }

  isList(place: Place): boolean {
    return isSeq(place.node);
  }

  isMap(place: Place): boolean {
    return isMap(place.node);
  }

  isText(place: Place): boolean {
    return typeof this.#scalar(place) === 'string';
  }

  text(place: Place, what: string): string | undefined {
    const value = this.#scalar(place);
    if (typeof value === 'string' && value.trim() !== '') return this.#withoutNul(value, place, what);
    this.#expected(place, `${what} to be text`);
    return undefined;
  }

  /** Text, or a number or boolean as it is written. */
  word(place: Place, what: string): string | undefined {
    const { node } = place;
    const value = this.#scalar(place);
    if (typeof value === 'string') return this.#withoutNul(value, place, what);
    if (isScalar(node) && (typeof value === 'number' || typeof value === 'boolean')) {
      return node.source ?? String(value);
    }
    this.#expected(place, `${what} to be text, a number, true or false`);
    return undefined;
  }

  flag(place: Place, what: string): boolean | undefined {
    const value = this.#scalar(place);
    if (typeof value === 'boolean') return value;
    this.#expected(place, `${what} to be true or false`);
    return undefined;
  }

  /** True, false, or text that says more: `example` of what. */
  textOrFlag(place: Place, what: string, example: string): string | boolean | undefined {
    const value = this.#scalar(place);
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string' && value.trim() !== '') return value;
    this.#expected(place, `${what} to be true, false, or ${example}`);
    return undefined;
  }

  count(place: Place, what: string): number | undefined {
    const value = this.#scalar(place);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    this.#expected(place, `${what} to be a whole number from 1`);
    return undefined;
  }

  /** A length of time, in milliseconds: a number of seconds, or a number with ms, s, m or h. */
  duration(place: Place, what: string): number | undefined {
    const value = this.#scalar(place);
    const parts = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(
      typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '',
    );
    const milliseconds = Number(parts?.[1]) * (units[parts?.[2] ?? 's'] ?? 0);
    if (milliseconds > 0 && milliseconds <= longestTimer) return milliseconds;
    this.#expected(place, `${what} to be a time such as 90, 90s, 5m or 1h, at most 24 days`);
    return undefined;
  }

  /** No process can be given such text. */
  #withoutNul(text: string, place: Place, what: string): string {
    if (text.includes('\0')) this.problem(place, `${what} holds the character NUL, which ends words`);
    return text;
  }

  #scalar({ node }: Place): unknown {
    return isScalar(node) ? node.value : undefined;
  }

  #place(node: ParsedNode | Node | null | undefined, offset: number): Place {
    const at = node?.range?.[0] ?? offset;
    if (isAlias(node)) return { node: node.resolve(this.#document), offset: at };
    return { node: node ?? undefined, offset: at };
  }

  #expected(place: Place, words: string): void {
    this.problem(place, `expected ${words}, found ${found(place.node)}`);
  }
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Timers count milliseconds in 31 bits. */
const longestTimer = 2 ** 31 - 1;

function found(node: Node | undefined): string {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  const value: unknown = node.value;
  if (typeof value === 'string') return value.trim() === '' ? 'empty text' : `the text ${JSON.stringify(short(value))}`;
  return `${typeof value === 'number' ? 'the number ' : ''}${node.source ?? 'something else'}`;
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function list(words: readonly string[]): string {
  return words.join(', ');
}

/** The known word that somebody may have meant: same letters but for case and separators, or one slip away. */
function suggestion(word: string, known: readonly string[]): string {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z]/g, '');
  const meant = known.find((name) => plain(name) === plain(word)) ?? known.find((name) => oneSlip(name, word));
  return meant === undefined ? '' : ` (did you mean "${meant}"?)`;
}

function oneSlip(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  const swapped = a.length === b.length && a[start] === b[start + 1] && a[start + 1] === b[start];
  return Math.max(a.length, b.length) - start - end <= (swapped ? 2 : 1);
}
