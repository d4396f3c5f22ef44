import type { LineBatch, LineColumns, LineOrigin } from '../model/line.ts';

/** Lines `from` to `to` (exclusive) of `lines`, the first line of which is number `firstNumber`. */
export interface LineRange {
  readonly origin: LineOrigin;
  readonly firstNumber: number;
  readonly lines: LineColumns;
  from: number;
  to: number;
}

/** Copies ranges into one batch whose arrays have exactly its size; leaves the text out when told to. */
export function joinLines(ranges: readonly LineRange[], withoutText = false): LineBatch {
  const { count, bytes } = sizeOf(ranges, withoutText);
  const text = new Uint8Array(bytes);
  const offsets = new Uint32Array(count + 1);
  const columns = {
    times: new Float64Array(count),
    streams: new Uint8Array(count),
    levels: new Uint8Array(count),
    flags: new Uint8Array(count),
    numbers: new Float64Array(count),
    originOf: new Uint16Array(count),
  };
  const origins = new Origins();
  let line = 0;
  let byte = 0;
  for (const range of ranges) {
    const { lines, from, to } = range;
    columns.times.set(part(lines.times, from, to), line);
    columns.streams.set(part(lines.streams, from, to), line);
    columns.levels.set(part(lines.levels, from, to), line);
    columns.flags.set(part(lines.flags, from, to), line);
    columns.originOf.fill(origins.indexOf(range.origin), line, line + to - from);
    for (let i = from; i < to; i++) columns.numbers[line + i - from] = range.firstNumber + i;
    if (!withoutText) {
      const start = lines.offsets[from] ?? 0;
      text.set(lines.text.subarray(start, lines.offsets[to]), byte);
      for (let i = from; i < to; i++) offsets[line + i - from + 1] = (lines.offsets[i + 1] ?? 0) - start + byte;
      byte = offsets[line + to - from] ?? byte;
    }
    line += to - from;
  }
  const fields = joinFields(ranges);
  return { count, text, offsets, ...columns, origins: origins.all, ...(fields && { fields }) };
}

function sizeOf(ranges: readonly LineRange[], withoutText: boolean): { count: number; bytes: number } {
  let count = 0;
  let bytes = 0;
  for (const { lines, from, to } of ranges) {
    count += to - from;
    if (!withoutText) bytes += (lines.offsets[to] ?? 0) - (lines.offsets[from] ?? 0);
  }
  return { count, bytes };
}

/** The column itself when all of it is wanted: a view costs more than it looks for ranges of one line. */
function part<T extends Uint8Array | Float64Array>(column: T, from: number, to: number): T {
  return from === 0 && to === column.length ? column : (column.subarray(from, to) as T);
}

function joinFields(ranges: readonly LineRange[]): LineBatch['fields'] {
  if (!ranges.some((range) => range.lines.fields)) return undefined;
  return ranges.flatMap(
    ({ lines, from, to }) => lines.fields?.slice(from, to) ?? new Array<undefined>(to - from).fill(undefined),
  );
}

/** The origins met so far, in the order of their first line. */
class Origins {
  readonly all: LineOrigin[] = [];
  readonly #indexes = new Map<string, number>();

  indexOf(origin: LineOrigin): number {
    const known = this.#indexes.get(origin.pointerPrefix);
    if (known !== undefined) return known;
    const index = this.all.push(origin) - 1;
    this.#indexes.set(origin.pointerPrefix, index);
    return index;
  }
}
