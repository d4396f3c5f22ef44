import { pointer } from '../src/model/pointer.ts';
import { openRedis, type Reply } from '../src/sources/redis/connection.ts';
import { openRedisSink, openRedisSource } from '../src/sources/redis/open.ts';
import { RedisServer } from '../test/harness/redisServer.ts';
import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';
import { writeLineEntries } from './redis/lineEntries.ts';
import { begin, digest, linesOf, numbers, percentile } from './redis/recorded.ts';

const hostCount = 200;
const linesPerHost = 1_500;
const batch = 20;
const pageLines = 100;
const pointersPerRound = 200;
const key = 'lines';

/**
 * 100 lines before a random line of one host in 200 that wrote in turns, against the same from a stream that holds
 * nothing but that host's lines, an entry for each: 200 such pages, by their median and by the slowest in a hundred.
 */
export const bench: Bench = {
  id: 'rare-host',
  async open(): Promise<OpenBench> {
    const server = await RedisServer.start();
    const redis = await openRedis(server.url);
    await recordInTurns(server.url);
    await writeLineEntries(redis, key, linesPerHost);
    const theirs = async (round: number, share: number): Promise<Sample> => {
      const times: number[] = [];
      const hash = digest();
      for (const number of linesOfRound(round)) {
        const start = performance.now();
        const reply = await redis.call(['XREVRANGE', key, number - 1, '-', 'COUNT', pageLines]);
        times.push(performance.now() - start);
        for (const text of textsOf(reply).toReversed()) hash.update(text);
      }
      return { value: percentile(times, share), output: hash.digest('hex') };
    };
    const ratio = (id: string, share: number, target: number): Ratio => ({
      id,
      unit: 'ms',
      target,
      direction: 'atMost',
      ours: (round) => readPages(server.url, round, share),
      theirs: (round) => theirs(round, share),
    });
    return {
      ratios: [ratio('rare-host-p50', 0.5, 2), ratio('rare-host-p99', 0.99, 5)],
      async [Symbol.asyncDispose]() {
        await redis[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

async function recordInTurns(url: string): Promise<void> {
  const sink = await openRedisSink(url);
  const hosts = Array.from({ length: hostCount }, (_, i) => `host-${i}`);
  await begin(sink, 'bench', 'build', hosts);
  for (let from = 1; from <= linesPerHost; from += batch) {
    const lines = linesOf(from, from + batch);
    await Promise.all(
      hosts.map((host) => sink.append({ execution: 'bench', step: 'build', host, firstNumber: from, lines })),
    );
  }
  await sink[Symbol.asyncDispose]();
}

/** Each page of another host, so that none is at hand already, by a source that has just been opened. */
async function readPages(url: string, round: number, share: number): Promise<Sample> {
  const { source } = await openRedisSource(url);
  await source.listExecutions({});
  const times: number[] = [];
  const hash = digest();
  for (const [i, number] of linesOfRound(round).entries()) {
    const ref = { execution: 'bench', step: 'build', host: `host-${i % hostCount}` };
    const position = { at: 'before', pointer: pointer(`redis:bench/${(i % hostCount) + 1}@${number}`) } as const;
    const start = performance.now();
    const page = await source.readLog({ ...ref, position, limit: { lines: pageLines } });
    times.push(performance.now() - start);
    hash.update(page.lines.text);
  }
  await source[Symbol.asyncDispose]();
  return { value: percentile(times, share), output: hash.digest('hex') };
}

function linesOfRound(round: number): number[] {
  const random = numbers(round, pageLines + 1, linesPerHost);
  return Array.from({ length: pointersPerRound }, () => random.next().value);
}

function textsOf(reply: Reply): Uint8Array[] {
  const entries = reply as readonly (readonly [Uint8Array, readonly [Uint8Array, Uint8Array]])[];
  return entries.map(([, [, text]]) => text);
}
