import { LogError } from '../../model/errors.ts';

/** Whose fault it is when something that came over the wire is not as it should be: the asker's, or the server's. */
export type Fault = 'invalidRequest' | 'unavailable';

/** A JSON object of somebody else: nothing in it is trusted. `null` counts as absent. Throws with `fault` as code. */
export class Received {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #what: string;
  readonly #fault: Fault;

  constructor(value: unknown, what: string, fault: Fault) {
    this.#what = what;
    this.#fault = fault;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.wrong('is no JSON object');
    this.#values = value as Readonly<Record<string, unknown>>;
  }

  /** The value as it came; undefined when absent. */
  value(key: string): unknown {
    return Object.hasOwn(this.#values, key) ? (this.#values[key] ?? undefined) : undefined;
  }

  text(key: string): string {
    return this.optionalText(key) ?? this.#lacks(key, 'a text');
  }

  /** An id or a name: numbers are taken for their digits. */
  optionalText(key: string): string | undefined {
    const value = this.value(key);
    if (value === undefined || typeof value === 'string') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return String(value);
    return this.#lacks(key, 'a text');
  }

  number(key: string): number {
    return this.optionalNumber(key) ?? this.#lacks(key, 'a number');
  }

  optionalNumber(key: string): number | undefined {
    const value = this.value(key);
    if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
    return this.#lacks(key, 'a number');
  }

  /** A whole number, 0 or more. */
  optionalCount(key: string): number | undefined {
    const value = this.optionalNumber(key);
    if (value === undefined || (Number.isSafeInteger(value) && value >= 0)) return value;
    return this.#lacks(key, 'a whole number from 0');
  }

  count(key: string): number {
    return this.optionalCount(key) ?? this.#lacks(key, 'a whole number from 0');
  }

  boolean(key: string): boolean {
    const value = this.value(key);
    return typeof value === 'boolean' ? value : this.#lacks(key, 'true or false');
  }

  object(key: string): Received {
    return this.optionalObject(key) ?? this.#lacks(key, 'an object');
  }

  optionalObject(key: string): Received | undefined {
    const value = this.value(key);
    return value === undefined ? undefined : new Received(value, `"${key}" of ${this.#what}`, this.#fault);
  }

  list(key: string): readonly unknown[] {
    return this.optionalList(key) ?? this.#lacks(key, 'a list');
  }

  optionalList(key: string): readonly unknown[] | undefined {
    const value = this.value(key);
    if (value === undefined || Array.isArray(value)) return value as readonly unknown[] | undefined;
    return this.#lacks(key, 'a list');
  }

  objects(key: string): Received[] {
    return this.list(key).map((value) => new Received(value, `an entry of "${key}" of ${this.#what}`, this.#fault));
  }

  texts(key: string): string[] {
    return this.list(key).map((value) => (typeof value === 'string' ? value : this.#lacks(key, 'a list of texts')));
  }

  /** Itself, when every value in it is a text. */
  allTexts(): Readonly<Record<string, string>> {
    const texts = this.#values;
    if (areTexts(texts)) return texts;
    throw this.wrong('has values that are no texts');
  }

  /** One of `words`. */
  word<T extends string>(key: string, words: readonly T[]): T {
    const value = this.value(key);
    return words.find((word) => word === value) ?? this.#lacks(key, `one of ${words.join(', ')}`);
  }

  wrong(how: string): LogError {
    const remedy = this.#fault === 'unavailable' ? ' The server may be of another version.' : '';
    return new LogError(this.#fault, `${this.#what} ${how}.${remedy}`);
  }

  #lacks(key: string, wanted: string): never {
    throw this.wrong(
      this.value(key) === undefined ? `lacks "${key}", ${wanted}` : `has no ${plain(wanted)} in "${key}"`,
    );
  }
}

function areTexts(values: Readonly<Record<string, unknown>>): values is Readonly<Record<string, string>> {
  return Object.values(values).every((value) => typeof value === 'string');
}

function plain(wanted: string): string {
  return wanted.replace(/^an? /, '');
}
