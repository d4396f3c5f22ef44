import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { Pointer } from '../../../src/model/pointer.ts';
import type { LogScope } from '../../../src/model/query.ts';
import type { Append, HostRef, LogSink } from '../../../src/model/sink.ts';
import type { LogSource } from '../../../src/model/source.ts';
import { Ledger, Seen, textOf, type Outcome } from './ledger.ts';

const start = Date.UTC(2026, 0, 2);
/** So long a writer tries again what was not acknowledged, in milliseconds. */
const patience = 60_000;

/** One execution of two hosts that is written, and what its writer was told is kept. */
export class Run {
  readonly execution: string;
  readonly ledger = new Ledger();
  readonly #sink: () => LogSink;
  readonly #hosts: readonly HostRef[];
  readonly #next = new Map<HostRef, number>();
  readonly #lastOf = new Map<number, Append>();

  private constructor(sink: () => LogSink, execution: string) {
    this.#sink = sink;
    this.execution = execution;
    this.#hosts = ['alpha', 'beta'].map((host) => ({ execution, step: 'deploy', host }));
  }

  /** `sink` gives the sink to use now; another one after a restart. */
  static async begin(sink: () => LogSink, execution: string = randomUUID()): Promise<Run> {
    const run = new Run(sink, execution);
    await run.#say((to) => to.createExecution({ execution, name: 'run', startedAt: start }));
    const hosts = run.#hosts.map(({ host }) => ({ id: host, name: host }));
    const step = { execution, step: 'deploy', name: 'deploy', order: 1, status: 'running', hosts, at: start } as const;
    await run.#say((to) => to.startStep(step));
    return run;
  }

  get hosts(): readonly HostRef[] {
    return this.#hosts;
  }

  /** How many lines of a host are acknowledged. */
  written(host: number): number {
    const ref = this.#hosts[host];
    return ref ? (this.#next.get(ref) ?? 1) - 1 : 0;
  }

  /** Writes so many lines of one of the hosts and waits until they are acknowledged. */
  async write(host: number, count: number): Promise<void> {
    const ref = this.#hosts[host % this.#hosts.length];
    if (!ref) throw new Error('no host');
    const firstNumber = this.#next.get(ref) ?? 1;
    const lines = new LineColumnsBuilder();
    for (let i = 0; i < count; i++) lines.add({ text: textOf(ref, firstNumber + i), time: start + i });
    const batch = { ...ref, firstNumber, lines: lines.build() };
    await this.#say((to) => to.append(batch));
    this.#lastOf.set(host % this.#hosts.length, batch);
    this.#next.set(ref, firstNumber + count);
    this.ledger.acknowledge(ref, firstNumber + count - 1);
  }

  /** Writes `lines` lines in batches of up to `most`, in turns of the hosts. */
  async writeAll(lines: number, most: number): Promise<void> {
    for (let left = lines, i = 0; left > 0; i++) {
      const count = Math.min(left, 1 + ((i * 7) % most));
      await this.write(i, count);
      left -= count;
    }
  }

  /** Writes the last batch of a host again, as a writer does who did not hear that it was kept. */
  async writeAgain(host: number): Promise<void> {
    const batch = this.#lastOf.get(host % this.#hosts.length);
    if (batch) await this.#say((to) => to.append(batch));
  }

  async end(): Promise<void> {
    await this.#say((to) => to.finishExecution({ execution: this.execution, status: 'succeeded', at: start + 1 }));
  }

  /** Says it until it is acknowledged: what was said twice must count once. */
  async #say(what: (sink: LogSink) => Promise<void>): Promise<void> {
    const giveUpAt = performance.now() + patience;
    for (;;) {
      try {
        await what(this.#sink());
        return;
      } catch (error) {
        const passes = error instanceof LogError && (error.code === 'unavailable' || error.code === 'closed');
        if (!passes || performance.now() > giveUpAt) throw error;
        await pause(20);
      }
    }
  }
}

interface Limit {
  readonly lines: number;
}

/** Follows a tail to its end; `seen` grows meanwhile. */
export class Reader {
  readonly seen = new Seen();
  readonly scope: LogScope;
  /** Of every page so far. */
  readonly pointers: Pointer[] = [];
  readonly #source: LogSource;
  readonly #limit: Limit | undefined;
  #ended: Promise<void>;
  #leave = new AbortController();
  #complete = false;

  constructor(source: LogSource, scope: LogScope, limit?: Limit) {
    this.#source = source;
    this.scope = scope;
    this.#limit = limit;
    this.#ended = this.#follow(this.#leave.signal);
  }

  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Leaves, and comes back to where it was. */
  async reopen(): Promise<void> {
    if (this.#complete) return;
    this.#leave.abort(new Error('left'));
    await this.#ended.catch(() => undefined);
    this.#leave = new AbortController();
    this.#ended = this.#follow(this.#leave.signal);
  }

  #follow(signal: AbortSignal): Promise<void> {
    const ended = this.#read(signal);
    // Whoever waits for the end is told; until then nobody may be.
    ended.catch(() => undefined);
    return ended;
  }

  async #read(signal: AbortSignal): Promise<void> {
    const last = this.pointers.at(-1);
    const position = last === undefined ? ({ at: 'start' } as const) : ({ at: 'after', pointer: last } as const);
    const query = { ...this.scope, position, ...(this.#limit && { limit: this.#limit }) };
    for await (const page of this.#source.tailLog(query, { signal })) {
      this.seen.add(page);
      this.pointers.push(page.newer);
      this.#complete = page.complete;
    }
    if (!this.#complete) throw new Error('the tail ended before its log');
  }

  /** Resolves when so many lines have been seen; rejects when the tail has broken. */
  async has(lines: number): Promise<void> {
    let broken: Error | undefined;
    this.ended.catch((error: unknown) => (broken = error instanceof Error ? error : new Error(String(error))));
    while (this.seen.lines < lines) {
      if (broken) throw broken;
      await pause(2);
    }
  }
}

export async function outcomeOf(run: Run, ...readers: readonly Reader[]): Promise<Outcome> {
  const all: Outcome[] = [];
  for (const reader of readers) {
    await reader.ended;
    all.push(run.ledger.compare(reader.seen, reader.scope.host));
  }
  const worst = all.toSorted((a, b) => b.missing + b.duplicated - (a.missing + a.duplicated))[0];
  if (!worst) throw new Error('nobody has read');
  return worst;
}
