import { lineFlag, streams, type LineColumns, type Stream } from '../model/line.ts';
import { OpenLine } from './openLine.ts';
import { splitLines } from './splitLines.ts';

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Cuts the output of one process into lines, stdout and stderr apart but in order of arrival, and collects them as
 * columns. There is no object per line: bytes go from the chunk to the text column, line ends to the offsets.
 */
export class LineCollector {
  #text = new Uint8Array(0);
  #bytes = 0;
  #offsets = new Uint32Array(1);
  #times = new Float64Array(0);
  #streams = new Uint8Array(0);
  #flags = new Uint8Array(0);
  #count = 0;
  readonly #open: readonly OpenLine[] = streams.map(() => new OpenLine());

  /** Finished lines that wait to be taken. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of text in those lines. */
  get bytes(): number {
    return this.#bytes;
  }

  /** When the oldest piece of a line without an end arrived; undefined when there is none. */
  get openSince(): number | undefined {
    let oldest: number | undefined;
    for (const { since } of this.#open) {
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
    return oldest;
  }

  /** Takes in what a stream gave at `time`. The chunk is not kept. */
  write(stream: Stream, chunk: Uint8Array, time: number): void {
    const index = streams.indexOf(stream);
    const open = this.#openLine(index);
    const end = chunk.lastIndexOf(lineFeed) + 1;
    let start = 0;
    if (end > 0 && !open.empty) {
      start = chunk.indexOf(lineFeed) + 1;
      this.#keep(open, index, chunk.subarray(0, start - 1), time);
      this.#close(open, index, time);
    }
    if (end > start) this.#split(chunk, start, end, index, time);
    if (end < chunk.length) this.#keep(open, index, chunk.subarray(end), time);
  }

  /** Shows what has waited for its line's end since `before` or longer, as unfinished lines. */
  showUnfinished(before: number, now: number): void {
    for (const [index, open] of this.#open.entries()) {
      if (open.since === undefined || open.since > before) continue;
      const shown = open.takeWhole();
      if (shown.length > 0) this.#push(shown, index, now, open.showPiece());
    }
  }

  /** The stream is over: what has no line end is a line, too. */
  end(stream: Stream, time: number): void {
    const index = streams.indexOf(stream);
    const open = this.#openLine(index);
    if (open.length > 0) this.#close(open, index, time);
    open.reset();
  }

  /** The lines collected so far, in arrays of exactly their size; they are forgotten here. */
  take(): LineColumns {
    const lines = {
      count: this.#count,
      text: this.#text.slice(0, this.#bytes),
      offsets: this.#offsets.slice(0, this.#count + 1),
      times: this.#times.slice(0, this.#count),
      streams: this.#streams.slice(0, this.#count),
      levels: new Uint8Array(this.#count),
      flags: this.#flags.slice(0, this.#count),
    };
    this.#flags.fill(0, 0, this.#count);
    this.#count = 0;
    this.#bytes = 0;
    return lines;
  }

  #split(chunk: Uint8Array, start: number, end: number, stream: number, time: number): void {
    this.#reserve(end - start, end - start);
    const first = this.#count;
    const lines = splitLines(chunk, start, end, this.#text, this.#bytes, this.#offsets, first + 1);
    const count = first + lines;
    this.#bytes = this.#offsets[count] ?? 0;
    this.#count = count;
    this.#times.fill(time, first, count);
    this.#streams.fill(stream, first, count);
  }

  /** Adds to a line without an end, showing pieces of it when it grows beyond what is kept in memory. */
  #keep(open: OpenLine, stream: number, bytes: Uint8Array, time: number): void {
    let rest = bytes;
    for (;;) {
      rest = rest.subarray(open.add(rest, time));
      if (rest.length === 0) return;
      this.#push(open.takeWhole(), stream, time, open.showPiece());
    }
  }

  #close(open: OpenLine, stream: number, time: number): void {
    const line = open.takeAll();
    const end = line.at(-1) === carriageReturn ? line.length - 1 : line.length;
    this.#push(line.subarray(0, end), stream, time, open.continued ? lineFlag.continued : 0);
    open.reset();
  }

  #push(line: Uint8Array, stream: number, time: number, flags: number): void {
    this.#reserve(line.length, 1);
    this.#text.set(line, this.#bytes);
    this.#bytes += line.length;
    this.#times[this.#count] = time;
    this.#streams[this.#count] = stream;
    this.#flags[this.#count] = flags;
    this.#offsets[++this.#count] = this.#bytes;
  }

  #reserve(bytes: number, lines: number): void {
    if (this.#bytes + bytes > this.#text.length) {
      this.#text = grown(this.#text, new Uint8Array(roomFor(this.#bytes + bytes)));
    }
    if (this.#count + lines <= this.#times.length) return;
    const room = roomFor(this.#count + lines);
    // One more for the first line's start, and one that `splitLines` writes ahead.
    this.#offsets = grown(this.#offsets, new Uint32Array(room + 2));
    this.#times = grown(this.#times, new Float64Array(room));
    this.#streams = grown(this.#streams, new Uint8Array(room));
    this.#flags = grown(this.#flags, new Uint8Array(room));
  }

  #openLine(index: number): OpenLine {
    const open = this.#open[index];
    if (!open) throw new RangeError(`stream ${index}`);
    return open;
  }
}

function roomFor(size: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(64, size)));
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
