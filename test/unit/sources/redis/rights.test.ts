import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialStore } from '../../../../src/model/connect.ts';
import { openRedis } from '../../../../src/sources/redis/connection.ts';
import { openRedisSink, openRedisSource } from '../../../../src/sources/redis/open.ts';
import { columns, day, follow, numbered, textsIn } from '../../../contract/recording.ts';
import { RedisServer } from '../../../harness/redisServer.ts';

const document = join(import.meta.dirname, '../../../../docs/redis.md');
let server: RedisServer;

/** Makes the users of the document, as it says. */
beforeAll(async () => {
  server = await RedisServer.start();
  await using redis = await openRedis(server.url);
  const users = (await readFile(document, 'utf8')).split('\n').filter((line) => line.startsWith('ACL SETUSER'));
  expect(users.length).toBe(4);
  for (const user of users) {
    const [command = '', ...args] = user.split(' ');
    await redis.call([command, ...args]);
  }
});
afterAll(() => server[Symbol.asyncDispose]());

function as(user: string): { credentials: CredentialStore } {
  return { credentials: { get: () => Promise.resolve({ user, password: 'secret' }), set: () => Promise.resolve() } };
}

const step = {
  step: 'build',
  name: 'build',
  order: 1,
  status: 'running',
  hosts: [{ id: 'alpha', name: 'alpha' }],
} as const;

async function record(execution: string): Promise<void> {
  await using sink = await openRedisSink(server.url, as('execlogs-writer'));
  await sink.createExecution({ execution, name: 'run', startedAt: day });
  await sink.startStep({ execution, ...step, at: day });
  await sink.startHost({ execution, step: 'build', host: 'alpha', at: day });
  await sink.append({ execution, step: 'build', host: 'alpha', firstNumber: 1, lines: columns(numbered(20)) });
  const error = columns([{ text: 'it broke', level: 'error' }]);
  await sink.append({ execution, step: 'build', host: 'alpha', firstNumber: 21, lines: error });
  await sink.metric?.({ execution, name: 'files', value: 3, at: day });
  await sink.finishHost({ execution, step: 'build', host: 'alpha', status: 'failed', at: day });
  await sink.finishStep({ execution, step: 'build', status: 'failed', at: day });
  await sink.finishExecution({ execution, status: 'failed', at: day });
}

describe('the rights that docs/redis.md lists', () => {
  it('let a writer record and a reader read, follow and watch', async () => {
    await record('one');
    const { source, statistics } = await openRedisSource(server.url, as('execlogs-reader'));
    const ref = { execution: 'one', step: 'build', host: 'alpha' };
    expect((await source.listExecutions({})).executions.map(({ id }) => id)).toEqual(['one']);
    expect((await source.getExecution(ref)).status).toBe('failed');
    expect((await source.getStepResult(ref)).hosts.map(({ lines }) => lines)).toEqual([21]);
    expect(await statistics?.statistics({})).toMatchObject({ lines: 21, errors: [{ text: 'it broke' }] });
    expect((await statistics?.metrics(ref))?.map(({ name }) => name)).toEqual(['files']);
    for (const scope of [ref, { execution: 'one', step: 'build' }, { execution: 'one' }]) {
      const tail = await follow(source.tailLog({ ...scope, position: { at: 'start' } }));
      expect(tail.lines.map(({ text }) => text)).toEqual([...numbered(20), 'it broke']);
      expect(textsIn(await source.readLog({ ...scope, position: { at: 'time', time: day } }))).toEqual([]);
    }
    let seen: string | undefined;
    const watching = (async () => {
      for await (const change of source.watch({})) {
        seen = change.execution;
        return;
      }
    })();
    await expect.poll(() => record('two').then(() => seen)).toBe('two');
    await watching;
    await source[Symbol.asyncDispose]();
  });

  it('refuse a reader who writes, in words', async () => {
    await using sink = await openRedisSink(server.url, as('execlogs-reader'));
    const created = sink.createExecution({ execution: 'mine', name: 'run', startedAt: day });
    await expect(created).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('docs/redis.md'),
    });
    await record('three');
    const { source, admin } = await openRedisSource(server.url, as('execlogs-reader'));
    await expect(admin?.deleteExecution({ execution: 'three' })).rejects.toMatchObject({ code: 'forbidden' });
    expect((await source.getExecution({ execution: 'three' })).status).toBe('failed');
    await source[Symbol.asyncDispose]();
  });

  it('let an archiver read and delete', async () => {
    await record('four');
    const { source, admin } = await openRedisSource(server.url, as('execlogs-archiver'));
    const ref = { execution: 'four', step: 'build', host: 'alpha' };
    expect((await source.readLog({ ...ref, position: { at: 'start' } })).lines.count).toBe(21);
    await admin?.deleteExecution(ref);
    await expect(source.getExecution(ref)).rejects.toMatchObject({ code: 'notFound' });
    await using redis = await openRedis(server.url);
    expect(await redis.call(['KEYS', 'execlogs:{four}*'])).toEqual([]);
    await source[Symbol.asyncDispose]();
  });

  it('keep everyone from keys of others', async () => {
    for (const user of ['execlogs-reader', 'execlogs-writer', 'execlogs-archiver']) {
      await using redis = await openRedis(server.url, as(user));
      await expect(redis.call(['GET', 'other'])).rejects.toMatchObject({ code: 'forbidden' });
    }
  });
});
