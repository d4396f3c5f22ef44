import type { LineBatch, LineColumns, LineOrigin, LogLine } from '../model/line.ts';
import { levels, streams, type Level, type Stream } from '../model/line.ts';
import { pointer, type Pointer } from '../model/pointer.ts';

/** A byte order mark is text here: a line may begin with one. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export function lineText(lines: LineColumns, index: number): string {
  return decoder.decode(lines.text.subarray(lines.offsets[index], lines.offsets[index + 1]));
}

export function linePointer(batch: LineBatch, index: number): Pointer {
  const listed = batch.pointers?.[index];
  if (listed !== undefined) return pointer(listed);
  return pointer(`${originOf(batch, index).pointerPrefix}${batch.numbers[index] ?? 0}`);
}

export function lineAt(batch: LineBatch, index: number): LogLine {
  if (index < 0 || index >= batch.count) throw new RangeError(`line ${index} of ${batch.count}`);
  const { step, host } = originOf(batch, index);
  const time = batch.times[index] ?? Number.NaN;
  const fields = batch.fields?.[index];
  return {
    pointer: linePointer(batch, index),
    number: batch.numbers[index] ?? 0,
    time: Number.isNaN(time) ? undefined : time,
    stream: streams[batch.streams[index] ?? 0] ?? 'system',
    level: levels[batch.levels[index] ?? 0] ?? 'none',
    flags: batch.flags[index] ?? 0,
    text: lineText(batch, index),
    step,
    host,
    ...(fields && { fields }),
  };
}

export function* linesOf(batch: LineBatch): Generator<LogLine> {
  for (let index = 0; index < batch.count; index++) yield lineAt(batch, index);
}

function originOf(batch: LineBatch, index: number): LineOrigin {
  const origin = batch.origins[batch.originOf[index] ?? 0];
  if (!origin) throw new RangeError(`line ${index} has no origin`);
  return origin;
}

/** Lines `from` to `to` (exclusive) in arrays of exactly their size: a view would drag its whole buffer across a port. */
export function sliceColumns(lines: LineColumns, from: number, to: number): LineColumns {
  const start = lines.offsets[from] ?? 0;
  const offsets = lines.offsets.slice(from, to + 1);
  if (start > 0) for (let i = 0; i < offsets.length; i++) offsets[i] = (offsets[i] ?? 0) - start;
  return {
    count: to - from,
    text: lines.text.slice(start, lines.offsets[to]),
    offsets,
    times: lines.times.slice(from, to),
    streams: lines.streams.slice(from, to),
    levels: lines.levels.slice(from, to),
    flags: lines.flags.slice(from, to),
    ...(lines.fields && { fields: lines.fields.slice(from, to) }),
  };
}

/** As `sliceColumns`, for a whole batch. */
export function sliceBatch(batch: LineBatch, from: number, to: number): LineBatch {
  return {
    ...sliceColumns(batch, from, to),
    numbers: batch.numbers.slice(from, to),
    origins: batch.origins,
    originOf: batch.originOf.slice(from, to),
    ...(batch.pointers && { pointers: batch.pointers.slice(from, to) }),
  };
}

export interface NewLine {
  readonly text: string | Uint8Array;
  readonly time?: number;
  readonly stream?: Stream;
  readonly level?: Level;
  readonly flags?: number;
  readonly fields?: Readonly<Record<string, string>>;
}

/** A growing typed array. */
class Column<T extends Uint8Array | Uint16Array | Uint32Array | Float64Array> {
  #values: T;
  readonly #make: (size: number) => T;
  length = 0;

  constructor(make: (size: number) => T, size: number) {
    this.#make = make;
    this.#values = make(size);
  }

  push(value: number): void {
    this.#reserve(1);
    this.#values[this.length++] = value;
  }

  pushAll(values: ArrayLike<number>): void {
    this.#reserve(values.length);
    this.#values.set(values, this.length);
    this.length += values.length;
  }

  take(): T {
    return this.#values.slice(0, this.length) as T;
  }

  #reserve(more: number): void {
    if (this.length + more <= this.#values.length) return;
    const grown = this.#make(Math.max(this.#values.length * 2, this.length + more));
    grown.set(this.#values);
    this.#values = grown;
  }
}

/** Collects lines one by one or by columns. The result owns arrays of exactly its size. */
export class LineColumnsBuilder {
  readonly #text = new Column((size) => new Uint8Array(size), 4_096);
  readonly #offsets = new Column((size) => new Uint32Array(size), 64);
  readonly #times = new Column((size) => new Float64Array(size), 64);
  readonly #streams = new Column((size) => new Uint8Array(size), 64);
  readonly #levels = new Column((size) => new Uint8Array(size), 64);
  readonly #flags = new Column((size) => new Uint8Array(size), 64);
  #fields: (Readonly<Record<string, string>> | undefined)[] | undefined;

  constructor() {
    this.#offsets.push(0);
  }

  get count(): number {
    return this.#times.length;
  }

  get bytes(): number {
    return this.#text.length;
  }

  add(line: NewLine): this {
    if (line.fields || this.#fields) {
      this.#fields ??= new Array<undefined>(this.count).fill(undefined);
      this.#fields.push(line.fields);
    }
    this.#text.pushAll(typeof line.text === 'string' ? encoder.encode(line.text) : line.text);
    this.#offsets.push(this.#text.length);
    this.#times.push(line.time ?? Number.NaN);
    this.#streams.push(line.stream ? streams.indexOf(line.stream) : 0);
    this.#levels.push(line.level ? levels.indexOf(line.level) : 0);
    this.#flags.push(line.flags ?? 0);
    return this;
  }

  /** Copies lines `from` to `to` (exclusive) of `lines` as they are. */
  addColumns(lines: LineColumns, from: number, to: number): this {
    if (lines.fields || this.#fields) {
      this.#fields ??= new Array<undefined>(this.count).fill(undefined);
      for (let i = from; i < to; i++) this.#fields.push(lines.fields?.[i]);
    }
    const shift = this.#text.length - (lines.offsets[from] ?? 0);
    this.#text.pushAll(lines.text.subarray(lines.offsets[from], lines.offsets[to]));
    for (let i = from; i < to; i++) this.#offsets.push((lines.offsets[i + 1] ?? 0) + shift);
    this.#times.pushAll(lines.times.subarray(from, to));
    this.#streams.pushAll(lines.streams.subarray(from, to));
    this.#levels.pushAll(lines.levels.subarray(from, to));
    this.#flags.pushAll(lines.flags.subarray(from, to));
    return this;
  }

  build(): LineColumns {
    return {
      count: this.count,
      text: this.#text.take(),
      offsets: this.#offsets.take(),
      times: this.#times.take(),
      streams: this.#streams.take(),
      levels: this.#levels.take(),
      flags: this.#flags.take(),
      ...(this.#fields && { fields: this.#fields }),
    };
  }
}

/** Collects a batch from lines of several origins. */
export class LineBatchBuilder {
  readonly #lines = new LineColumnsBuilder();
  readonly #numbers = new Column((size) => new Float64Array(size), 64);
  readonly #originOf = new Column((size) => new Uint16Array(size), 64);
  readonly #origins: LineOrigin[] = [];
  readonly #indexOf = new Map<string, number>();

  get count(): number {
    return this.#lines.count;
  }

  get bytes(): number {
    return this.#lines.bytes;
  }

  /** Copies lines `from` to `to` (exclusive) of `lines`, the first of them being number `firstNumber`. */
  addColumns(origin: LineOrigin, firstNumber: number, lines: LineColumns, from: number, to: number): this {
    const index = this.#index(origin);
    this.#lines.addColumns(lines, from, to);
    for (let i = from; i < to; i++) {
      this.#numbers.push(firstNumber + i - from);
      this.#originOf.push(index);
    }
    return this;
  }

  build(): LineBatch {
    return {
      ...this.#lines.build(),
      numbers: this.#numbers.take(),
      origins: this.#origins,
      originOf: this.#originOf.take(),
    };
  }

  #index(origin: LineOrigin): number {
    const known = this.#indexOf.get(origin.pointerPrefix);
    if (known !== undefined) return known;
    const index = this.#origins.push(origin) - 1;
    this.#indexOf.set(origin.pointerPrefix, index);
    return index;
  }
}
