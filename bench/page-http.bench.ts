import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openRedis } from '../src/sources/redis/connection.ts';
import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';
import { median } from './bench.ts';
import { KeptAlive } from './http/keptAlive.ts';
import { serveRedis, type ServedRedis } from './http/servedRedis.ts';
import { replyOf, textsIn, writeLineEntries } from './redis/lineEntries.ts';
import { RawSocket } from './redis/rawSocket.ts';
import { begin, digest, numbers, record } from './redis/recorded.ts';

const lineCount = 100_000;
const pageLines = 1_000;
const pagesPerRound = 100;
const ref = { execution: 'bench', step: 'build', host: 'alpha' };
const key = 'lines';

/**
 * A page of 1,000 lines from a random one on, asked of the service over Redis on a connection that is kept, against a
 * bare socket that takes in Redis' reply for as many entries of a line each and does not look at it (`page-http`); and
 * against a bare server that answers the same bytes without reading them from anywhere (`page-http-bare`, for what
 * HTTP itself costs). The median of a round.
 */
export const bench: Bench = {
  id: 'page-http',
  async open(): Promise<OpenBench> {
    const served = await serveRedis();
    const redis = await openRedis(served.redis.url);
    await begin(served.sink, ref.execution, ref.step, [ref.host]);
    await record(served.sink, ref, lineCount, 100);
    await writeLineEntries(redis, key, lineCount);
    return {
      ratios: [overDrain(served), overBareHttp(served)],
      async [Symbol.asyncDispose]() {
        await redis[Symbol.asyncDispose]();
        await served[Symbol.asyncDispose]();
      },
    };
  },
};

function overDrain(served: ServedRedis): Ratio {
  return {
    id: 'page-http',
    unit: 'ms',
    target: 2.5,
    direction: 'atMost',
    ours: (round) => pages(served.url, round),
    async theirs(round): Promise<Sample> {
      await using socket = await RawSocket.open(served.redis.port);
      const hash = digest();
      const times: number[] = [];
      for (const from of firstLines(round)) {
        const size = Buffer.byteLength(replyOf(Array.from({ length: pageLines }, (_, i) => from + i)));
        const start = performance.now();
        const parts = await socket.drain(['XRANGE', key, from, '+', 'COUNT', pageLines], size);
        times.push(performance.now() - start);
        hash.update(textsIn(parts));
      }
      return { value: median(times), output: hash.digest('hex') };
    },
  };
}

function overBareHttp(served: ServedRedis): Ratio {
  return {
    id: 'page-http-bare',
    unit: 'ms',
    target: 5,
    direction: 'atMost',
    ours: (round) => pages(served.url, round),
    async theirs(round): Promise<Sample> {
      using client = new KeptAlive(served.url);
      const bodies = new Map<string, Buffer>();
      for (const from of firstLines(round)) bodies.set(pathOf(from), Buffer.concat(await client.drain(pathOf(from))));
      const server = createServer((request, response) => response.end(bodies.get(request.url ?? '')));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const sample = await pages(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, round);
      server.close();
      return sample;
    },
  };
}

async function pages(url: string, round: number): Promise<Sample> {
  using client = new KeptAlive(url);
  const hash = digest();
  const times: number[] = [];
  for (const from of firstLines(round)) {
    const start = performance.now();
    const parts = await client.drain(pathOf(from));
    times.push(performance.now() - start);
    const page = JSON.parse(Buffer.concat(parts).toString()) as { lines: { text: string } };
    hash.update(page.lines.text.replaceAll('\n', ''));
  }
  return { value: median(times), output: hash.digest('hex') };
}

function pathOf(from: number): string {
  const { execution, step, host } = ref;
  const log = `/api/executor/execution-records/${execution}/steps/${step}/hosts/${host}/logs/`;
  return `${log}?format=lines&at=line&line=${from}&limit=${pageLines}`;
}

/** First lines of pages; the same for both sides of a round. */
function firstLines(round: number): number[] {
  const random = numbers(round, 1, lineCount - pageLines);
  return Array.from({ length: pagesPerRound }, () => random.next().value);
}
