import type { LineColumns, LineOrigin } from '../../../model/line.ts';
import { pointerPrefix } from './pointers.ts';

export interface HeldChunk {
  readonly origin: LineOrigin;
  readonly firstNumber: number;
  readonly count: number;
  lines: LineColumns | undefined;
}

/** A scope's chunks in the order they became known, each with the row it begins at. */
export class HeldLog {
  readonly chunks: HeldChunk[] = [];
  readonly firstRows: number[] = [];
  rows = 0;

  add(chunk: HeldChunk): void {
    this.chunks.push(chunk);
    this.firstRows.push(this.rows + 1);
    this.rows += chunk.count;
  }

  /** Index of the chunk that holds `row`. */
  indexAt(row: number): number {
    let low = 0;
    let high = this.chunks.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.firstRows[middle] ?? 0) <= row) low = middle;
      else high = middle;
    }
    return low;
  }
}

/** What one chunk costs besides its text, roughly. */
const chunkBytes = 1_000;
const lineBytes = 24;

/** The lines of one execution as far as they have been read, never changed, only added to. */
export class HeldLines {
  readonly whole = new HeldLog();
  readonly #execution: string;
  readonly #mostBytes: number;
  readonly #steps = new Map<string, HeldLog>();
  readonly #hosts = new Map<string, { readonly origin: LineOrigin; readonly log: HeldLog }>();
  #bytes = 0;
  #dropped = 0;

  constructor(execution: string, mostBytes: number) {
    this.#execution = execution;
    this.#mostBytes = mostBytes;
  }

  hostsOf(step: string): string[] {
    return [...this.#hosts.values()].filter(({ origin }) => origin.step === step).map(({ origin }) => origin.host);
  }

  /** Empty for a scope of which nothing is known. */
  logOf(step: string | undefined, host: string | undefined): HeldLog {
    if (step === undefined) return this.whole;
    const log = host === undefined ? this.#steps.get(step) : this.#hosts.get(keyOf(step, host))?.log;
    return log ?? new HeldLog();
  }

  /** Beyond its size the oldest lines are let go: they read as a gap, and can be read again from the system. */
  add(step: string, host: string, lines: LineColumns): void {
    if (lines.count === 0) return;
    const key = keyOf(step, host);
    const held = this.#hosts.get(key) ?? {
      origin: { step, host, pointerPrefix: pointerPrefix(this.#execution, step, host) },
      log: new HeldLog(),
    };
    this.#hosts.set(key, held);
    const ofStep = this.#steps.get(step) ?? new HeldLog();
    this.#steps.set(step, ofStep);
    const chunk: HeldChunk = { origin: held.origin, firstNumber: held.log.rows + 1, count: lines.count, lines };
    for (const log of [this.whole, ofStep, held.log]) log.add(chunk);
    this.#bytes += sizeOf(chunk);
    while (this.#bytes > this.#mostBytes && this.#dropped < this.whole.chunks.length - 1) this.#dropOldest();
  }

  #dropOldest(): void {
    const chunk = this.whole.chunks[this.#dropped++];
    if (!chunk) return;
    this.#bytes -= sizeOf(chunk);
    chunk.lines = undefined;
  }
}

function sizeOf({ lines, count }: HeldChunk): number {
  return chunkBytes + count * lineBytes + (lines?.text.length ?? 0);
}

function keyOf(step: string, host: string): string {
  return JSON.stringify([step, host]);
}
