import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { linesOf } from '../../../../../src/base/lineBatch.ts';
import { openRedis, type RedisConnection } from '../../../../../src/sources/redis/connection.ts';
import { LogStream } from '../../../../../src/sources/redis/shared/logStream.ts';
import { receivedAt } from '../../../../../src/sources/redis/shared/streamId.ts';
import {
  openSharedSource,
  type SharedLayout,
  type SharedSource,
} from '../../../../../src/sources/redis/shared/source.ts';
import { RedisServer } from '../../../../harness/redisServer.ts';
import { at, execution, foreign, logs, ofAgent, ofServer, pages, report, results, textsIn, write } from './streams.ts';

const server = await RedisServer.start();
afterAll(() => server[Symbol.asyncDispose]());

let redis: RedisConnection;
let source: SharedSource;

const open = async (layout: SharedLayout = {}, url = server.url) => openSharedSource(await openRedis(url), layout);

beforeEach(async () => {
  redis = await openRedis(server.url);
  await redis.call(['FLUSHALL']);
  source = await open();
});

afterEach(async () => {
  await source[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

/** The user that the document describes, with its rights. */
async function documentedRights(): Promise<string[]> {
  const document = await readFile(join(import.meta.dirname, '../../../../../docs/redis.md'), 'utf8');
  const line = document.split('\n').find((one) => one.startsWith('ACL SETUSER execlogs-shared '));
  return line?.split(' ').slice(2) ?? [];
}

const host = { execution, step: '45', host: '7' };
const start = { at: 'start' } as const;
const end = { at: 'end' } as const;

describe('two writers', () => {
  it("are one host's log, in the order received", async () => {
    const ids = await write(
      redis,
      ...[ofAgent('go 0'), ofAgent('go 1'), ...foreign(3), ofServer('py 0'), ofAgent('go 2'), ofServer('py 1')],
    );
    const page = await source.readLog({ ...host, position: start });
    expect(textsIn(page)).toEqual(['go 0', 'go 1', 'py 0', 'go 2', 'py 1']);
    expect([...linesOf(page.lines)].map((line) => line.pointer)).toEqual([0, 1, 5, 6, 7].map((i) => at(ids[i] ?? '')));
    const told = await source.getExecution({ execution });
    expect(told).toMatchObject({ id: execution, status: 'unknown' });
    expect(told.steps).toEqual([{ id: '45', name: '初始化', order: 1, status: 'unknown', hosts: { unknown: 1 } }]);
    const { hosts } = await source.getStepResult({ execution, step: '45' });
    expect(hosts).toEqual([{ id: '7', name: 'node-1', address: '10.0.0.7', status: 'unknown' }]);
  });

  it('page back from a pointer without an id to the first line, the newest included', async () => {
    await write(redis, ofAgent('0'), ofServer('1'), ...foreign(2), ofAgent('2'), ofServer('3'), ofAgent('4'));
    const back = await pages(source, { ...host, limit: { lines: 2 } }, { at: 'before', pointer: at('') }, 'before');
    expect(back.map(textsIn)).toEqual([['3', '4'], ['1', '2'], ['0']]);
  });

  it('show entries that name no step, and those that name no execution', async () => {
    await write(
      redis,
      ['XADD', logs, '*', 'execution_id', execution, 'content', 'lost'],
      ['XADD', logs, '*', 'x', 'y'],
    );
    expect(textsIn(await source.readLog({ execution, step: 'unknown_step', position: start }))).toEqual(['lost']);
    const { executions } = await source.listExecutions({});
    expect(executions.map(({ id }) => id)).toEqual(['unknown_execution', execution]);
    const unknown = await source.readLog({ execution: 'unknown_execution', position: start });
    expect(textsIn(unknown)).toEqual(['[an entry without content: {"x":"y"}]']);
  });

  it('write several lines at once, each with a pointer of its own', async () => {
    const [id = ''] = await write(redis, ofServer('a\r\nb\n\nd\n'), ofAgent('', '7'), ofAgent('f', '7'));
    const query = { ...host, limit: { lines: 1 } };
    const all = ['a', 'b', '', 'd', '', 'f'];
    expect((await pages(source, query, start)).flatMap(textsIn)).toEqual(all);
    expect((await pages(source, query, end, 'before')).flatMap(textsIn)).toEqual(all.toReversed());
    const third = await source.readLog({ ...query, position: { at: 'around', pointer: at(`${id}.3`) } });
    expect(textsIn(third)).toEqual(['d']);
    const none = source.readLog({ ...query, position: { at: 'after', pointer: at(`${id}.4`) } });
    await expect(none).rejects.toMatchObject({ code: 'invalidPointer' });
  });

  it("count a line's own word of its level more than an agent's", async () => {
    await write(redis, ofAgent('ERROR: no space left'), ofAgent('fine'), ofServer('WARN: soon full'));
    const { lines } = await source.readLog({ ...host, position: start });
    expect([...linesOf(lines)].map(({ level }) => level)).toEqual(['error', 'info', 'warn']);
  });
});

describe('results', () => {
  it('tell how hosts, steps and the execution go', async () => {
    await write(redis, ofServer('x'), report('pending'), report('running', { started_at: '1795224240' }));
    expect(await source.getExecution({ execution })).toMatchObject({
      ...{ status: 'running', startedAt: 1_795_224_240_000 },
      steps: [{ id: '45', status: 'running', hosts: { running: 1 } }],
    });
    await write(redis, report('failed', { exit_code: '3', error_msg: 'no luck', finished_at: '1795224250' }));
    await write(redis, report('success', {}, '8', '46'));
    const told = await source.getExecution({ execution });
    expect(told).toMatchObject({ status: 'failed', message: 'no luck', endedAt: 1_795_224_250_000 });
    expect(told.steps.map(({ id, status }) => `${id} ${status}`)).toEqual(['45 failed', '46 succeeded']);
    const { hosts } = await source.getStepResult({ execution, step: '45' });
    expect(hosts).toEqual([
      {
        ...{ id: '7', name: 'node-1', address: '10.0.0.7', status: 'failed', exitCode: 3, message: 'no luck' },
        ...{ startedAt: 1_795_224_240_000, endedAt: 1_795_224_250_000 },
      },
    ]);
  });

  it('go by the last try, and guess nothing', async () => {
    await write(redis, report('failed'));
    await write(redis, report('running', { task_id: `${execution}_45_7_second` }));
    expect((await source.getExecution({ execution })).status).toBe('running');
    await write(redis, report('exploded', { task_id: `${execution}_45_7_second` }));
    expect(await source.getExecution({ execution })).toMatchObject({ status: 'unknown' });
    const { hosts } = await source.getStepResult({ execution, step: '45' });
    expect(hosts).toMatchObject([{ status: 'unknown', rawStatus: 'exploded' }]);
  });

  it('end a log only when no host is open and nothing has come for a while', async () => {
    await write(redis, ofServer('x'), report('success', { running_hosts: '0', pending_hosts: '1' }));
    await using patient = await open({ settling: { host: 0, wider: 3_600_000 } });
    await using hasty = await open({ settling: { host: 0, wider: 0 } });
    const isComplete = async (one: SharedSource, scope: object) =>
      (await one.readLog({ execution, ...scope, position: end })).complete;
    expect(await isComplete(hasty, host)).toBe(true);
    expect(await isComplete(hasty, {})).toBe(false);
    await write(redis, report('success', { pending_hosts: '0' }, '8'));
    expect(await isComplete(hasty, {})).toBe(true);
    expect(await isComplete(patient, {})).toBe(false);
    await using soon = await open({ settling: { host: 0, wider: 200 } });
    let last: boolean | undefined;
    for await (const page of soon.tailLog({ execution, position: start })) last = page.complete;
    expect(last).toBe(true);
  });
});

describe('a long stream', () => {
  it('is looked through a bounded stretch a call, and says so', async () => {
    await write(redis, ofServer('first'), ...foreign(7_000), ofServer('last', { execution_id: '5' }));
    const first = await source.listExecutions({});
    expect(first.executions.map(({ id }) => id)).toEqual(['5', '999']);
    expect(first.notice).toMatch(/newest 3\d\d\d entries/);
    await expect(source.getStepResult({ execution, step: '45' })).resolves.toMatchObject({ hosts: [{ id: '7' }] });
    const whole = await source.listExecutions({});
    expect(whole.executions.map(({ id }) => id)).toEqual(['5', '999', execution]);
    expect([whole.notice, whole.next]).toEqual([undefined, undefined]);
    const back = await pages(source, { execution }, end, 'before');
    expect(back.length).toBeGreaterThan(2);
    expect(Math.max(...back.map((page) => page.scanned?.lines ?? 0))).toBeLessThanOrEqual(3_000);
    expect(back.flatMap(textsIn)).toEqual(['first']);
  });

  it('does not starve a tail by what others write', async () => {
    await write(redis, ofServer('0'));
    const seen: string[] = [];
    for await (const page of source.tailLog({ ...host, position: start })) {
      seen.push(...textsIn(page));
      if (seen.length === 4) break;
      if (page.lines.count > 0) await write(redis, ...foreign(1_500), ofAgent(String(seen.length)), ...foreign(1_500));
    }
    expect(seen).toEqual(['0', '1', '2', '3']);
  });

  it('costs a hundred tails two connections', async () => {
    await write(redis, ofServer('0'));
    const stop = new AbortController();
    const tails = Array.from({ length: 100 }, async () => {
      let texts: string[] = [];
      for await (const page of source.tailLog({ ...host, position: start }, { signal: stop.signal })) {
        texts = [...texts, ...textsIn(page)];
        if (texts.length === 2) return texts;
      }
      return texts;
    });
    await expect.poll(() => source.waiting, { timeout: 8_000 }).toBe(100);
    const clients = Buffer.from((await redis.call(['CLIENT', 'LIST'])) as Uint8Array).toString();
    expect(clients.split('\n').filter((line) => line.includes('name=execution-logs')).length).toBe(3);
    await write(redis, ofAgent('1'));
    expect(new Set((await Promise.all(tails)).map((texts) => texts.join(' ')))).toEqual(new Set(['0 1']));
    stop.abort();
  });
});

describe('what is trimmed', () => {
  it('is a gap, at the start and where a pointer names it', async () => {
    const ids = await write(redis, ofServer('0'), ofServer('1'), ofServer('2'), ofServer('3'));
    await redis.call(['XTRIM', logs, 'MINID', ids[2] ?? '']);
    const gap = { reason: 'trimmed' };
    const read = async (position: Parameters<SharedSource['readLog']>[0]['position']) => {
      const page = await source.readLog({ ...host, position });
      return [page.gap, textsIn(page), page.older];
    };
    const pointer = at(ids[0] ?? '');
    expect(await read(start)).toEqual([gap, ['2', '3'], undefined]);
    expect(await read(end)).toEqual([gap, ['2', '3'], undefined]);
    expect(await read({ at: 'after', pointer })).toEqual([gap, ['2', '3'], undefined]);
    expect(await read({ at: 'around', pointer })).toEqual([gap, ['2', '3'], undefined]);
    expect(await read({ at: 'before', pointer })).toEqual([gap, [], undefined]);
    expect(await read({ at: 'after', pointer: at(ids[2] ?? '') })).toEqual([undefined, ['3'], at(ids[3] ?? '')]);
  });

  it('was none of an execution that began later', async () => {
    await write(redis, ...foreign(10));
    await redis.call(['XTRIM', logs, 'MAXLEN', '1']);
    const { last } = await new LogStream(redis, logs).state();
    await expect.poll(() => Date.now()).toBeGreaterThan(receivedAt(last));
    await write(redis, report('running'), ofServer('x'));
    expect((await source.readLog({ ...host, position: start })).gap).toBeUndefined();
    expect((await source.readLog({ ...host, position: end })).gap).toBeUndefined();
  });

  it('is a gap when all is gone, and the log goes on behind it', async () => {
    const [id = ''] = await write(redis, ofServer('0'), ofServer('1'));
    await redis.call(['DEL', logs]);
    await write(redis, report('running'));
    const page = await source.readLog({ ...host, position: { at: 'after', pointer: at(id) } });
    expect([page.gap, page.lines.count]).toEqual([{ reason: 'trimmed' }, 0]);
    await write(redis, ofServer('2'));
    expect(textsIn(await source.readLog({ ...host, position: { at: 'after', pointer: page.newer } }))).toEqual(['2']);
  });

  it('is a gap to a tail that could not read it in time', async () => {
    await write(redis, report('running'), ofServer('0'));
    const seen: unknown[] = [];
    for await (const page of source.tailLog({ ...host, position: start })) {
      seen.push(...(page.gap ? [page.gap] : []), ...textsIn(page));
      if (seen.at(-1) === 'last') break;
      if (seen.length > 1) continue;
      const hurried = [ofServer('never seen'), ofServer('last'), ['XTRIM', logs, 'MAXLEN', '1'] as const];
      await redis.all([['MULTI'], ...hurried, ['EXEC']]);
    }
    expect(seen).toEqual(['0', { reason: 'trimmed' }, 'last']);
  });
});

describe('a user who may only read', () => {
  it('can call everything, and nothing is ever changed', async () => {
    const [id = ''] = await write(redis, ofServer('0'), report('success'), ...foreign(10));
    await redis.call(['ACL', 'SETUSER', ...(await documentedRights())]);
    const credentials = {
      get: async () => ({ user: 'execlogs-shared', password: 'secret' }),
      set: async () => undefined,
    };
    await using reader = openSharedSource(await openRedis(server.url, { credentials }));
    const before = await redis.all([
      ['DUMP', logs],
      ['DUMP', results],
    ]);
    await reader.listExecutions({});
    await reader.getExecution({ execution });
    await reader.getStepResult({ execution, step: '45' });
    const pointer = at(id);
    for (const position of [
      start,
      end,
      ...(['before', 'after', 'around'] as const).map((way) => ({ at: way, pointer })),
    ])
      await reader.readLog({ ...host, position });
    await reader.readLog({ ...host, position: { at: 'time', time: 0 } });
    const watching = reader.watch({ execution })[Symbol.asyncIterator]();
    const change = watching.next();
    const tailing = reader.tailLog({ ...host, position: start })[Symbol.asyncIterator]();
    expect((await tailing.next()).value).toMatchObject({ lines: { count: 1 } });
    await expect.poll(() => reader.waiting).toBe(1);
    expect(
      await redis.all([
        ['DUMP', logs],
        ['DUMP', results],
      ]),
    ).toEqual(before);
    await write(redis, ofAgent('1'));
    expect((await change).value).toEqual({ ...host });
    await Promise.all([watching.return?.(), tailing.return?.()]);
    expect(reader.capabilities.delete).toBe(false);
  });

  it('is told what is missing', async () => {
    await redis.call(['ACL', 'SETUSER', 'nobody', 'on', '>secret', 'resetkeys', '+xread']);
    const credentials = { get: async () => ({ user: 'nobody', password: 'secret' }), set: async () => undefined };
    await using reader = openSharedSource(await openRedis(server.url, { credentials }));
    await expect(reader.listExecutions({})).rejects.toMatchObject({ code: 'forbidden' });
    await expect(reader.readLog({ ...host, position: start })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('a Redis that goes away', () => {
  it('is waited for, and no line is lost or told twice', async () => {
    await using lasting = await RedisServer.start({ appendOnly: true });
    await using writer = await openRedis(lasting.url);
    await using patient = await open({ patience: 60_000 }, lasting.url);
    await write(writer, ofServer('0'));
    const seen: string[] = [];
    const states: (string | undefined)[] = [];
    for await (const page of patient.tailLog({ ...host, position: start })) {
      const [text] = textsIn(page);
      if (page.state && states.at(-1) !== page.state.kind) states.push(page.state.kind);
      if (text === '0') lasting.kill();
      if (page.state?.kind === 'reconnecting' && !seen.includes('back')) {
        seen.push('back');
        await lasting.restart();
        await using again = await openRedis(lasting.url);
        await write(again, ...foreign(10), ofAgent('1'));
      }
      seen.push(...textsIn(page));
      if (text === '1') break;
    }
    expect(seen).toEqual(['0', 'back', '1']);
    expect(states).toEqual(['live', 'reconnecting', 'live']);
  });
});
