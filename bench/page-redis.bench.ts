import type { Pointer } from '../src/model/pointer.ts';
import { openRedis } from '../src/sources/redis/connection.ts';
import { openRedisSink, openRedisSource } from '../src/sources/redis/open.ts';
import { RedisServer } from '../test/harness/redisServer.ts';
import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';
import { replyOf, textsIn, writeLineEntries } from './redis/lineEntries.ts';
import { RawSocket } from './redis/rawSocket.ts';
import { begin, digest, record } from './redis/recorded.ts';

const lineCount = 300_000;
const ref = { execution: 'bench', step: 'build', host: 'alpha' };
const key = 'lines';

/**
 * A whole log of 300,000 lines, read page after page by a source that knows nothing of it yet, against a bare socket
 * that takes in Redis' replies for a stream with an entry for each line and does not look at them.
 */
export const bench: Bench = {
  id: 'page-redis',
  async open(): Promise<OpenBench> {
    const server = await RedisServer.start();
    const redis = await openRedis(server.url);
    const sink = await openRedisSink(server.url);
    await begin(sink, ref.execution, ref.step, [ref.host]);
    await record(sink, ref, lineCount, 100);
    await writeLineEntries(redis, key, lineCount);
    return {
      ratios: [pages(server, 100, 0.85), pages(server, 1_000, 0.7)],
      async [Symbol.asyncDispose]() {
        await sink[Symbol.asyncDispose]();
        await redis[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

function pages(server: RedisServer, size: number, target: number): Ratio {
  const sizes = Array.from({ length: lineCount / size }, (_, page) =>
    Buffer.byteLength(replyOf(Array.from({ length: size }, (__, i) => page * size + i + 1))),
  );
  return {
    id: `page-redis-${size}`,
    unit: 'lines/s',
    target,
    direction: 'atLeast',
    async ours(): Promise<Sample> {
      const { source } = await openRedisSource(server.url);
      await source.listExecutions({});
      const hash = digest();
      let seconds = 0;
      for (let next: Pointer | undefined, read = 0; read < lineCount;) {
        const position = next === undefined ? ({ at: 'start' } as const) : ({ at: 'after', pointer: next } as const);
        const start = performance.now();
        const page = await source.readLog({ ...ref, position, limit: { lines: size } });
        seconds += (performance.now() - start) / 1_000;
        hash.update(page.lines.text);
        read += page.lines.count;
        next = page.newer;
      }
      await source[Symbol.asyncDispose]();
      return { value: lineCount / seconds, output: hash.digest('hex') };
    },
    async theirs(): Promise<Sample> {
      await using socket = await RawSocket.open(server.port);
      const hash = digest();
      let seconds = 0;
      for (const [page, bytes] of sizes.entries()) {
        const start = performance.now();
        const parts = await socket.drain(['XRANGE', key, page * size + 1, '+', 'COUNT', size], bytes);
        seconds += (performance.now() - start) / 1_000;
        hash.update(textsIn(parts));
      }
      return { value: lineCount / seconds, output: hash.digest('hex') };
    },
  };
}
