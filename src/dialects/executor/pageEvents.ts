import { linePointer, sliceBatch } from '../../base/lineBatch.ts';
import type { LogPage } from '../../model/page.ts';
import { eventText, type Part } from './sse.ts';
import { toWirePage } from './wire.ts';

/** The most that one event carries; whichever is reached first. One line is always given, however long. */
const largest = { lines: 1_000, bytes: 65_536 } as const;

const encoder = new TextEncoder();

/** A page as events of many lines; each says where to resume after it. */
export function* pageEvents(page: LogPage): Generator<Part, void> {
  const { lines } = page;
  let from = 0;
  do {
    const to = endOfEvent(page, from);
    const part = to - from === lines.count ? page : partOf(page, from, to);
    yield* inPieces(eventText('lines', toWirePage(part), part.newer));
    from = to;
  } while (from < lines.count);
}

function endOfEvent({ lines: { count, offsets } }: LogPage, from: number): number {
  const start = offsets[from] ?? 0;
  let to = Math.min(from + 1, count);
  while (to < count && to - from < largest.lines && (offsets[to + 1] ?? 0) - start <= largest.bytes) to++;
  return to;
}

/** Lines `from` to `to` (exclusive) of a page as a page of its own. */
function partOf(page: LogPage, from: number, to: number): LogPage {
  const { lines, older, newer, complete, firstLine, total, scanned, gap, state } = page;
  const last = to === lines.count;
  const before = from === 0 ? older : linePointer(lines, from);
  return {
    lines: sliceBatch(lines, from, to),
    ...(before !== undefined && { older: before }),
    newer: last ? newer : linePointer(lines, to - 1),
    complete: last && complete,
    ...(firstLine !== undefined && { firstLine: firstLine + from }),
    ...(total !== undefined && { total }),
    ...(last && scanned && { scanned }),
    ...(from === 0 && gap && { gap }),
    ...(last && state && { state }),
  };
}

/** A very long line leaves piece by piece, as fast as its reader takes them. */
function* inPieces(event: string): Generator<Part, void> {
  if (event.length <= 4 * largest.bytes) {
    yield event;
    return;
  }
  const bytes = encoder.encode(event);
  for (let at = 0; at < bytes.length; at += largest.bytes) yield bytes.subarray(at, at + largest.bytes);
}
