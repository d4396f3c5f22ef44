import type { LineColumns } from '../model/line.ts';

/** The most lines from `from`, at most up to `to`, that end by byte `end`. */
export function lastWithin(offsets: Uint32Array, from: number, to: number, end: number): number {
  if ((offsets[to] ?? 0) <= end) return to;
  let low = from;
  let high = to;
  while (low + 1 < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) <= end) low = middle;
    else high = middle;
  }
  return low;
}

/** The first line, from `least` to `to`, that begins at byte `begin` or later. */
export function firstFrom(offsets: Uint32Array, least: number, to: number, begin: number): number {
  let low = least;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((offsets[middle] ?? 0) >= begin) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Lines `from` to `to` (exclusive) where they are. */
export function viewOf(lines: LineColumns, from: number, to: number): LineColumns {
  if (from === 0 && to === lines.count) return lines;
  return {
    count: to - from,
    text: lines.text,
    offsets: lines.offsets.subarray(from, to + 1),
    times: lines.times.subarray(from, to),
    streams: lines.streams.subarray(from, to),
    levels: lines.levels.subarray(from, to),
    flags: lines.flags.subarray(from, to),
    ...(lines.fields && { fields: lines.fields.slice(from, to) }),
  };
}
