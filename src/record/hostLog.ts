import type { LineColumns, Stream } from '../model/line.ts';
import type { HostRef, LogSink } from '../model/sink.ts';
import { LineCollector, type TakenLines, type WholeLine } from './lineCollector.ts';
import type { LineRooms } from './lineRoom.ts';
import type { Persistence } from './persistence.ts';
import { Shortfall } from './shortfall.ts';

/** When lines go to the sink, and how many may wait in memory for it. Times in milliseconds, sizes in bytes of text. */
export interface HostLogLimits {
  readonly flushAfter: number;
  readonly flushBytes: number;
  readonly flushLines: number;
  readonly waitingBytes: number;
  readonly waitingLines: number;
  readonly unfinishedAfter: number;
}

export const hostLogLimits: HostLogLimits = {
  flushAfter: 25,
  flushBytes: 1 << 20,
  flushLines: 250_000,
  waitingBytes: 4 << 20,
  waitingLines: 500_000,
  unfinishedAfter: 1_000,
};

/** Where the logs of one execution go. */
export interface LogPlace {
  readonly sink: LogSink;
  readonly persistence: Persistence;
  readonly rooms: LineRooms;
  readonly limits?: HostLogLimits | undefined;
}

const encoder = new TextEncoder();

/** Writes the output of one host in one step: numbers its lines, batches them, and holds the producer back when the sink is slow. */
export class HostLog {
  readonly #place: LogPlace;
  readonly #ref: HostRef;
  readonly #limits: HostLogLimits;
  readonly #collector: LineCollector;
  readonly #shortfall = new Shortfall();
  readonly #started: Promise<unknown>;
  #nextNumber = 1;
  #lines = 0;
  #flushing: Promise<void> | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #unfinishedTimer: NodeJS.Timeout | undefined;
  #space = Promise.withResolvers<undefined>();

  /** Nothing is appended before `started`, which never rejects, has resolved. */
  constructor(place: LogPlace, ref: HostRef, started: Promise<unknown>) {
    this.#place = place;
    this.#ref = ref;
    this.#limits = place.limits ?? hostLogLimits;
    this.#started = started;
    this.#collector = new LineCollector(place.rooms);
  }

  /** Lines given so far, recorded or not. */
  get lines(): number {
    return this.#lines + this.#collector.count;
  }

  /** What was not recorded, in words; undefined when everything was. */
  get missing(): string | undefined {
    return this.#shortfall.summary();
  }

  /** Takes in output. When the result is a promise, wait for it before giving more. */
  write(stream: Stream, chunk: Uint8Array): Promise<void> | undefined {
    this.#collector.write(stream, chunk, Date.now());
    return this.#taken();
  }

  /** Takes in a whole line. When the result is a promise, wait for it before giving more, if you can. */
  add(line: WholeLine): Promise<void> | undefined {
    this.#collector.add(line, Date.now());
    return this.#taken();
  }

  /** Says something in the recorder's own name. */
  note(words: string): void {
    void this.write('system', encoder.encode(`${words}\n`));
  }

  /** Takes in what the streams left without a line end and waits until everything is with the sink or given up. */
  async end(): Promise<void> {
    clearTimeout(this.#unfinishedTimer);
    for (const stream of ['stdout', 'stderr'] as const) this.#collector.end(stream, Date.now());
    while (this.#collector.count > 0 || this.#flushing) await this.#flush();
    if (this.#shortfall.pending) await this.#tellShortfall();
  }

  #taken(): Promise<void> | undefined {
    const { count, bytes, openSince } = this.#collector;
    if (openSince !== undefined) this.#watchUnfinished(openSince);
    if (count === 0) return undefined;
    if (count >= this.#limits.flushLines || bytes >= this.#limits.flushBytes) void this.#flush();
    else this.#flushTimer ??= setTimeout(() => void this.#flush(), this.#limits.flushAfter);
    if (this.#collector.count < this.#limits.waitingLines && this.#collector.bytes < this.#limits.waitingBytes) {
      return undefined;
    }
    if (!this.#place.persistence.failure) return this.#space.promise;
    const { lines, done } = this.#take();
    this.#drop(lines);
    done();
    return undefined;
  }

  #flush(): Promise<void> {
    clearTimeout(this.#flushTimer);
    this.#flushTimer = undefined;
    this.#flushing ??= this.#writeOut().finally(() => {
      this.#flushing = undefined;
    });
    return this.#flushing;
  }

  /** Lines that come meanwhile make the next batch, so that a slow sink gets fewer and larger ones. */
  async #writeOut(): Promise<void> {
    await this.#started;
    while (this.#collector.count > 0) {
      const { lines, done } = this.#take();
      this.#release();
      if (!(await this.#append(lines))) this.#drop(lines);
      else if (this.#shortfall.pending) await this.#tellShortfall();
      done();
    }
  }

  #take(): TakenLines {
    const taken = this.#collector.take();
    this.#lines += taken.lines.count;
    return taken;
  }

  async #append(lines: LineColumns): Promise<boolean> {
    const batch = { ...this.#ref, firstNumber: this.#nextNumber, lines };
    const append = async () => {
      try {
        await this.#place.sink.append(batch);
      } catch (error) {
        // A slow sink holds the producer back, a broken one must not.
        this.#release();
        throw error;
      }
    };
    if (!(await this.#place.persistence.carry(append))) return false;
    this.#nextNumber += lines.count;
    return true;
  }

  async #tellShortfall(): Promise<void> {
    const told = new LineCollector(this.#place.rooms);
    told.write('system', encoder.encode(`${this.#shortfall.pendingWords() ?? ''}\n`), Date.now());
    const { lines, done } = told.take();
    if (await this.#append(lines)) this.#shortfall.told();
    done();
  }

  #drop(lines: LineColumns): void {
    this.#shortfall.add(
      this.#nextNumber,
      lines,
      this.#place.persistence.failure?.message ?? 'The recording had ended.',
    );
  }

  #release(): void {
    this.#space.resolve(undefined);
    this.#space = Promise.withResolvers();
  }

  #watchUnfinished(since: number): void {
    const after = this.#limits.unfinishedAfter;
    this.#unfinishedTimer ??= setTimeout(
      () => {
        this.#unfinishedTimer = undefined;
        const now = Date.now();
        this.#collector.showUnfinished(now - after, now);
        void this.#taken();
      },
      Math.max(1, since + after - Date.now()),
    );
  }
}
