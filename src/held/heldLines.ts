import type { LineColumns, LineOrigin } from '../model/line.ts';
import type { Gap } from '../model/page.ts';
import { HeldLog, type HeldChunk } from './heldLog.ts';
import { pointerPrefix } from './pointers.ts';

/** What one chunk costs besides its text, roughly. */
const chunkBytes = 1_000;
const lineBytes = 24;

interface HeldHost {
  readonly origin: LineOrigin;
  readonly log: HeldLog;
}

/** The lines of one execution as far as they have been read, never changed, only added to. */
export class HeldLines {
  readonly scheme: string;
  readonly whole = new HeldLog();
  readonly #execution: string;
  readonly #mostBytes: number;
  readonly #steps = new Map<string, HeldLog>();
  readonly #hosts = new Map<string, HeldHost>();
  readonly #hostsOfSteps = new Map<string, string[]>();
  #bytes = 0;
  #dropped = 0;

  /** `scheme` is what the lines' pointers begin with. */
  constructor(scheme: string, execution: string, mostBytes: number) {
    this.scheme = scheme;
    this.#execution = execution;
    this.#mostBytes = mostBytes;
  }

  hostsOf(step: string): readonly string[] {
    return this.#hostsOfSteps.get(step) ?? [];
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
    const chunk = this.#add(step, host, { count: lines.count, lines });
    this.#bytes += sizeOf(chunk);
    while (this.#bytes > this.#mostBytes && this.#dropped < this.whole.chunks.length - 1) this.#dropOldest();
  }

  /** Lines that should stand here cannot be had; `count` when it is known how many. */
  lose(step: string, host: string, reason: Gap['reason'], count?: number): void {
    const uncounted = count === undefined && ({ uncounted: true } as const);
    this.#add(step, host, { count: count ?? 1, lines: undefined, lost: reason, ...uncounted });
  }

  #add(step: string, host: string, what: Omit<HeldChunk, 'origin' | 'firstNumber'>): HeldChunk {
    const held = this.#host(step, host);
    const ofStep = this.#steps.get(step) ?? new HeldLog();
    this.#steps.set(step, ofStep);
    const chunk: HeldChunk = { ...what, origin: held.origin, firstNumber: held.log.rows + 1 };
    for (const log of [this.whole, ofStep, held.log]) log.add(chunk);
    return chunk;
  }

  #host(step: string, host: string): HeldHost {
    const key = keyOf(step, host);
    const known = this.#hosts.get(key);
    if (known) return known;
    const prefix = pointerPrefix(this.scheme, this.#execution, step, host);
    const held = { origin: { step, host, pointerPrefix: prefix }, log: new HeldLog() };
    this.#hosts.set(key, held);
    const others = this.#hostsOfSteps.get(step);
    if (others) others.push(host);
    else this.#hostsOfSteps.set(step, [host]);
    return held;
  }

  #dropOldest(): void {
    const chunk = this.whole.chunks[this.#dropped++];
    if (!chunk) return;
    this.#bytes -= sizeOf(chunk);
    chunk.lines = undefined;
  }
}

/** What was lost takes nothing. */
function sizeOf({ lines, count }: HeldChunk): number {
  return lines ? chunkBytes + count * lineBytes + lines.text.length : 0;
}

function keyOf(step: string, host: string): string {
  return JSON.stringify([step, host]);
}
