import { levels, lineFlag, streams, type Level, type LineColumns, type Stream } from '../model/line.ts';
import type { LineRoom, LineRooms } from './lineRoom.ts';
import { OpenLine } from './openLine.ts';
import { splitLines } from './splitLines.ts';

/** Lines on loan. */
export interface TakenLines {
  readonly lines: LineColumns;
  /** To be called when nobody needs them any longer. */
  readonly done: () => void;
}

/** A line that was never cut out of anything. */
export interface WholeLine {
  readonly text: Uint8Array;
  readonly stream: Stream;
  readonly level: Level;
  readonly fields?: Readonly<Record<string, string>>;
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Cuts the output of one process into lines, stdout and stderr apart but in order of arrival, and collects them as
 * columns. There is no object per line: bytes go from the chunk to the text column, line ends to the offsets.
 */
export class LineCollector {
  readonly #rooms: LineRooms;
  /** Undefined while there is nothing to keep: a log that says nothing costs nothing. */
  #room: LineRoom | undefined;
  readonly #open: readonly OpenLine[] = streams.map(() => new OpenLine());

  constructor(rooms: LineRooms) {
    this.#rooms = rooms;
  }

  /** Finished lines that wait to be taken. */
  get count(): number {
    return this.#room?.count ?? 0;
  }

  /** Bytes of text in those lines. */
  get bytes(): number {
    return this.#room?.bytes ?? 0;
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

  /** Takes in a whole line of whoever knows its level; what is open of its stream stays open. */
  add(line: WholeLine, time: number): void {
    this.#push(line.text, streams.indexOf(line.stream), time, 0);
    this.#room?.describe(levels.indexOf(line.level), line.fields);
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

  /** The lines collected so far; they are forgotten here, and good until `done` is called. */
  take(): TakenLines {
    const room = this.#room ?? this.#rooms.take();
    this.#room = undefined;
    return {
      lines: room.lines(),
      done: () => {
        this.#rooms.giveBack(room);
      },
    };
  }

  #split(chunk: Uint8Array, start: number, end: number, stream: number, time: number): void {
    const room = (this.#room ??= this.#rooms.take());
    room.reserve(end - start, end - start);
    const first = room.count;
    const lines = splitLines(chunk, start, end, room.text, room.bytes, room.offsets, first + 1);
    const count = first + lines;
    room.bytes = room.offsets[count] ?? 0;
    room.count = count;
    room.times.fill(time, first, count);
    room.streams.fill(stream, first, count);
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
    this.#room ??= this.#rooms.take();
    this.#room.push(line, stream, time, flags);
  }

  #openLine(index: number): OpenLine {
    const open = this.#open[index];
    if (!open) throw new RangeError(`stream ${index}`);
    return open;
  }
}
