import { pollingWatch } from '../../src/base/pollingWatch.ts';
import type { Told, Transcript } from '../../src/held/transcript.ts';
import { TranscriptSource } from '../../src/held/transcriptSource.ts';
import type { Follower, TranscriptSystem } from '../../src/held/transcriptSystem.ts';
import type { HostResult } from '../../src/model/execution.ts';
import type { ExecutionList } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { ExecutionQuery, WatchQuery } from '../../src/model/query.ts';
import type { Change } from '../../src/model/source.ts';
import { LogError } from '../../src/model/errors.ts';
import type { LogSink } from '../../src/model/sink.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { delay } from '../../src/base/abort.ts';
import { sliceColumns } from '../../src/base/lineBatch.ts';
import { describeLogSource } from './describeLogSource.ts';

/** Tells what a store holds, as a system does that has no pointers: what is held of it must keep every law all the same. */
class Retold implements TranscriptSystem {
  readonly can = { hosts: true, watch: 'poll' } as const;
  readonly transcripts = { scheme: 'retold' };
  readonly #store: MemoryStore;
  readonly #read = new WeakMap<Transcript, Pointer>();
  #broken = new AbortController();

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  list(query: ExecutionQuery, signal: AbortSignal): Promise<ExecutionList> {
    return this.#store.listExecutions(query, { signal });
  }

  async refresh(transcript: Transcript, signal: AbortSignal): Promise<void> {
    const told = await this.#told(transcript.execution, signal);
    for (let count = 1; count > 0;) count = await this.#readOn(transcript, signal);
    transcript.tell(told);
  }

  async follow(transcript: Transcript, { signal, tell }: Follower): Promise<void> {
    const until = AbortSignal.any([signal, this.#broken.signal]);
    const changes = this.#store.watch(transcript, { signal: until })[Symbol.asyncIterator]();
    for (;;) {
      const next = changes.next();
      next.catch(() => undefined);
      await this.refresh(transcript, until);
      tell({ kind: 'live' });
      if (transcript.isFinished) break;
      await next;
    }
    await changes.return?.();
  }

  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change> {
    return pollingWatch(this.#store, query, (until) => delay(20, until), signal);
  }

  cut(): void {
    this.#broken.abort(new LogError('unavailable', 'The wire was cut.'));
    this.#broken = new AbortController();
  }

  async #readOn(transcript: Transcript, signal: AbortSignal): Promise<number> {
    const after = this.#read.get(transcript);
    const position = after === undefined ? ({ at: 'start' } as const) : ({ at: 'after', pointer: after } as const);
    const { execution } = transcript;
    const { lines, newer } = await this.#store.readLog({ execution, position }, { signal });
    for (let from = 0; from < lines.count;) {
      let to = from + 1;
      while (to < lines.count && lines.originOf[to] === lines.originOf[from]) to++;
      const origin = lines.origins[lines.originOf[from] ?? 0];
      if (origin) transcript.add(origin.step, origin.host, sliceColumns(lines, from, to));
      from = to;
    }
    this.#read.set(transcript, newer);
    return lines.count;
  }

  async #told(execution: string, signal: AbortSignal): Promise<Told> {
    const told = await this.#store.getExecution({ execution }, { signal });
    const hosts = new Map<string, readonly HostResult[]>();
    for (const { id } of told.steps) {
      const result = await this.#store.getStepResult({ execution, step: id, limit: 100_000 }, { signal });
      hosts.set(id, result.hosts);
    }
    return { execution: told, hosts };
  }
}

await describeLogSource('held', async () => {
  const store = new MemoryStore();
  const system = new Retold(store);
  const source = new TranscriptSource(system);
  // What a store loses, and the pointers of what it copies, are not told again.
  const sink: LogSink = new Proxy(store, {
    get(target, key): unknown {
      const value: unknown = key === 'lose' ? undefined : Reflect.get(target, key);
      return typeof value === 'function' ? Function.prototype.bind.call(value, target) : value;
    },
  });
  return {
    source,
    sink,
    waitingTails: () => source.waiting,
    cut: () => system.cut(),
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await store[Symbol.asyncDispose]();
    },
  };
});
