import { lineText as textOf } from '../src/base/lineBatch.ts';
import { openExecutorSource } from '../src/dialects/executor/client.ts';
import { openRedis } from '../src/sources/redis/connection.ts';
import type { Bench, OpenBench, Sample } from './bench.ts';
import { followNaively, serveNaively } from './http/naiveChain.ts';
import { serveRedis } from './http/servedRedis.ts';
import { writeLineEntries } from './redis/lineEntries.ts';
import { begin, digest, record } from './redis/recorded.ts';

const lineCount = 300_000;
const ref = { execution: 'bench', step: 'build', host: 'alpha' };
const key = 'lines';

/**
 * A tail of 300,000 lines that are there, from Redis through the service and its stream to columns at the client, against
 * the chain that comes to mind first: an entry for each line, an event for each entry. Both give every line in order.
 */
export const bench: Bench = {
  id: 'catch-up',
  async open(): Promise<OpenBench> {
    const served = await serveRedis();
    const redis = await openRedis(served.redis.url);
    await begin(served.sink, ref.execution, ref.step, [ref.host]);
    await record(served.sink, ref, lineCount, 100);
    await served.sink.finishExecution({ execution: ref.execution, status: 'succeeded', at: Date.now() });
    await writeLineEntries(redis, key, lineCount);
    const naive = await serveNaively(served.redis.url, key);
    return {
      ratios: [
        {
          id: 'catch-up',
          unit: 'lines/s',
          target: 3,
          direction: 'atLeast',
          ours: () => tailed(served.url),
          theirs: () => followed(naive.url),
        },
      ],
      async [Symbol.asyncDispose]() {
        await naive[Symbol.asyncDispose]();
        await redis[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  },
};

async function tailed(url: string): Promise<Sample> {
  await using source = await openExecutorSource(url);
  const batches = [];
  const start = performance.now();
  for await (const { lines } of source.tailLog({ ...ref, position: { at: 'start' } })) batches.push(lines);
  const seconds = (performance.now() - start) / 1_000;
  const texts = batches.flatMap((lines) => Array.from({ length: lines.count }, (_, i) => textOf(lines, i)));
  return sample(seconds, texts);
}

async function followed(url: string): Promise<Sample> {
  const start = performance.now();
  const texts = await followNaively(url);
  return sample((performance.now() - start) / 1_000, texts);
}

function sample(seconds: number, texts: readonly string[]): Sample {
  return { value: texts.length / seconds, output: digest().update(texts.join('\n')).digest('hex') };
}
