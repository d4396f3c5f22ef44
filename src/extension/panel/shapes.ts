import { LogError } from '../../model/errors.ts';

/**
 * Reads an untrusted value: gives it back, rebuilt from what is known and nothing else, or throws
 * `invalidRequest` naming the place.
 */
export type Shape<T> = (value: unknown, place: string) => T;

function refuse(place: string, expected: string): never {
  throw new LogError('invalidRequest', `${place} must be ${expected}`);
}

export function text(longest = 4_096): Shape<string> {
  return (value, place) =>
    typeof value === 'string' && value.length <= longest
      ? value
      : refuse(place, `text of at most ${longest} characters`);
}

export function whole(least: number, most: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, place) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : refuse(place, `a whole number from ${least} to ${most}`);
}

export const finite: Shape<number> = (value, place) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(place, 'a number');

export const flag: Shape<boolean> = (value, place) =>
  typeof value === 'boolean' ? value : refuse(place, 'true or false');

export function oneOf<const T extends string>(words: readonly T[]): Shape<T> {
  return (value, place) => words.find((word) => word === value) ?? refuse(place, `one of ${words.join(', ')}`);
}

/** What cannot be read is taken for `instead`. */
export function orElse<T>(shape: Shape<T>, instead: T): Shape<T> {
  return (value, place) => {
    try {
      return shape(value, place);
    } catch {
      return instead;
    }
  };
}

export function list<T>(item: Shape<T>, most: number): Shape<T[]> {
  return (value, place) =>
    Array.isArray(value) && value.length <= most
      ? value.map((entry: unknown, index) => item(entry, `${place}[${index}]`))
      : refuse(place, `a list of at most ${most}`);
}

interface Optional<T> {
  readonly optional: Shape<T>;
}

export function optional<T>(shape: Shape<T>): Optional<T> {
  return { optional: shape };
}

type Fields = Readonly<Record<string, Shape<unknown> | Optional<unknown>>>;

type Read<F extends Fields> = {
  [K in keyof F as F[K] extends Shape<unknown> ? K : never]: F[K] extends Shape<infer T> ? T : never;
} & {
  [K in keyof F as F[K] extends Optional<unknown> ? K : never]?: F[K] extends Optional<infer T> ? T : never;
};

/** An object with these fields; others are left out, absent optional ones stay absent. */
export function object<F extends Fields>(fields: F): Shape<Read<F>> {
  return (value, place) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(place, 'an object');
    const given = new Map(Object.entries(value));
    const read: [string, unknown][] = [];
    for (const [name, shape] of Object.entries(fields)) {
      const field: unknown = given.get(name);
      if (typeof shape === 'function') read.push([name, shape(field, `${place}.${name}`)]);
      else if (field !== undefined) read.push([name, shape.optional(field, `${place}.${name}`)]);
    }
    return Object.fromEntries(read) as Read<F>;
  };
}

type Tagged<Tag extends string, Shapes extends Readonly<Record<string, Shape<object>>>> = {
  [Word in keyof Shapes]: Readonly<Record<Tag, Word>> & ReturnType<Shapes[Word]>;
}[keyof Shapes];

/** One of several objects, told apart by the word in `tag`. */
export function tagged<Tag extends string, Shapes extends Readonly<Record<string, Shape<object>>>>(
  tag: Tag,
  shapes: Shapes,
): Shape<Tagged<Tag, Shapes>> {
  return (value, place) => {
    const word: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, tag) : undefined;
    const shape = typeof word === 'string' && Object.hasOwn(shapes, word) ? shapes[word] : undefined;
    if (!shape) refuse(`${place}.${tag}`, `one of ${Object.keys(shapes).join(', ')}`);
    return { [tag]: word, ...shape(value, place) } as Tagged<Tag, Shapes>;
  };
}
