import type { Reply } from '../connection.ts';
import type { StreamId } from './streamId.ts';

/** An entry as Redis answers it. Whoever may write to the stream has written it. */
export interface RawEntry {
  readonly id: StreamId;
  readonly shape: Shape;
  /** Names and values in turn. */
  readonly fields: readonly Reply[];
}

/** The field names that many entries have in common, and where their values are. */
class Shape {
  readonly #names: readonly Uint8Array[];
  /** Of a name that comes twice, the first. */
  readonly indexes = new Map<string, number>();

  constructor(fields: readonly Reply[]) {
    const names: Uint8Array[] = [];
    for (let i = 0; i + 1 < fields.length; i += 2) {
      const name = fields[i];
      names.push(name instanceof Uint8Array ? name : new Uint8Array());
      if (!this.indexes.has(textOf(name))) this.indexes.set(textOf(name), i + 1);
    }
    this.#names = names;
  }

  fits(fields: readonly Reply[]): boolean {
    if (fields.length >> 1 !== this.#names.length) return false;
    return this.#names.every((name, i) => {
      const its = fields[2 * i];
      return its instanceof Uint8Array && sameBytes(its, name);
    });
  }
}

const mostShapes = 8;

/** Reads entries; as a stream has few writers, it knows the names of most by their bytes. */
export class EntryReader {
  /** Lately used first. */
  #shapes: Shape[] = [];

  /** The entries of an answer to XRANGE, XREVRANGE, or of one stream of XREAD. */
  entriesOf(reply: Reply | undefined): RawEntry[] {
    if (!Array.isArray(reply)) return [];
    const entries: RawEntry[] = [];
    for (const entry of reply as readonly Reply[]) {
      if (!Array.isArray(entry)) continue;
      const [id, fields] = entry as readonly Reply[];
      const values = Array.isArray(fields) ? (fields as readonly Reply[]) : [];
      entries.push({ id: textOf(id), shape: this.#shapeOf(values), fields: values });
    }
    return entries;
  }

  #shapeOf(fields: readonly Reply[]): Shape {
    const known = this.#shapes.find((shape) => shape.fits(fields));
    if (known && known === this.#shapes[0]) return known;
    const shape = known ?? new Shape(fields);
    this.#shapes = [shape, ...this.#shapes.filter((other) => other !== shape)].slice(0, mostShapes);
    return shape;
  }
}

/** The id of the only entry of an answer that holds one at most. */
export function idIn(reply: Reply | undefined): StreamId | undefined {
  const [id] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  return id instanceof Uint8Array ? textOf(id) : undefined;
}

export function textOf(value: Reply | undefined): string {
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.length).toString();
  return typeof value === 'number' ? String(value) : '';
}

export function bytesOf({ shape, fields }: RawEntry, name: string): Uint8Array | undefined {
  const value = fields[shape.indexes.get(name) ?? -1];
  return value instanceof Uint8Array ? value : undefined;
}

/** What a field says; writers leave empty what they do not know. */
export function said({ shape, fields }: RawEntry, name: string): string | undefined {
  const index = shape.indexes.get(name);
  if (index === undefined) return undefined;
  const text = textOf(fields[index]);
  return text === '' ? undefined : text;
}

/** Fields whose names are not among `known`, as text. */
export function othersIn({ shape, fields }: RawEntry, known: ReadonlySet<string>): Record<string, string> | undefined {
  let others: [string, string][] | undefined;
  for (const [name, index] of shape.indexes) if (!known.has(name)) (others ??= []).push([name, textOf(fields[index])]);
  return others && Object.fromEntries(others);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = a.length - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}
