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
  /** Milliseconds since the epoch; null when unknown. */
  readonly times: readonly (number | null)[] | number | null;
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
    numbers: followOneAnother(batch.numbers) ? (batch.numbers[0] ?? 0) : Array.from(batch.numbers),
    origins: batch.origins,
    originOf: column(batch.originOf, 0),
    ...(batch.pointers && { pointers: batch.pointers }),
  };
}

function wireLines(lines: LineColumns): WireLines {
  return {
    count: lines.count,
    ...wireText(lines),
    times: wireTimes(lines.times),
    streams: column(lines.streams, 0),
    levels: column(lines.levels, 0),
    flags: column(lines.flags, 0),
    ...(lines.fields && { fields: lines.fields.map((fields) => fields ?? null) }),
  };
}

function wireText({ count, text, offsets }: LineColumns): Pick<WireLines, 'text' | 'ends'> {
  const start = offsets[0] ?? 0;
  const end = offsets[count] ?? start;
  if (start === end) return { text: '' };
  const joined = new Uint8Array(end - start + count - 1);
  let at = 0;
  for (let i = 0, from = start; i < count; i++) {
    const to = offsets[i + 1] ?? from;
    joined.set(text.subarray(from, to), at);
    at += to - from;
    if (i < count - 1) joined[at++] = lineFeed;
    from = to;
  }
  const plain = !text.subarray(start, end).includes(lineFeed);
  return { text: decoder.decode(joined), ...(!plain && { ends: endsOf({ count, text, offsets }) }) };
}

function endsOf({ count, text, offsets }: Pick<LineColumns, 'count' | 'text' | 'offsets'>): number[] {
  let end = -1;
  return Array.from({ length: count }, (_, i) => {
    end += 1 + decoder.decode(text.subarray(offsets[i], offsets[i + 1])).length;
    return end;
  });
}

function wireTimes(times: Float64Array): WireLines['times'] {
  const first = times[0] ?? Number.NaN;
  if (times.every((time) => Object.is(time, first))) return Number.isFinite(first) ? first : null;
  return Array.from(times, (time) => (Number.isFinite(time) ? time : null));
}

function column(values: Uint8Array | Uint16Array, none: number): readonly number[] | number {
  const first = values[0] ?? none;
  for (const value of values) if (value !== first) return Array.from(values);
  return first;
}

function followOneAnother(numbers: Float64Array): boolean {
  const first = numbers[0] ?? 0;
  for (let i = 1; i < numbers.length; i++) if (numbers[i] !== first + i) return false;
  return true;
}
