import { checkColumns } from '../../../base/appendRange.ts';
import { decodeColumns, encodeColumns } from '../../../base/chunkCode.ts';
import { LogError } from '../../../model/errors.ts';
import { levels, streams, type LineColumns } from '../../../model/line.ts';
import type { Reply } from '../connection.ts';

/** A stretch of a host's log as an entry of its stream holds it. */
export interface LinesEntry {
  /** Number of the first line. */
  readonly firstNumber: number;
  readonly count: number;
  /** Rows of the first line in its step and its execution. */
  readonly stepRow: number;
  readonly executionRow: number;
  /** Columns and text, for `decodeLines`. */
  readonly packed: Uint8Array;
}

/** A stretch of an order: lines of one host that follow one another in it. */
export interface OrderEntry {
  readonly firstRow: number;
  readonly count: number;
  /** Number of the host's log, and of the first line in it. */
  readonly log: number;
  readonly firstNumber: number;
}

const newline = 10;
/** Nothing that we write holds more; what does is damaged. */
const mostLines = 1_000_000;

/** Lines `from` to `to` (exclusive) as bytes: how long the columns are, the columns, the text. */
export function encodeLines(
  lines: LineColumns,
  from: number,
  to: number,
): { packed: Uint8Array; latest: number | undefined } {
  const { bytes, latest } = encodeColumns(lines, from, to);
  const text = lines.text.subarray(lines.offsets[from], lines.offsets[to]);
  const packed = new Uint8Array(4 + bytes.length + text.length);
  new DataView(packed.buffer).setUint32(0, bytes.length, true);
  packed.set(bytes, 4);
  packed.set(text, 4 + bytes.length);
  return { packed, latest };
}

/** What `appendLines` tells of a small chunk; undefined when it is none of ours. */
export function toldEntry(
  told: Uint8Array,
): (LinesEntry & { readonly born: string; readonly log: number }) | undefined {
  const space = told.indexOf(0x20);
  const end = told.indexOf(newline);
  if (space < 0 || end < space) return undefined;
  const [log, firstNumber, count, stepRow, executionRow] = numbers(told.subarray(space + 1, end));
  if (!isCount(log) || !isCount(firstNumber) || !isCount(count) || !isCount(stepRow) || !isCount(executionRow))
    return undefined;
  if (count > mostLines) return undefined;
  const born = new TextDecoder().decode(told.subarray(0, space));
  return { born, log, firstNumber, count, stepRow, executionRow, packed: told.subarray(end + 1) };
}

/** Undefined when the bytes are none of ours. */
export function decodeLines({ packed, count }: LinesEntry): LineColumns | undefined {
  try {
    const size = new DataView(packed.buffer, packed.byteOffset, packed.byteLength).getUint32(0, true);
    const text = packed.subarray(4 + size);
    const lines = decodeColumns(packed.subarray(4, 4 + size), count, text);
    checkColumns(lines);
    return isSound(lines) ? lines : undefined;
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError || error instanceof LogError) return undefined;
    throw error;
  }
}

/** The entries of a stream of lines; undefined stands for one that is none of ours. */
export function linesEntries(reply: Reply | undefined): (LinesEntry | undefined)[] {
  return entries(reply).map(([id, value]) => {
    const end = value.indexOf(newline);
    const [count, stepRow, executionRow] = numbers(value.subarray(0, Math.max(0, end)));
    const firstNumber = rowOf(id);
    if (!isCount(count) || !isCount(stepRow) || !isCount(executionRow) || !isCount(firstNumber)) return undefined;
    if (count > mostLines) return undefined;
    return { firstNumber, count, stepRow, executionRow, packed: value.subarray(end + 1) };
  });
}

/** The entries of an order, without those that are none of ours. */
export function orderEntries(reply: Reply | undefined): OrderEntry[] {
  return entries(reply).flatMap(([id, value]) => {
    const [log, firstNumber, count] = numbers(value);
    const firstRow = rowOf(id);
    if (!isCount(log) || !isCount(firstNumber) || !isCount(count) || !isCount(firstRow)) return [];
    return count > mostLines ? [] : [{ firstRow, count, log, firstNumber }];
  });
}

/** Id and first value of each entry of `XRANGE`'s reply. */
function entries(reply: Reply | undefined): (readonly [Uint8Array, Uint8Array])[] {
  if (!Array.isArray(reply)) return [];
  return (reply as readonly Reply[]).flatMap((entry) => {
    if (!Array.isArray(entry)) return [];
    const [id, fields] = entry as readonly Reply[];
    const value = Array.isArray(fields) ? (fields as readonly Reply[])[1] : undefined;
    return id instanceof Uint8Array && value instanceof Uint8Array ? [[id, value] as const] : [];
  });
}

/** Whole numbers with spaces between, read byte by byte: a log of single lines has an entry for each. */
function numbers(text: Uint8Array): number[] {
  const found: number[] = [];
  let number: number | undefined;
  for (const byte of text) {
    if (byte >= 48 && byte <= 57) number = (number ?? 0) * 10 + byte - 48;
    else if (byte !== 32 || number === undefined) break;
    else {
      found.push(number);
      number = undefined;
    }
  }
  if (number !== undefined) found.push(number);
  return found;
}

/** `<row>-0`. */
function rowOf(id: Uint8Array): number | undefined {
  return numbers(id)[0];
}

function isCount(value: number | undefined): value is number {
  return value !== undefined && value >= 1 && Number.isSafeInteger(value);
}

function isSound({ streams: kinds, levels: grades, fields }: LineColumns): boolean {
  if (kinds.some((value) => value >= streams.length) || grades.some((value) => value >= levels.length)) return false;
  return fields === undefined || fields.every((one) => one === undefined || isRecord(one));
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((one) => typeof one === 'string');
}
