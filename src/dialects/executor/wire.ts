import { wellFormed } from '../../base/wellFormed.ts';
import type { LineBatch, LineColumns, LineOrigin } from '../../model/line.ts';
import type { LogPage } from '../../model/page.ts';

/**
 * Lines in JSON: columns again, so that neither side makes an object per line. A column that is the same for every
 * line is one value instead of a list.
 */
export interface WireLines {
  readonly count: number;
  /** The lines' texts, joined by line feeds; empty when all of them are. */
  readonly text: string;
  /** Where each line ends in `text`, in UTF-16 units, the line feed that joins it to the next not counted; only there
   * when a line holds a line feed itself. */
  readonly ends?: readonly number[];
  /** Milliseconds after `timesFrom`; null when unknown. */
  readonly times: readonly (number | null)[] | number | null;
  /** Milliseconds since the epoch; 0 when absent. Short numbers are written and read many times faster. */
  readonly timesFrom?: number;
  /** Indexes into `streams`. */
  readonly streams: readonly number[] | number;
  /** Indexes into `levels`. */
  readonly levels: readonly number[] | number;
  /** Bits of `lineFlag`. */
  readonly flags: readonly number[] | number;
  readonly fields?: readonly (Readonly<Record<string, string>> | null)[];
}

export interface WireBatch extends WireLines {
  /** The first line's number when they follow one another. */
  readonly numbers: readonly number[] | number;
  readonly origins: readonly LineOrigin[];
  /** Indexes into `origins`. */
  readonly originOf: readonly number[] | number;
  readonly pointers?: readonly string[];
}

/** A `LogPage` with its lines in JSON. */
export interface WirePage extends Omit<LogPage, 'lines'> {
  readonly lines: WireBatch;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const lineFeed = 10;

export function toWirePage(page: LogPage): WirePage {
  return { ...page, lines: toWireBatch(page.lines) };
}

/** A writer's lines; what is no UTF-8 in them is replaced and flagged, for JSON cannot carry it. */
export function toWireLines(lines: LineColumns): WireLines {
  return wireLines(wellFormed(lines));
}

function toWireBatch(batch: LineBatch): WireBatch {
  return {
    ...wireLines(batch),
    numbers: followOneAnother(batch.numbers) ? (batch.numbers[0] ?? 0) : listed(batch.numbers),
    origins: batch.origins,
    originOf: column(batch.originOf),
    ...(batch.pointers && { pointers: batch.pointers }),
  };
}

function wireLines(lines: LineColumns): WireLines {
  return {
    count: lines.count,
    ...wireText(lines),
    ...wireTimes(lines.times),
    streams: column(lines.streams),
    levels: column(lines.levels),
    flags: column(lines.flags),
    ...(lines.fields && { fields: lines.fields.map((fields) => fields ?? null) }),
  };
}

function wireText(lines: LineColumns): Pick<WireLines, 'text' | 'ends'> {
  const { count, text, offsets } = lines;
  const start = offsets[0] ?? 0;
  const bytes = text.subarray(start, offsets[count] ?? start);
  if (bytes.length === 0) return { text: '' };
  const whole = decoder.decode(bytes);
  // As many characters as bytes: what the offsets say of the one they say of the other.
  const joined = whole.length === bytes.length ? joinParts(whole, lines, start) : joinBytes(bytes, lines, start);
  return { text: joined, ...(bytes.includes(lineFeed) && { ends: endsOf(lines) }) };
}

function joinParts(whole: string, { count, offsets }: LineColumns, start: number): string {
  const parts = new Array<string>(count);
  let from = 0;
  for (let i = 0; i < count; i++) {
    const to = (offsets[i + 1] ?? 0) - start;
    parts[i] = whole.slice(from, to);
    from = to;
  }
  return parts.join('\n');
}

function joinBytes(bytes: Uint8Array, { count, offsets }: LineColumns, start: number): string {
  const joined = new Uint8Array(bytes.length + count - 1);
  let at = 0;
  let from = 0;
  for (let i = 0; i < count; i++) {
    const to = (offsets[i + 1] ?? 0) - start;
    joined.set(bytes.subarray(from, to), at);
    at += to - from;
    if (i < count - 1) joined[at++] = lineFeed;
    from = to;
  }
  return decoder.decode(joined);
}

function endsOf({ count, text, offsets }: LineColumns): number[] {
  let end = -1;
  return Array.from({ length: count }, (_, i) => {
    end += 1 + decoder.decode(text.subarray(offsets[i], offsets[i + 1])).length;
    return end;
  });
}

function wireTimes(times: Float64Array): Pick<WireLines, 'times' | 'timesFrom'> {
  const first = times[0] ?? Number.NaN;
  if (times.every((time) => Object.is(time, first))) return { times: Number.isFinite(first) ? first : null };
  const from = times.find(Number.isFinite) ?? 0;
  const whole = Number.isInteger(from) && times.every((time) => Number.isInteger(time) || Number.isNaN(time));
  const timesFrom = whole ? from : 0;
  const values = new Array<number | null>(times.length);
  for (let i = 0; i < times.length; i++) {
    const time = (times[i] ?? Number.NaN) - timesFrom;
    values[i] = Number.isFinite(time) ? time : null;
  }
  return { times: values, ...(whole && { timesFrom }) };
}

function column(values: Uint8Array | Uint16Array): readonly number[] | number {
  const first = values[0] ?? 0;
  for (const value of values) if (value !== first) return listed(values);
  return first;
}

/** Several times as fast as `Array.from`. */
function listed(values: Uint8Array | Uint16Array | Float64Array): number[] {
  const list = new Array<number>(values.length);
  for (let i = 0; i < values.length; i++) list[i] = values[i] ?? 0;
  return list;
}

function followOneAnother(numbers: Float64Array): boolean {
  const first = numbers[0] ?? 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== first + i) return false;
  return true;
}
