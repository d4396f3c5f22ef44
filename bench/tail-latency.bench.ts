import { setTimeout as pause } from 'node:timers/promises';
import { lineText as textOf } from '../src/base/lineBatch.ts';
import { openExecutorSource } from '../src/dialects/executor/client.ts';
import type { LogPage } from '../src/model/page.ts';
import type { LogSink } from '../src/model/sink.ts';
import type { LogSource } from '../src/model/source.ts';
import { openRedis } from '../src/sources/redis/connection.ts';
import { openRedisSource } from '../src/sources/redis/open.ts';
import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';
import { serveRedis, type ServedRedis } from './http/servedRedis.ts';
import { begin, digest, linesOf, lineText, percentile } from './redis/recorded.ts';

const appends = 500;
const apart = 2;
const ref = { step: 'build', host: 'alpha' };

/**
 * From append to the line at the reader, 500 appends 2 ms apart, against a bare client that waits in a blocking read of
 * Redis' for an entry that another one adds: for a reader of Redis itself (`tail-latency-redis`), and for one behind
 * the service (`tail-latency`). The median of a round.
 */
export const bench: Bench = {
  id: 'tail-latency',
  async open(): Promise<OpenBench> {
    const served = await serveRedis();
    const far = await openExecutorSource(served.url);
    const { source: near } = await openRedisSource(served.redis.url);
    return {
      ratios: [latency('tail-latency', served, far), latency('tail-latency-redis', served, near)],
      async [Symbol.asyncDispose]() {
        await far[Symbol.asyncDispose]();
        await near[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  },
};

function latency(id: string, { redis, sink }: ServedRedis, source: LogSource): Ratio {
  return {
    id,
    unit: 'ms',
    target: 2.5,
    direction: 'atMost',
    ours: (round) => tailed(sink, source, `${id}-${round}`),
    theirs: (round) => blockingReads(redis.url, `${id}-${round}-bare`),
  };
}

async function tailed(sink: LogSink, source: LogSource, execution: string): Promise<Sample> {
  const scope = { execution, ...ref };
  await begin(sink, execution, ref.step, [ref.host]);
  const tail = source.tailLog({ ...scope, position: { at: 'start' } })[Symbol.asyncIterator]();
  const lines: string[] = [];
  const times: number[] = [];
  for (let number = 1; number <= appends; number++) {
    await pause(apart);
    const start = performance.now();
    const appended = sink.append({ ...scope, firstNumber: number, lines: linesOf(number, number + 1) });
    while (lines.length < number) {
      const next = await tail.next();
      if (next.done) throw new Error('the tail has ended');
      lines.push(...textsIn(next.value));
    }
    times.push(performance.now() - start);
    await appended;
  }
  await tail.return?.();
  return { value: percentile(times, 0.5), output: digest().update(lines.join('\n')).digest('hex') };
}

function textsIn({ lines }: LogPage): string[] {
  return Array.from({ length: lines.count }, (_, i) => textOf(lines, i));
}

async function blockingReads(url: string, key: string): Promise<Sample> {
  const reader = await openRedis(url);
  const writer = await openRedis(url);
  const lines: string[] = [];
  const times: number[] = [];
  for (let number = 1, last = '0'; number <= appends; number++) {
    const waiting = reader.call(['XREAD', 'BLOCK', 0, 'STREAMS', key, last]);
    // It waits before anything is added.
    await writer.call(['PING']);
    await pause(apart);
    const start = performance.now();
    const added = writer.call(['XADD', key, `${number}-0`, 'l', lineText(number)]);
    const reply = (await waiting) as [[Buffer, [Buffer, Buffer[]][]]];
    times.push(performance.now() - start);
    for (const [id, [, text]] of reply[0][1]) {
      last = String(id);
      lines.push(String(text));
    }
    await added;
  }
  await reader[Symbol.asyncDispose]();
  await writer[Symbol.asyncDispose]();
  return { value: percentile(times, 0.5), output: digest().update(lines.join('\n')).digest('hex') };
}
