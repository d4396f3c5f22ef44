import { pointer } from '../src/model/pointer.ts';
import type { LogQuery } from '../src/model/query.ts';
import { openRedis, type Command } from '../src/sources/redis/connection.ts';
import { openSharedSource, type SharedSource } from '../src/sources/redis/shared/source.ts';
import { massInsert } from '../test/harness/massInsert.ts';
import { RedisServer } from '../test/harness/redisServer.ts';
import { median, type Bench, type OpenBench, type Sample } from './bench.ts';

const hosts = 200;
const entries = 60_000;
const callsPerRound = 12;
const execution = '307654321098765433';
const logs = 'agent_logs';

/**
 * A page of 100 lines of one host among 200 that write into one stream, before random pointers: how long one call
 * takes, in the middle (`shared-scan-call`) and at worst (`shared-scan-worst`); the bound is 50 ms however rare the
 * host. `shared-scan-thread` is what the worst costs this thread, whatever else the machine does. And how long until
 * the page is full, by as many calls as that takes (`shared-scan-full`).
 */
export const bench: Bench = {
  id: 'shared-scan',
  async open(): Promise<OpenBench> {
    const server = await RedisServer.start();
    await massInsert(
      server.port,
      Array.from({ length: entries }, (_, i) => entryOf(i)),
    );
    const source = openSharedSource(await openRedis(server.url));
    const redis = await openRedis(server.url);
    const first = (await redis.call([
      'XRANGE',
      logs,
      '-',
      '+',
      'COUNT',
      entries,
    ])) as readonly (readonly Uint8Array[])[];
    await redis[Symbol.asyncDispose]();
    const ids = first.map(([id]) => Buffer.from(id ?? []).toString());
    const ratio = (id: string, target: number, ours: (round: number) => Promise<number>) => ({
      ...{ id: `shared-scan-${id}`, unit: 'ms', target, direction: 'atMost' as const },
      ours: async (round: number): Promise<Sample> => ({ value: await ours(round) }),
    });
    return {
      ratios: [
        ratio('call', 50, async (round) => median(await callTimes(source, ids, round, wallClock))),
        ratio('worst', 50, async (round) => Math.max(...(await callTimes(source, ids, round, wallClock)))),
        ratio('thread', 50, async (round) => Math.max(...(await callTimes(source, ids, round, threadClock)))),
        ratio('full', 1_000, (round) => fullPage(source, ids, round)),
      ],
      async [Symbol.asyncDispose]() {
        await source[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  },
};

function entryOf(index: number): Command {
  const host = String(index % hosts);
  const content = `[${index}] compiling module ${(index * 7919) % 10_007} of the example with all its tests`;
  const common = { execution_id: execution, host_id: host, content, agent_id: '3' };
  const fields =
    index % 2 === 0
      ? {
          ...common,
          task_id: `${execution}_45_${host}_ab12cd`,
          stream: 'stdout',
          level: 'info',
          timestamp: '1795224240',
        }
      : {
          ...{
            ...common,
            timestamp: '2026-11-21T01:24:00.448842+00:00',
            host_name: `node-${host}`,
            host_ip: '10.0.0.7',
          },
          ...{
            log_type: 'stdout',
            step_name: 'build',
            step_order: '1',
            step_id: '45',
            received_at: '1795224240448.86',
          },
        };
  return ['XADD', logs, '*', ...Object.entries(fields).flat()];
}

/** A query for lines of a random host before one of its own lines, well behind the start. */
function queryOf(ids: readonly string[], seed: number): LogQuery {
  const index = entries / 2 + ((seed * 7_919) % (entries / 2));
  const named = pointer(`redis:${logs}/${execution}@${ids[index] ?? ''}`);
  const scope = { execution, step: '45', host: String(index % hosts) };
  return { ...scope, limit: { lines: 100 }, position: { at: 'before', pointer: named } };
}

const wallClock = (): number => performance.now();

/** Milliseconds that this thread has worked. */
function threadClock(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

async function callTimes(
  source: SharedSource,
  ids: readonly string[],
  round: number,
  clock: () => number,
): Promise<number[]> {
  const times: number[] = [];
  for (let call = 0; call < callsPerRound; call++) {
    const query = queryOf(ids, round * callsPerRound + call + 1);
    const start = clock();
    const page = await source.readLog(query);
    times.push(clock() - start);
    if (page.lines.count === 0 || page.older === undefined) throw new Error('a page has lines, and others before it');
  }
  return times;
}

async function fullPage(source: SharedSource, ids: readonly string[], round: number): Promise<number> {
  let query = queryOf(ids, round + 1);
  const start = performance.now();
  for (let lines = 0; ;) {
    const page = await source.readLog(query);
    lines += page.lines.count;
    if (lines >= 100 || page.older === undefined) return performance.now() - start;
    query = { ...query, limit: { lines: 100 - lines }, position: { at: 'before', pointer: page.older } };
  }
}
