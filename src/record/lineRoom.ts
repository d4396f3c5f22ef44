import type { LineColumns } from '../model/line.ts';

type LineFields = Readonly<Record<string, string>>;

/** Growing arrays for lines, which are filled, lent to a sink and filled again. */
export class LineRoom {
  text = new Uint8Array(4_096);
  offsets = new Uint32Array(65);
  times = new Float64Array(64);
  streams = new Uint8Array(64);
  levels = new Uint8Array(64);
  flags = new Uint8Array(64);
  /** By line, as far as lines have any; undefined while none has. */
  fields: (LineFields | undefined)[] | undefined;
  count = 0;
  bytes = 0;

  /** Makes place for more. There is one offset more than asked for: `splitLines` writes ahead. */
  reserve(bytes: number, lines: number): void {
    if (this.bytes + bytes >= this.text.length) {
      this.text = grown(this.text, new Uint8Array(roomFor(this.bytes + bytes + 1)));
    }
    if (this.count + lines <= this.times.length) return;
    const room = roomFor(this.count + lines);
    this.offsets = grown(this.offsets, new Uint32Array(room + 2));
    this.times = grown(this.times, new Float64Array(room));
    this.streams = grown(this.streams, new Uint8Array(room));
    this.levels = grown(this.levels, new Uint8Array(room));
    this.flags = grown(this.flags, new Uint8Array(room));
  }

  push(line: Uint8Array, stream: number, time: number, flags: number): void {
    this.reserve(line.length, 1);
    this.text.set(line, this.bytes);
    this.bytes += line.length;
    this.times[this.count] = time;
    this.streams[this.count] = stream;
    this.flags[this.count] = flags;
    this.offsets[++this.count] = this.bytes;
  }

  /** Says more of the line that came last. */
  describe(level: number, fields: LineFields | undefined): void {
    this.levels[this.count - 1] = level;
    if (!fields) return;
    this.fields ??= [];
    this.fields[this.count - 1] = fields;
  }

  /** The lines as views of these arrays. */
  lines(): LineColumns {
    return {
      count: this.count,
      text: this.text.subarray(0, this.bytes),
      offsets: this.offsets.subarray(0, this.count + 1),
      times: this.times.subarray(0, this.count),
      streams: this.streams.subarray(0, this.count),
      levels: this.levels.subarray(0, this.count),
      flags: this.flags.subarray(0, this.count),
      ...(this.fields && { fields: Array.from({ length: this.count }, (_, index) => this.fields?.[index]) }),
    };
  }

  clear(): void {
    this.levels.fill(0, 0, this.count);
    this.flags.fill(0, 0, this.count);
    this.fields = undefined;
    this.count = 0;
    this.bytes = 0;
  }
}

/** Rooms that are used in turns: making new ones for every batch costs more than cutting its lines. */
export class LineRooms {
  readonly #spare: LineRoom[] = [];

  take(): LineRoom {
    return this.#spare.pop() ?? new LineRoom();
  }

  giveBack(room: LineRoom): void {
    if (this.#spare.length >= mostSpare || room.text.length > largestSpare) return;
    room.clear();
    this.#spare.push(room);
  }
}

const mostSpare = 2;
const largestSpare = 8 * 1024 * 1024;

function roomFor(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}

function grown<T extends Uint8Array | Uint32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
