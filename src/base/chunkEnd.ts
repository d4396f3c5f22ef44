import { lastWithin } from './columnRange.ts';

/** A chunk is read and decoded whole for any of its lines, so it is a page or less. */
const chunkRoom = { lines: 1_000, bytes: 256 * 1_024 } as const;

/** Tiny lines are decoded faster than rows are written, so more of them share one. */
const tinyChunkRoom = { lines: 4_000, bytes: 16 * 1_024 } as const;

/** Where the chunk that begins with line `from` ends; a line that is too long is a chunk by itself. */
export function chunkEnd(offsets: Uint32Array, from: number, count: number): number {
  const start = offsets[from] ?? 0;
  const usual = Math.min(count, from + chunkRoom.lines);
  if ((offsets[usual] ?? 0) - start > tinyChunkRoom.bytes)
    return Math.max(from + 1, lastWithin(offsets, from, usual, start + chunkRoom.bytes));
  const most = Math.min(count, from + tinyChunkRoom.lines);
  return Math.max(usual, lastWithin(offsets, from, most, start + tinyChunkRoom.bytes));
}
