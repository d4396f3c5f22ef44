import { randomUUID } from 'node:crypto';
import { openRedis, type RedisConnection } from '../src/sources/redis/connection.ts';
import { openRedisSink, openRedisSource } from '../src/sources/redis/open.ts';
import { RedisServer } from '../test/harness/redisServer.ts';
import { median, type Bench, type OpenBench, type Ratio, type Sample } from './bench.ts';
import { begin, lineText, linesOf } from './redis/recorded.ts';

const clients = 100;
const appends = 30;
const step = 'build';
const host = 'alpha';

/**
 * One line appended, until the last of 100 who follow the log has it: tails of one source with its two connections,
 * against a connection for each that waits in a blocking read. And how many connections those tails hold.
 */
export const bench: Bench = {
  id: 'fan-out',
  async open(): Promise<OpenBench> {
    const server = await RedisServer.start();
    const redis = await openRedis(server.url);
    const ratios: Ratio[] = [
      {
        id: 'fan-out-last',
        unit: 'ms',
        target: 1.5,
        direction: 'atMost',
        ours: () => ours(server.url),
        theirs: () => theirs(redis),
      },
      {
        id: 'fan-out-connections',
        unit: 'connections',
        target: 2,
        direction: 'atMost',
        ours: () => connectionsOfTails(server.url, redis),
      },
    ];
    return {
      ratios,
      async [Symbol.asyncDispose]() {
        await redis[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

/** Counts those who have a line, and says when it was the last of them. */
class Arrivals {
  #left = 0;
  #done = Promise.withResolvers<undefined>();

  next(): Promise<undefined> {
    this.#left = clients;
    this.#done = Promise.withResolvers();
    return this.#done.promise;
  }

  arrived(): void {
    if (--this.#left === 0) this.#done.resolve(undefined);
  }
}

async function tails(url: string, arrivals: Arrivals) {
  const execution = randomUUID();
  const sink = await openRedisSink(url);
  await begin(sink, execution, step, [host]);
  const { source } = await openRedisSource(url);
  const ref = { execution, step, host };
  const last: string[] = [];
  const following = Array.from({ length: clients }, async (_, i) => {
    for await (const { lines } of source.tailLog({ ...ref, position: { at: 'start' } }))
      if (lines.count > 0) {
        last[i] = new TextDecoder().decode(lines.text);
        arrivals.arrived();
      }
  });
  return { sink, source, ref, last, following };
}

async function ours(url: string): Promise<Sample> {
  const arrivals = new Arrivals();
  const { sink, source, ref, last, following } = await tails(url, arrivals);
  const times: number[] = [];
  for (let number = 1; number <= appends; number++) {
    const all = arrivals.next();
    await pause();
    const start = performance.now();
    await sink.append({ ...ref, firstNumber: number, lines: linesOf(number, number + 1) });
    await all;
    times.push(performance.now() - start);
  }
  await sink.finishExecution({ execution: ref.execution, status: 'succeeded', at: Date.now() });
  await Promise.all(following);
  await source[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  return { value: median(times.slice(5)), output: [...new Set(last)].join() };
}

async function theirs(redis: RedisConnection): Promise<Sample> {
  const key = randomUUID();
  const arrivals = new Arrivals();
  const last: string[] = [];
  const readers = Array.from({ length: clients }, () => redis.another());
  const reading = readers.map(async (reader, i) => {
    for (let number = 0; number < appends;) {
      const reply = await reader.call(['XREAD', 'BLOCK', 0, 'STREAMS', key, `${number}-0`]);
      const [[, entries]] = reply as readonly [
        readonly [unknown, readonly (readonly [unknown, readonly Uint8Array[]])[]],
      ];
      number += entries.length;
      last[i] = new TextDecoder().decode(entries.at(-1)?.[1][1]);
      arrivals.arrived();
    }
  });
  const times: number[] = [];
  for (let number = 1; number <= appends; number++) {
    const all = arrivals.next();
    await pause();
    const start = performance.now();
    await redis.call(['XADD', key, `${number}-0`, 'l', lineText(number)]);
    await all;
    times.push(performance.now() - start);
  }
  await Promise.all(reading);
  await Promise.all(readers.map((reader) => reader[Symbol.asyncDispose]()));
  return { value: median(times.slice(5)), output: [...new Set(last)].join() };
}

async function connectionsOfTails(url: string, redis: RedisConnection): Promise<Sample> {
  // Those of the rounds before are on their way out.
  while ((await connections(redis)) > 1) await pause();
  const arrivals = new Arrivals();
  const { sink, source, ref, following } = await tails(url, arrivals);
  const all = arrivals.next();
  await sink.append({ ...ref, firstNumber: 1, lines: linesOf(1, 2) });
  await all;
  await pause();
  // The sink has one, and who asks another.
  const value = (await connections(redis)) - 2;
  await sink.finishExecution({ execution: ref.execution, status: 'succeeded', at: Date.now() });
  await Promise.all(following);
  await source[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  return { value };
}

async function connections(redis: RedisConnection): Promise<number> {
  const info = await redis.call(['INFO', 'clients']);
  return Number(/connected_clients:(\d+)/.exec(new TextDecoder().decode(info as Uint8Array))?.[1]);
}

/** So that all of them wait again. */
function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
