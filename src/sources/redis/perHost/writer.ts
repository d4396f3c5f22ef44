import { randomUUID } from 'node:crypto';
import type { Argument, Command } from '../connection.ts';
import type { Scripts } from '../scripts.ts';
import type { Keys } from './keys.ts';
import { beat, farewell } from './lua.ts';

/** How often a writer says that it is there, and how long that is believed. In milliseconds. */
export interface Heartbeat {
  readonly every: number;
  readonly life: number;
  /** Who closes says no farewell: it may come back as somebody else, and has its life for that. */
  readonly comesBack?: boolean;
}

/** A writer that has been silent for so long wrote its executions' end if it ever will. */
const forgottenAfter = 7 * 86_400_000;

/** Says that this process is there as long as it has executions open. */
export class Writer {
  readonly #scripts: Scripts;
  readonly #keys: Keys;
  readonly #heartbeat: Heartbeat;
  readonly #name = randomUUID();
  readonly #open = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(scripts: Scripts, keys: Keys, heartbeat: Heartbeat = { every: 3_000, life: 12_000 }) {
    this.#scripts = scripts;
    this.#keys = keys;
    this.#heartbeat = heartbeat;
  }

  /** Who writes, for how long that holds, and the time: what a script wants to know. */
  sign(): readonly Argument[] {
    return [this.#name, this.#heartbeat.life, Date.now()];
  }

  /** Lists an execution with those that run. */
  register(execution: string): readonly Command[] {
    const now = Date.now();
    return [
      ['ZADD', this.#keys.running, now, execution],
      ['ZREMRANGEBYSCORE', this.#keys.running, '-inf', now - forgottenAfter],
    ];
  }

  /** Takes an execution on; one that this writer did not create it answers for from now on. */
  begin(execution: string): void {
    if (this.#closed || this.#open.has(execution)) return;
    this.#open.add(execution);
    void this.#beat(execution);
    this.#timer ??= setInterval(() => this.#beatAll(), this.#heartbeat.every).unref();
  }

  end(execution: string): void {
    this.#open.delete(execution);
  }

  /** What is still open has lost its writer, unless that one may come back. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    if (this.#heartbeat.comesBack) return;
    // A farewell that does not arrive is not missed: readers notice the silence.
    const leaving = [...this.#open].map((execution) =>
      this.#scripts.run(farewell, [this.#keys.of(execution).writer], [this.#name]).catch(() => undefined),
    );
    await Promise.all(leaving);
  }

  #beatAll(): void {
    for (const execution of this.#open) void this.#beat(execution);
  }

  async #beat(execution: string): Promise<void> {
    const { state, writer } = this.#keys.of(execution);
    try {
      const then = [['ZADD', this.#keys.running, 'XX', Date.now(), execution]] as const;
      const open = await this.#scripts.run(beat, [state, writer], this.sign(), then);
      if (open === 0) this.#open.delete(execution);
    } catch {
      // A Redis that is down is told to whoever appends; the next beat may find it again.
    }
  }
}
