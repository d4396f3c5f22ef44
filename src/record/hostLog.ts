import type { LineColumns, Stream } from '../model/line.ts';
import type { HostRef, LogSink } from '../model/sink.ts';
import { LineCollector } from './lineCollector.ts';
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
  waitingBytes: 8 << 20,
  waitingLines: 1_000_000,
  unfinishedAfter: 1_000,
};

const encoder = new TextEncoder();

/** Writes the output of one host in one step: numbers its lines, batches them, and holds the producer back when the sink is slow. */
export class HostLog {
  readonly #sink: LogSink;
  readonly #ref: HostRef;
  readonly #persistence: Persistence;
  readonly #limits: HostLogLimits;
  readonly #collector = new LineCollector();
  readonly #shortfall = new Shortfall();
  readonly #started: Promise<unknown>;
  #nextNumber = 1;
  #lines = 0;
  #flushing: Promise<void> | undefined;
  #flushTimer: NodeJS.Timeout | undefined;
  #unfinishedTimer: NodeJS.Timeout | undefined;
  #room = Promise.withResolvers<undefined>();

  /** Nothing is appended before `started`, which never rejects, has resolved. */
  constructor(
    sink: LogSink,
    ref: HostRef,
    persistence: Persistence,
    started: Promise<unknown>,
    limits: HostLogLimits = hostLogLimits,
  ) {
    this.#sink = sink;
    this.#ref = ref;
    this.#persistence = persistence;
    this.#started = started;
    this.#limits = limits;
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
    if (!this.#persistence.failure) return this.#room.promise;
    const lines = this.#collector.take();
    this.#lines += lines.count;
    this.#drop(lines);
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
      const lines = this.#collector.take();
      this.#lines += lines.count;
      this.#release();
      if (!(await this.#append(lines))) this.#drop(lines);
      else if (this.#shortfall.pending) await this.#tellShortfall();
    }
  }

  async #append(lines: LineColumns): Promise<boolean> {
    const batch = { ...this.#ref, firstNumber: this.#nextNumber, lines };
    const append = async () => {
      try {
        await this.#sink.append(batch);
      } catch (error) {
        // A slow sink holds the producer back, a broken one must not.
        this.#release();
        throw error;
      }
    };
    if (!(await this.#persistence.carry(append))) return false;
    this.#nextNumber += lines.count;
    return true;
  }

  async #tellShortfall(): Promise<void> {
    const told = new LineCollector();
    told.write('system', encoder.encode(`${this.#shortfall.pendingWords() ?? ''}\n`), Date.now());
    if (await this.#append(told.take())) this.#shortfall.told();
  }

  #drop(lines: LineColumns): void {
    this.#shortfall.add(this.#nextNumber, lines, this.#persistence.failure?.message ?? 'The recording had ended.');
  }

  #release(): void {
    this.#room.resolve(undefined);
    this.#room = Promise.withResolvers();
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
