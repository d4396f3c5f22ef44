import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LineColumnsBuilder, linePointer } from '../src/base/lineBatch.ts';
import { LogError } from '../src/model/errors.ts';
import type { LineColumns } from '../src/model/line.ts';
import type { Append, HostRef, LogSink } from '../src/model/sink.ts';
import type { LogScope } from '../src/model/query.ts';
import { openSink, openSource, type Opened } from '../src/sources/open.ts';
import { RedisServer } from '../test/harness/redisServer.ts';
import { median, type Bench, type OpenBench, type Ratio, type Sample } from './bench.ts';

const small = 10_000;
const large = 10_000_000;
const manyHosts = 1_000;
const linesPerHost = 10_000;
const step = 'build';

/**
 * How the cost of one host's page and of one host's tail grows: with the lines of the log, ten thousand against ten
 * million, and with the hosts beside it, one against a thousand; and a page of all hosts merged. Pages are of 1,000 lines
 * before a random line; a tail's figure is the time from an append to the page that brings the line.
 */
export const bench: Bench = {
  id: 'growth',
  async open(): Promise<OpenBench> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-bench-'));
    const redis = await RedisServer.start();
    const stores = [
      await openStore('local', `sqlite:${join(folder, 'store.sqlite')}`),
      await openStore('redis', redis.url),
    ];
    return {
      ratios: stores.flatMap(ratiosOf),
      async [Symbol.asyncDispose]() {
        for (const store of stores) await store[Symbol.asyncDispose]();
        await redis[Symbol.asyncDispose]();
        await rm(folder, { recursive: true });
      },
    };
  },
};

interface Store extends AsyncDisposable {
  readonly id: string;
  readonly opened: Opened;
  readonly sink: LogSink;
}

async function openStore(id: string, url: string): Promise<Store> {
  const opened = await openSource(url);
  const sink = await openSink(url);
  await fill(sink, 'short', ['one'], small);
  await fill(sink, 'long', ['one'], large);
  await fill(sink, 'alone', ['host-0'], linesPerHost);
  await fill(
    sink,
    'crowd',
    Array.from({ length: manyHosts }, (_, i) => `host-${i}`),
    linesPerHost,
  );
  return {
    id,
    opened,
    sink,
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

function ratiosOf(store: Store): Ratio[] {
  const { id } = store;
  const ratio = (name: string, measure: (store: Store, ref: LogScope) => Promise<number>, pair: Pair): Ratio => ({
    id: `growth-${id}-${name}`,
    unit: 'ms',
    target: pair.target,
    direction: 'atMost',
    ours: async (): Promise<Sample> => ({ value: await measure(store, pair.large) }),
    theirs: async (): Promise<Sample> => ({ value: await measure(store, pair.small) }),
  });
  const lines = { small: one('short', 'one'), large: one('long', 'one'), target: 1.5 };
  const hosts = { small: one('alone', 'host-0'), large: one('crowd', 'host-500'), target: 1.5 };
  const merged = {
    small: { execution: 'alone', step },
    large: { execution: 'crowd', step },
    target: 1 + Math.log2(manyHosts),
  };
  return [
    ratio('page-lines', pageTime, lines),
    ratio('tail-lines', tailTime, lines),
    ratio('page-hosts', pageTime, hosts),
    ratio('tail-hosts', tailTime, hosts),
    ratio('merged-hosts', pageTime, merged),
  ];
}

interface Pair {
  readonly small: LogScope;
  readonly large: LogScope;
  readonly target: number;
}

function one(execution: string, host: string): HostRef {
  return { execution, step, host };
}

/** Appends in turns, as hosts do that run side by side. */
async function fill(sink: LogSink, execution: string, hosts: readonly string[], lines: number): Promise<void> {
  await sink.createExecution({ execution, name: execution, startedAt: 0 });
  const announced = hosts.map((id) => ({ id, name: id }));
  await sink.startStep({ execution, step, name: step, order: 1, status: 'running', hosts: announced, at: 0 });
  const size = Math.min(lines, hosts.length > 1 ? 1_000 : 10_000);
  for (let from = 1; from <= lines; from += size) {
    const columns = columnsFrom(from, Math.min(size, lines - from + 1));
    await Promise.all(hosts.map((host) => sink.append({ execution, step, host, firstNumber: from, lines: columns })));
  }
}

function columnsFrom(from: number, count: number): LineColumns {
  const builder = new LineColumnsBuilder();
  for (let i = from; i < from + count; i++) builder.add({ text: `line ${i} of a log that grows`, time: i });
  return builder.build();
}

async function pageTime({ opened: { source } }: Store, scope: LogScope): Promise<number> {
  const { total = 0 } = await source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 1 } });
  const times: number[] = [];
  let seed = 1;
  for (let i = 0; i < 200; i++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    const line = 1_001 + (seed % (total - 1_001));
    const at = await source.readLog({ ...scope, position: { at: 'line', line }, limit: { lines: 1 } });
    const position = { at: 'before', pointer: linePointer(at.lines, 0) } as const;
    const begun = performance.now();
    const page = await source.readLog({ ...scope, position });
    times.push(performance.now() - begun);
    if (page.lines.count !== 1_000) throw new Error(`a page of ${page.lines.count} lines`);
  }
  return median(times);
}

async function tailTime({ opened: { source }, sink }: Store, scope: LogScope): Promise<number> {
  const { execution, host = '' } = scope;
  const end = await source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 1 } });
  const left = new AbortController();
  const query = { ...scope, position: { at: 'after', pointer: end.newer } } as const;
  const tail = source.tailLog(query, { signal: left.signal })[Symbol.asyncIterator]();
  let number = (end.total ?? 0) + 1;
  const times: number[] = [];
  let next = tail.next();
  for (let i = 0; i < 100; i++, number++) {
    const batch: Append = { execution, step, host, firstNumber: number, lines: columnsFrom(number, 1) };
    const begun = performance.now();
    await sink.append(batch);
    for (let told = false; !told; next = tail.next()) {
      const result = await next;
      if (result.done) throw new Error('the tail ended');
      told = result.value.lines.count > 0;
    }
    times.push(performance.now() - begun);
  }
  left.abort(new LogError('closed', 'Measured.'));
  await next.catch(() => undefined);
  return median(times);
}
