const lineFeed = 10;
const carriageReturn = 13;

/** Below this many bytes per line, bytes are copied one by one; above, line by line. Measured: the two cross near here. */
const shortLine = 40;

/**
 * Copies the lines of `chunk[start .. end)`, which ends with a line end, to `text` from `at` on, without their line ends, and writes
 * where each of them stops to `stops` from `first` on. Both must have room for `end - start` entries. Returns how many lines it were.
 */
export function splitLines(
  chunk: Uint8Array,
  start: number,
  end: number,
  text: Uint8Array,
  at: number,
  stops: Uint32Array,
  first: number,
): number {
  if (isShort(chunk, start, end)) {
    const plain = !chunk.includes(carriageReturn, start);
    return (plain ? splitPlain : splitBytes)(chunk, start, end, text, at, stops, first);
  }
  return splitLong(chunk, start, end, text, at, stops, first);
}

function isShort(chunk: Uint8Array, start: number, end: number): boolean {
  const sample = Math.min(end, start + 1_024);
  let lines = 0;
  for (let i = start; i < sample; i++) if (chunk[i] === lineFeed) lines++;
  return lines * shortLine >= sample - start;
}

/** Without a branch per byte: every byte is written, and only steps on when it is no line end. */
function splitPlain(
  chunk: Uint8Array,
  start: number,
  end: number,
  text: Uint8Array,
  at: number,
  stops: Uint32Array,
  first: number,
): number {
  let bytes = at | 0;
  let count = first | 0;
  for (let i = start | 0; i < end; i = (i + 1) | 0) {
    const byte = (chunk[i] ?? 0) | 0;
    text[bytes] = byte;
    stops[count] = bytes;
    const ends = Number(byte === lineFeed) | 0;
    count = (count + ends) | 0;
    bytes = (bytes + 1 - ends) | 0;
  }
  return count - first;
}

/** As `splitPlain`, where a line may end with CR LF. */
function splitBytes(
  chunk: Uint8Array,
  start: number,
  end: number,
  text: Uint8Array,
  at: number,
  stops: Uint32Array,
  first: number,
): number {
  let bytes = at;
  let count = first;
  let before = 0;
  for (let i = start; i < end; i++) {
    const byte = chunk[i] ?? 0;
    if (byte === lineFeed) {
      if (before === carriageReturn) bytes--;
      stops[count++] = bytes;
    } else {
      text[bytes++] = byte;
    }
    before = byte;
  }
  return count - first;
}

function splitLong(
  chunk: Uint8Array,
  start: number,
  end: number,
  text: Uint8Array,
  at: number,
  stops: Uint32Array,
  first: number,
): number {
  let bytes = at;
  let count = first;
  let from = start;
  while (from < end) {
    const stop = chunk.indexOf(lineFeed, from);
    const to = stop > from && chunk[stop - 1] === carriageReturn ? stop - 1 : stop;
    text.set(chunk.subarray(from, to), bytes);
    bytes += to - from;
    stops[count++] = bytes;
    from = stop + 1;
  }
  return count - first;
}
