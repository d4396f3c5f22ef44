import type { LineColumns } from '../model/line.ts';

/**
 * A chunk's columns but its text as bytes: six bytes say how each column is written, then come the columns.
 * What is the same for every line is written once. Multi-byte values are little-endian, as every machine that
 * runs Node is.
 */
const whole = 0;
const each8 = 1;
const each16 = 2;
const each32 = 3;
const each64 = 4;
const none = 5;

const head = 6;

export interface EncodedColumns {
  readonly bytes: Uint8Array;
  /** The latest time of a line; undefined when none has one. */
  readonly latest: number | undefined;
}

export function encodeColumns(lines: LineColumns, from: number, to: number): EncodedColumns {
  const lengths = lengthsOf(lines.offsets, from, to);
  const times = timesOf(lines.times, from, to);
  const small = [lines.streams, lines.levels, lines.flags].map((column) => smallOf(column, from, to));
  const fields = fieldsOf(lines, from, to);
  const parts = [lengths, times, ...small, fields];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.bytes.length, head));
  let at = head;
  for (const [i, part] of parts.entries()) {
    bytes[i] = part.how;
    bytes.set(part.bytes, at);
    at += part.bytes.length;
  }
  return { bytes, latest: times.latest };
}

export function decodeColumns(bytes: Uint8Array, count: number, text: Uint8Array): LineColumns {
  const reader = new Reader(bytes, count);
  const offsets = reader.offsets(bytes[0] ?? none);
  const times = reader.times(bytes[1] ?? none);
  const streams = reader.small(bytes[2] ?? none);
  const levels = reader.small(bytes[3] ?? none);
  const flags = reader.small(bytes[4] ?? none);
  const fields = bytes[5] === none ? undefined : reader.fields();
  return { count, text, offsets, times, streams, levels, flags, ...(fields && { fields }) };
}

interface Part {
  readonly how: number;
  readonly bytes: Uint8Array;
}

const nothing: Part = { how: none, bytes: new Uint8Array(0) };

function lengthsOf(offsets: Uint32Array, from: number, to: number): Part {
  const first = (offsets[from + 1] ?? 0) - (offsets[from] ?? 0);
  let most = first;
  let same = true;
  for (let i = from + 1; i < to; i++) {
    const length = (offsets[i + 1] ?? 0) - (offsets[i] ?? 0);
    if (length > most) most = length;
    if (length !== first) same = false;
  }
  if (same) return { how: whole, bytes: bytesOf(Uint32Array.of(first)) };
  const { how, values } = column(most, to - from);
  for (let i = from; i < to; i++) values[i - from] = (offsets[i + 1] ?? 0) - (offsets[i] ?? 0);
  return { how, bytes: bytesOf(values) };
}

function timesOf(times: Float64Array, from: number, to: number): Part & { readonly latest: number | undefined } {
  const first = times[from] ?? Number.NaN;
  if (isSame(times, from, to)) {
    if (Number.isNaN(first)) return { ...nothing, latest: undefined };
    return { how: whole, bytes: bytesOf(Float64Array.of(first)), latest: first };
  }
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let plain = true;
  for (let i = from; i < to; i++) {
    const time = times[i] ?? Number.NaN;
    if (time < least) least = time;
    if (time > most) most = time;
    if (!Number.isSafeInteger(time)) plain = false;
  }
  const latest = most === Number.NEGATIVE_INFINITY ? undefined : most;
  if (!plain || most - least > 0xffffffff) return { how: each64, bytes: bytesOf(times.slice(from, to)), latest };
  const { how, values } = column(most - least, to - from);
  for (let i = from; i < to; i++) values[i - from] = (times[i] ?? 0) - least;
  return { how, bytes: joined(bytesOf(Float64Array.of(least)), bytesOf(values)), latest };
}

function smallOf(values: Uint8Array, from: number, to: number): Part {
  const same = isSame(values, from, to);
  return same ? { how: whole, bytes: values.slice(from, from + 1) } : { how: each8, bytes: values.slice(from, to) };
}

function fieldsOf({ fields }: LineColumns, from: number, to: number): Part {
  const some = fields?.slice(from, to).map((one) => one ?? null);
  if (!some?.some((one) => one !== null)) return nothing;
  return { how: each8, bytes: new TextEncoder().encode(JSON.stringify(some)) };
}

/** Times that are unknown are the same; they stand as NaN, which equals nothing. */
function isSame(values: Uint8Array | Float64Array, from: number, to: number): boolean {
  const first = values[from] ?? 0;
  const unknown = Number.isNaN(first);
  for (let i = from + 1; i < to; i++) {
    const value = values[i] ?? 0;
    if (unknown ? !Number.isNaN(value) : value !== first) return false;
  }
  return true;
}

/** The narrowest column that holds values up to `most`. */
function column(most: number, count: number): { how: number; values: Uint8Array | Uint16Array | Uint32Array } {
  if (most <= 0xff) return { how: each8, values: new Uint8Array(count) };
  if (most <= 0xffff) return { how: each16, values: new Uint16Array(count) };
  return { how: each32, values: new Uint32Array(count) };
}

function bytesOf(values: Uint8Array | Uint16Array | Uint32Array | Float64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #count: number;
  #at = head;

  constructor(bytes: Uint8Array, count: number) {
    this.#bytes = bytes;
    this.#count = count;
  }

  offsets(how: number): Uint32Array {
    const offsets = new Uint32Array(this.#count + 1);
    if (how === whole) {
      const length = this.#take(4, Uint32Array)[0] ?? 0;
      for (let i = 1; i <= this.#count; i++) offsets[i] = length * i;
      return offsets;
    }
    const lengths = this.#column(how);
    let end = 0;
    for (let i = 0; i < this.#count; i++) {
      end += lengths[i] ?? 0;
      offsets[i + 1] = end;
    }
    return offsets;
  }

  times(how: number): Float64Array {
    const times = new Float64Array(this.#count);
    if (how === none) return times.fill(Number.NaN);
    if (how === each64) return this.#take(this.#count * 8, Float64Array);
    const base = this.#take(8, Float64Array)[0] ?? 0;
    if (how === whole) return times.fill(base);
    const deltas = this.#column(how);
    for (let i = 0; i < this.#count; i++) times[i] = base + (deltas[i] ?? 0);
    return times;
  }

  small(how: number): Uint8Array {
    if (how === each8) return this.#take(this.#count, Uint8Array);
    const value = this.#take(1, Uint8Array)[0] ?? 0;
    const values = new Uint8Array(this.#count);
    return value === 0 ? values : values.fill(value);
  }

  fields(): LineColumns['fields'] {
    const json = new TextDecoder().decode(this.#bytes.subarray(this.#at));
    const read = JSON.parse(json) as (Record<string, string> | null)[];
    return read.map((one) => one ?? undefined);
  }

  #column(how: number): Uint8Array | Uint16Array | Uint32Array {
    if (how === each8) return this.#take(this.#count, Uint8Array);
    if (how === each16) return this.#take(this.#count * 2, Uint16Array);
    return this.#take(this.#count * 4, Uint32Array);
  }

  /** A copy, as columns of more than a byte must not begin at an odd place. */
  #take<T>(size: number, type: new (buffer: ArrayBuffer) => T): T {
    const copy = new Uint8Array(size);
    copy.set(this.#bytes.subarray(this.#at, this.#at + size));
    this.#at += size;
    return new type(copy.buffer);
  }
}
