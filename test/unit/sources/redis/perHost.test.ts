import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { lineText } from '../../../../src/base/lineBatch.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import { pointer } from '../../../../src/model/pointer.ts';
import type { LogQuery } from '../../../../src/model/query.ts';
import type { HostRef } from '../../../../src/model/sink.ts';
import { openRedis, type RedisConnection } from '../../../../src/sources/redis/connection.ts';
import { roomOf } from '../../../../src/base/pageRequest.ts';
import { HeardLines } from '../../../../src/sources/redis/perHost/heardLines.ts';
import { Keys } from '../../../../src/sources/redis/perHost/keys.ts';
import { PerHostSink } from '../../../../src/sources/redis/perHost/sink.ts';
import { PerHostSource } from '../../../../src/sources/redis/perHost/source.ts';
import { wakeOf } from '../../../../src/sources/redis/wakeEntry.ts';
import { columns, day, follow, linesIn, numbered, readOnward, textsIn } from '../../../contract/recording.ts';
import { RedisServer } from '../../../harness/redisServer.ts';

let server: RedisServer;
let redis: RedisConnection;
let keys: Keys;
let source: PerHostSource;
let sink: PerHostSink;

const ref: HostRef = { execution: 'run', step: 'build', host: 'alpha' };
const beta: HostRef = { ...ref, host: 'beta' };
const heartbeat = { every: 20, life: 200 };

beforeAll(async () => {
  server = await RedisServer.start({ appendOnly: true });
});
afterAll(() => server[Symbol.asyncDispose]());

beforeEach(async () => {
  redis = await openRedis(server.url);
  keys = new Keys(`test-${randomUUID()}`);
  source = new PerHostSource(redis.another(), keys, { patience: 30_000, recheck: 50 });
  sink = new PerHostSink(redis.another(), keys, heartbeat);
  await begin(sink);
});
afterEach(async () => {
  await source[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

async function begin(into: PerHostSink): Promise<void> {
  await into.createExecution({ execution: 'run', name: 'run', startedAt: day });
  const hosts = ['alpha', 'beta'].map((id) => ({ id, name: id }));
  await into.startStep({ execution: 'run', step: 'build', name: 'build', order: 1, status: 'running', hosts, at: day });
}

function append(into: PerHostSink, to: HostRef, firstNumber: number, count: number): Promise<void> {
  return into.append({ ...to, firstNumber, lines: columns(numbered(count, firstNumber)) });
}

async function texts(scope: { execution: string; step?: string; host?: string }): Promise<string[]> {
  return (await readOnward(source, scope)).map(({ text }) => text);
}

describe('appends', () => {
  it('that overlap what is there add what is new, also from two writers', async () => {
    const other = new PerHostSink(redis.another(), keys, heartbeat);
    await append(sink, ref, 1, 2_500);
    await append(other, ref, 2_001, 3_000);
    await append(sink, ref, 1, 5_000);
    await append(sink, ref, 4_999, 3);
    expect(await texts(ref)).toEqual(numbered(5_001));
    await expect(append(other, ref, 5_003, 1)).rejects.toMatchObject({ code: 'invalidRequest' });
    await other[Symbol.asyncDispose]();
  });

  it('without numbers over two services are all kept, and large ones too', async () => {
    const other = new PerHostSink(redis.another(), keys, heartbeat);
    const uncounted = (into: PerHostSink, word: string, from: number, count: number) =>
      into.append({ ...ref, firstNumber: 1, uncounted: true, lines: columns(numbered(count, from, word)) });
    for (let from = 1; from <= 100; from += 10)
      await Promise.all([uncounted(sink, 'ann', from, 10), uncounted(other, 'bob', from, 10)]);
    await Promise.all([uncounted(sink, 'ann', 101, 300_000), uncounted(other, 'bob', 101, 900)]);
    const all = await texts(ref);
    expect(all.filter((text) => text.startsWith('ann'))).toEqual(numbered(300_100, 1, 'ann'));
    expect(all.filter((text) => text.startsWith('bob'))).toEqual(numbered(1_000, 1, 'bob'));
    await other[Symbol.asyncDispose]();
  });

  it('made at the same time by two writers of the same lines are there once', async () => {
    const other = new PerHostSink(redis.another(), keys, heartbeat);
    for (let from = 1; from <= 100; from += 10)
      await Promise.all([append(sink, ref, from, 10), append(other, ref, from, 10), append(other, beta, from, 10)]);
    expect(await texts(ref)).toEqual(numbered(100));
    const whole = await readOnward(source, { execution: 'run' });
    expect(whole.length).toBe(200);
    expect(new Set(whole.map((line) => line.pointer)).size).toBe(200);
    await other[Symbol.asyncDispose]();
  });

  it('go on when Redis has forgotten its scripts', async () => {
    await append(sink, ref, 1, 1);
    await redis.call(['SCRIPT', 'FLUSH']);
    await append(sink, ref, 2, 1);
    expect(await texts(ref)).toEqual(numbered(2));
  });

  it('are refused in words when there is no memory, and work again when there is', async () => {
    await append(sink, ref, 1, 10);
    await redis.call(['CONFIG', 'SET', 'maxmemory', 1]);
    const refused = append(sink, ref, 11, 10);
    await expect(refused).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('memory') });
    await redis.call(['CONFIG', 'SET', 'maxmemory', 0]);
    await append(sink, ref, 11, 10);
    expect(await texts(ref)).toEqual(numbered(20));
  });

  it('of many lines are split, so that a page reads little more than it needs', async () => {
    await sink.append({ ...ref, firstNumber: 1, lines: columns(numbered(10_000, 1, 'x'.repeat(90))) });
    const entries = await redis.call(['XLEN', keys.of('run').lines('build', 'alpha')]);
    expect(entries).toBe(10);
  });
});

describe('lines that are gone', () => {
  it('are a gap in wide scopes too, where they stood', async () => {
    for (let i = 0; i < 5; i++) {
      await append(sink, ref, i * 10 + 1, 10);
      await append(sink, beta, i * 10 + 1, 10);
    }
    await using other = new PerHostSource(redis.another(), keys);
    const all = await readOnward(other, { execution: 'run' });
    await redis.call(['XTRIM', keys.of('run').lines('build', 'alpha'), 'MINID', 21]);
    const resumed = all[24]?.pointer ?? pointer('');
    const page = await source.readLog({ execution: 'run', position: { at: 'after', pointer: resumed } });
    expect([page.gap, linesIn(page).length]).toMatchObject([{ from: 16, to: 20, count: 5 }, 70]);
    const start = await source.readLog({ execution: 'run', position: { at: 'start' } });
    expect(start.gap).toMatchObject({ reason: 'trimmed', count: 10, from: 1, to: 10 });
    const own = all[0]?.pointer ?? pointer('');
    const after = await source.readLog({ execution: 'run', position: { at: 'after', pointer: own } });
    expect(after.gap).toMatchObject({ count: 9, from: 2, to: 10 });
    const { pages, lines } = await gather(() => sink.finishExecution({ execution: 'run', status: 'failed', at: day }));
    expect(lines).toBe(80);
    expect(pages.reduce((sum, { gap }) => sum + (gap?.count ?? 0), 0)).toBe(20);
  });

  it('are all of a log whose key was deleted, and what comes later is read', async () => {
    await append(sink, ref, 1, 30);
    await redis.call(['DEL', keys.of('run').lines('build', 'alpha')]);
    const gone = await source.readLog({ ...ref, position: { at: 'start' } });
    expect([gone.gap, gone.lines.count]).toMatchObject([{ count: 30, from: 1, to: 30 }, 0]);
    await append(sink, ref, 31, 2);
    const page = await source.readLog({ ...ref, position: { at: 'start' } });
    expect([page.gap?.count, textsIn(page)]).toEqual([30, ['line 31', 'line 32']]);
  });

  it('are those in an entry that somebody damaged', async () => {
    await append(sink, ref, 1, 5);
    await redis.call(['XADD', keys.of('run').lines('build', 'alpha'), '6-0', 'l', '5 6 6 -\nnonsense']);
    await redis.call(['HSET', keys.of('run').hosts('build'), 'log/alpha', '1 running - 10 2 0 0 -']);
    const page = await source.readLog({ ...ref, position: { at: 'start' } });
    expect(textsIn(page)).toEqual(numbered(5));
    const rest = await source.readLog({ ...ref, position: { at: 'after', pointer: page.newer } });
    expect(rest.gap).toMatchObject({ from: 6, to: 10, count: 5 });
  });
});

describe('a tail', () => {
  it('gets lines of which nobody told', async () => {
    const tail = follow(source.tailLog({ ...ref, position: { at: 'start' } }), (lines) => lines.length === 3);
    await expect.poll(() => source.waiting).toBe(1);
    // Nobody can add to this.
    await redis.all([
      ['DEL', keys.wake],
      ['SET', keys.wake, 'x'],
    ]);
    await append(sink, ref, 1, 3);
    expect((await tail).lines.map(({ text }) => text)).toEqual(numbered(3));
  });

  it('does not read again for news of what it has read', async () => {
    await append(sink, ref, 1, 1);
    const [[, fields]] = (await redis.call(['XREVRANGE', keys.wake, '+', '-', 'COUNT', 1])) as [
      [unknown, Uint8Array[]],
    ];
    const wake = wakeOf(fields);
    const born = String(await redis.call(['HGET', keys.of('run').state, 'born']));
    const heard = new HeardLines(ref, roomOf(undefined));
    const takeAfter = (row: number) => {
      heard.hear(wake);
      return heard.take(row, born);
    };
    // It knows nothing before it has looked once.
    expect(takeAfter(1)).toBe(undefined);
    expect(takeAfter(1)).toBe('nothing');
    expect(takeAfter(0)).toMatchObject({ page: { total: 1, firstLine: 1 }, atEnd: true });
    heard.hear(undefined);
    expect(takeAfter(1)).toBe(undefined);
  });

  it('gets a few lines with the news of them, in every scope, and asks for what is more', async () => {
    const connection = redis.another();
    await using calm = new PerHostSource(connection, keys, { patience: 30_000, recheck: 600_000 });
    await append(sink, ref, 1, 10);
    for (const scope of [ref, { execution: 'run', step: 'build' }, { execution: 'run' }]) {
      const before = (await texts(ref)).length + (await texts(beta)).length;
      const tail = calm.tailLog({ ...scope, position: { at: 'end' } })[Symbol.asyncIterator]();
      await tail.next();
      const seen: string[] = [];
      const asked: number[] = [];
      const trips = vi.spyOn(connection, 'tryAll');
      const next = (await texts(ref)).length + 1;
      for (const [number, count] of [
        [next, 1],
        [next + 1, 2],
        [next + 3, 500],
        [next + 503, 1],
      ] as const) {
        const news = tail.next();
        await expect.poll(() => calm.waiting).toBe(1);
        trips.mockClear();
        await append(sink, ref, number, count);
        const result = await news;
        if (result.done) throw new Error('the tail has ended');
        const page = result.value;
        seen.push(...textsIn(page));
        asked.push(trips.mock.calls.length);
        expect([page.firstLine, page.total]).toEqual([before + seen.length - count + 1, before + seen.length]);
      }
      expect(seen).toEqual(numbered(504, next));
      // The first time it looks in any case: it may have missed something while it began to listen.
      expect(asked.slice(1)).toEqual([0, expect.any(Number), 0]);
      expect(asked[2]).toBeGreaterThan(0);
      trips.mockRestore();
      await tail.return?.();
    }
  });

  it('is not misled by what a writer was refused', async () => {
    const other = new PerHostSink(redis.another(), keys, heartbeat);
    await append(sink, ref, 1, 3);
    const tail = follow(source.tailLog({ ...ref, position: { at: 'start' } }), (lines) => lines.length === 6);
    await expect.poll(() => source.waiting).toBe(1);
    await append(other, ref, 1, 3);
    await expect(append(other, ref, 9, 1)).rejects.toMatchObject({ code: 'invalidRequest' });
    for (let number = 4; number <= 6; number++)
      await Promise.all([
        append(sink, ref, number, 1),
        other.append({ ...ref, firstNumber: number, lines: columns([`line ${number}`]) }),
      ]);
    expect((await tail).lines.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect((await tail).lines.map(({ text }) => text)).toEqual(await texts(ref));
    await other[Symbol.asyncDispose]();
  });

  it('says that Redis is away, and goes on where it was when it is back', async () => {
    await append(sink, ref, 1, 3);
    const pages: LogPage[] = [];
    const tail = (async () => {
      for await (const page of source.tailLog({ ...ref, position: { at: 'start' } })) pages.push(page);
    })();
    await expect.poll(() => source.waiting).toBe(1);
    server.kill();
    await expect.poll(() => pages.some(({ state }) => state?.kind === 'reconnecting'), { timeout: 8_000 }).toBe(true);
    await server.restart();
    await expect
      .poll(
        () =>
          append(sink, ref, 4, 3).then(
            () => 'done',
            () => 'down',
          ),
        { timeout: 8_000 },
      )
      .toBe('done');
    await sink.finishExecution({ execution: 'run', status: 'succeeded', at: day });
    await tail;
    const read = pages.flatMap((page) => Array.from({ length: page.lines.count }, (_, i) => lineText(page.lines, i)));
    expect(read).toEqual(numbered(6));
    expect(pages.at(-1)?.complete).toBe(true);
  });

  it('ends when the writer is gone, whose execution is interrupted until it is back', async () => {
    await append(sink, ref, 1, 1);
    const tail = follow(source.tailLog({ ...ref, position: { at: 'start' } }));
    const told = source.watch({})[Symbol.asyncIterator]();
    const change = told.next();
    await expect.poll(() => source.waiting).toBe(2);
    await sink[Symbol.asyncDispose]();
    expect((await tail).pages.at(-1)?.complete).toBe(true);
    expect((await change).value).toEqual({ execution: 'run' });
    expect(await source.getExecution(ref)).toMatchObject({ status: 'interrupted', steps: [{ status: 'interrupted' }] });
    sink = new PerHostSink(redis.another(), keys, heartbeat);
    await begin(sink);
    expect((await source.getExecution(ref)).status).toBe('running');
    await told.return?.();
  });

  it('blocks nothing in Redis when nobody waits', async () => {
    const tail = follow(source.tailLog({ ...ref, position: { at: 'start' } }));
    const blocked = async (): Promise<boolean> =>
      new TextDecoder().decode((await redis.call(['CLIENT', 'LIST'])) as Uint8Array).includes('cmd=xread ');
    await expect.poll(blocked).toBe(true);
    await sink.finishExecution({ execution: 'run', status: 'succeeded', at: day });
    await tail;
    await expect.poll(blocked, { timeout: 5_000 }).toBe(false);
  });
});

async function gather(end: () => Promise<void>): Promise<{ pages: LogPage[]; lines: number }> {
  await end();
  const { pages, lines } = await follow(source.tailLog({ execution: 'run', position: { at: 'start' } }));
  return { pages, lines: lines.length };
}

describe('a watch', () => {
  it('says that Redis is away when that takes longer than it waits', async () => {
    await using hasty = new PerHostSource(redis.another(), keys, { patience: 0, recheck: 50 });
    const change = hasty.watch({})[Symbol.asyncIterator]().next();
    const failed = expect(change).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => hasty.waiting).toBe(1);
    server.kill();
    await failed;
    await server.restart();
    await expect
      .poll(() =>
        source.getExecution(ref).then(
          ({ status }) => status,
          () => 'down',
        ),
      )
      .toBe('running');
  });

  it('hears what was written while it was away', async () => {
    const heard = (async () => {
      for await (const change of source.watch({})) if (change.host !== undefined) return change;
      return undefined;
    })();
    await expect.poll(() => source.waiting).toBe(1);
    server.kill();
    await server.restart();
    await expect
      .poll(() =>
        append(sink, ref, 1, 3).then(
          () => 'done',
          () => 'down',
        ),
      )
      .toBe('done');
    expect(await heard).toEqual(ref);
  });
});

describe('a page takes', () => {
  /** How often a source that knows nothing yet goes to Redis for a page. */
  async function roundTrips(query: LogQuery, before: readonly LogQuery[] = []): Promise<number> {
    const connection = redis.another();
    await using cold = new PerHostSource(connection, keys);
    for (const one of before) await cold.readLog(one);
    const trips = vi.spyOn(connection, 'tryAll');
    expect((await cold.readLog(query)).lines.count).toBe(query.limit?.lines);
    return trips.mock.calls.length;
  }

  const limit = { lines: 500 };

  it('one round trip of one host, from wherever it is read', async () => {
    await append(sink, ref, 1, 5_000);
    const prefix = (await source.readLog({ ...ref, position: { at: 'start' } })).newer.replace(/\d+$/, '');
    const middle = pointer(`${prefix}2500`);
    for (const at of ['before', 'after', 'around'] as const)
      expect(await roundTrips({ ...ref, limit, position: { at, pointer: middle } }), at).toBe(1);
    for (const at of ['start', 'end'] as const)
      expect(await roundTrips({ ...ref, limit, position: { at } }), at).toBe(1);
    expect(await roundTrips({ ...ref, limit, position: { at: 'line', line: 77 } })).toBe(1);
  });

  it('two of a whole execution and one of the next there, and two where lines are entries of their own', async () => {
    for (let i = 0; i < 30; i++) for (const to of [ref, beta]) await append(sink, to, i * 100 + 1, 100);
    const whole = { execution: 'run', limit } as const;
    expect(await roundTrips({ ...whole, position: { at: 'end' } })).toBe(2);
    const end: LogQuery = { ...whole, position: { at: 'end' } };
    const { older } = await source.readLog(end);
    expect(await roundTrips({ ...whole, position: { at: 'before', pointer: older ?? pointer('') } }, [end])).toBe(1);
    for (let i = 3_001; i <= 3_600; i++) await append(sink, ref, i, 1);
    expect(await roundTrips({ ...ref, limit, position: { at: 'end' } })).toBe(2);
  });
});

describe('a log of more than is kept in memory', () => {
  it('is read again where it was read before, from the middle of an entry too', async () => {
    const text = 'x'.repeat(250);
    const lines = columns(Array.from({ length: 1_000 }, () => text));
    for (let from = 1; from <= 160_000; from += 1_000) await sink.append({ ...ref, firstNumber: from, lines });
    await readOnward(source, ref);
    for (const line of [501, 1_502, 80_503]) {
      const page = await source.readLog({ ...ref, position: { at: 'line', line }, limit: { lines: 1 } });
      expect(linesIn(page).map(({ number }) => number)).toEqual([line]);
      const before = await source.readLog({ ...ref, position: { at: 'before', pointer: page.newer } });
      expect(linesIn(before).at(-1)?.number).toBe(line - 1);
    }
  });
});

describe('an execution that was deleted', () => {
  it('leaves nothing, and a new one of the same name begins anew', async () => {
    await append(sink, ref, 1, 10);
    expect(await texts(ref)).toEqual(numbered(10));
    await sink.finishExecution({ execution: 'run', status: 'failed', at: day });
    await source.deleteExecution(ref);
    expect(await redis.call(['KEYS', keys.of('run').state.replace(':state', ':*').replace(/[{}]/g, '?')])).toEqual([]);
    await begin(sink);
    await sink.append({ ...ref, firstNumber: 1, lines: columns(['new']) });
    expect(await texts(ref)).toEqual(['new']);
  });
});
