import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { LogPage } from '../../../src/model/page.ts';
import type { LogScope } from '../../../src/model/query.ts';
import type { HostRef, LogSink } from '../../../src/model/sink.ts';
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

  /** Writes so many lines of one of the hosts and waits until they are acknowledged. */
  async write(host: number, count: number): Promise<void> {
    const ref = this.#hosts[host % this.#hosts.length];
    if (!ref) throw new Error('no host');
    const firstNumber = this.#next.get(ref) ?? 1;
    const lines = new LineColumnsBuilder();
    for (let i = 0; i < count; i++) lines.add({ text: textOf(ref, firstNumber + i), time: start + i });
    const batch = { ...ref, firstNumber, lines: lines.build() };
    await this.#say((to) => to.append(batch));
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

/** Follows a tail to its end; `seen` grows meanwhile. */
export class Reader {
  readonly seen = new Seen();
  readonly scope: LogScope;
  readonly ended: Promise<void>;
  #last: LogPage | undefined;

  constructor(source: LogSource, scope: LogScope, limit?: { readonly lines: number }) {
    this.scope = scope;
    const query = { ...scope, position: { at: 'start' }, ...(limit && { limit }) } as const;
    this.ended = this.#follow(source.tailLog(query));
    // Whoever waits for the end is told; until then nobody may be.
    this.ended.catch(() => undefined);
  }

  async #follow(tail: AsyncIterable<LogPage>): Promise<void> {
    for await (const page of tail) {
      this.seen.add(page);
      this.#last = page;
    }
    if (!this.#last?.complete) throw new Error('the tail ended before its log');
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
