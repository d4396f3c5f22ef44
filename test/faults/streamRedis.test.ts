import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { LogPage } from '../../src/model/page.ts';
import { combined } from '../../src/sources/combined.ts';
import { openLocalSink } from '../../src/sources/local/sink.ts';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { openRedis } from '../../src/sources/redis/connection.ts';
import { openRedisLease } from '../../src/sources/redis/lease.ts';
import { openRedisSink, openRedisSource } from '../../src/sources/redis/open.ts';
import { Keys } from '../../src/sources/redis/perHost/keys.ts';
import { openSharedSource } from '../../src/sources/redis/shared/source.ts';
import { startArchiving, type ArchiveReport } from '../../src/tools/startArchiving.ts';
import { SharedLayoutSink } from '../contract/sharedLayoutSink.ts';
import { RedisServer } from '../harness/redisServer.ts';
import { inRounds, roundsOf } from './stream/faultTable.ts';
import { Seen } from './stream/ledger.ts';
import { outcomeOf, Reader, Run } from './stream/run.ts';
import { wire } from './stream/wire.ts';

const server = await RedisServer.start();
afterAll(() => server[Symbol.asyncDispose]());

describe('Redis', () => {
  test('is killed and started again while it is written to and read', async () => {
    await using redis = await RedisServer.start({ appendOnly: true });
    const { source } = await openRedisSource(redis.url);
    await using sink = await openRedisSink(redis.url);
    await using wired = await wire({ served: { source, sinkFor: async () => sink } });
    await inRounds('Redis killed', roundsOf(3, 10), 1, async (round) => {
      const run = await Run.begin(() => sink);
      const { execution } = run;
      const readers = [
        new Reader(wired.client, { execution }),
        new Reader(wired.client, { ...run.hosts[0], execution }, { lines: 9 }),
      ];
      const writing = run.writeAll(400, 25).then(() => run.end());
      await readers[0]?.has(1 + ((round * 71) % 300));
      redis.kill();
      await redis.restart();
      await writing;
      return await outcomeOf(run, ...readers);
    });
    await source[Symbol.asyncDispose]();
  });

  test('trims a stream under its reader, who is told exactly what is gone', async () => {
    const { source } = await openRedisSource(server.url);
    await using sink = await openRedisSink(server.url);
    await using redis = await openRedis(server.url);
    await using wired = await wire({ served: { source, sinkFor: async () => sink } });
    await inRounds('stream trimmed under the reader', roundsOf(3, 8), 2, async (round) => {
      const run = await Run.begin(() => sink);
      const { execution } = run;
      for (let i = 0; i < 40; i++) await run.write(i, 10);
      const [alpha] = run.hosts;
      if (!alpha) throw new Error('no host');
      const scope = round % 2 === 0 ? alpha : { execution };
      const tail = wired.client.tailLog({ ...scope, position: { at: 'start' }, limit: { lines: 5 } });
      const seen = new Seen();
      let read = 0;
      let complete = false;
      for await (const page of tail) {
        seen.add(page);
        ({ complete } = page);
        if (read++ !== 0) continue;
        await redis.call([
          'XTRIM',
          new Keys().of(execution).lines(alpha.step, alpha.host),
          'MINID',
          101 + 10 * (round % 5),
        ]);
        await run.end();
      }
      expect(complete).toBe(true);
      return run.ledger.compare(seen, scope === alpha ? alpha.host : undefined);
    });
    await source[Symbol.asyncDispose]();
  });

  test('has hundreds of foreign lines between two of ours', async () => {
    await inRounds('foreign lines between', roundsOf(2, 8), 2, async () => {
      const layout = { stream: `logs-${randomUUID()}`, results: `results-${randomUUID()}` };
      await using redis = await openRedis(server.url);
      await using source = openSharedSource(await openRedis(server.url), {
        ...layout,
        settling: { host: 0, wider: 0 },
      });
      await using sink = new SharedLayoutSink(await openRedis(server.url), layout.stream, layout.results);
      await using wired = await wire({ served: { source } });
      const run = await Run.begin(() => sink);
      const reader = new Reader(wired.client, { ...run.hosts[0], execution: run.execution });
      for (let i = 0; i < 10; i++) {
        await run.write(0, 3);
        const foreign = { execution_id: 'other', step_id: 'deploy', host_id: 'alpha', line: 'not ours' };
        const fields = Object.entries(foreign).flat();
        await redis.all(Array.from({ length: 200 }, () => ['XADD', layout.stream, '*', ...fields]));
      }
      await run.end();
      return await outcomeOf(run, reader);
    });
  });
});

test('an execution moves to the archive while readers page and tail across', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-moving-'));
  try {
    const path = join(folder, 'archive.sqlite');
    const { source: live, admin } = await openRedisSource(`${server.url}?prefix=moving`);
    if (!admin) throw new Error('nothing can be deleted');
    await using archiveSink = await openLocalSink(path);
    await using lease = await openRedisLease(`${server.url}?prefix=moving`, 'archive');
    await using sink = await openRedisSink(`${server.url}?prefix=moving`);
    const archive = openLocalSource(path);
    await using source = combined(live, archive);
    await using wired = await wire({ served: { source, sinkFor: async () => sink } });
    const stop = new AbortController();
    const moved = new Set<string>();
    const failures: ArchiveReport[] = [];
    const report = (what: ArchiveReport): void => {
      if ('moved' in what) moved.add(what.moved);
      else failures.push(what);
    };
    const parts = { live, liveAdmin: admin, archive, archiveSink, lease, graceMs: 0, signal: stop.signal, report };
    const archiving = [startArchiving(parts), startArchiving(parts)];
    await inRounds('archived while it is read', roundsOf(4, 10), 2, async (round) => {
      const run = await Run.begin(() => sink);
      const { execution } = run;
      await run.writeAll(300, 20);
      const pages = paging(wired.client, execution, () => moved.has(execution));
      const reader = new Reader(wired.client, round % 2 === 0 ? { execution } : { ...run.hosts[1], execution }, {
        lines: 11,
      });
      await run.writeAll(100, 20);
      await run.end();
      const seen = await pages;
      const paged = run.ledger.compare(seen);
      const tailed = await outcomeOf(run, reader);
      return paged.missing + paged.duplicated > 0 ? paged : tailed;
    });
    stop.abort();
    await Promise.all(archiving);
    expect(failures).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** Reads half of the pages, waits for the move, and reads the rest. */
async function paging(
  client: Parameters<typeof pageAfter>[0],
  execution: string,
  hasMoved: () => boolean,
): Promise<Seen> {
  const seen = new Seen();
  let last: LogPage | undefined;
  while (seen.lines < 200) {
    last = await pageAfter(client, execution, last);
    seen.add(last);
  }
  await expect.poll(hasMoved, { timeout: 60_000, interval: 10 }).toBe(true);
  while (!last?.complete) {
    last = await pageAfter(client, execution, last);
    seen.add(last);
  }
  return seen;
}

function pageAfter(
  client: Pick<Awaited<ReturnType<typeof wire>>['client'], 'readLog'>,
  execution: string,
  last: LogPage | undefined,
): Promise<LogPage> {
  const position = last ? ({ at: 'after', pointer: last.newer } as const) : ({ at: 'start' } as const);
  return client.readLog({ execution, position, limit: { lines: 13 } });
}
