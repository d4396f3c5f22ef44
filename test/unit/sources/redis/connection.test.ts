import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CredentialStore, Credentials } from '../../../../src/model/connect.ts';
import { openRedis } from '../../../../src/sources/redis/connection.ts';
import { eventually } from '../../../harness/eventually.ts';
import { RedisServer } from '../../../harness/redisServer.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start({ appendOnly: true, password: 'sesame' });
});
afterAll(() => server[Symbol.asyncDispose]());

function keeping(credentials: Credentials): CredentialStore {
  return { get: () => Promise.resolve(credentials), set: () => Promise.resolve() };
}

const credentials = keeping({ password: 'sesame' });

describe('a connection to Redis', () => {
  it('carries bytes both ways as they are', async () => {
    await using redis = await openRedis(server.url, { credentials });
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await redis.call(['SET', 'bytes', bytes]);
    expect(
      await redis.all([
        ['GET', 'bytes'],
        ['STRLEN', 'bytes'],
      ]),
    ).toEqual([Buffer.from(bytes), 256]);
  });

  it('uses the database of its path', async () => {
    await using one = await openRedis(`${server.url}/1`, { credentials });
    await using two = await openRedis(`${server.url}/2`, { credentials });
    await one.call(['SET', 'where', 'here']);
    expect(await two.call(['GET', 'where'])).toBeNull();
  });

  it('says what is missing when the password is, or is another', async () => {
    await using nobody = await openRedis(server.url);
    await expect(nobody.call(['GET', 'x'])).rejects.toMatchObject({ code: 'unauthorized' });
    await using other = await openRedis(server.url, { credentials: keeping({ password: 'no' }) });
    await expect(other.call(['GET', 'x'])).rejects.toMatchObject({ code: 'unauthorized' });
  });

  it('says that a command is not permitted', async () => {
    await using redis = await openRedis(server.url, { credentials });
    await redis.call(['ACL', 'SETUSER', 'guest', 'on', '>guest', '~mine:*', '+get']);
    await using guest = await openRedis(server.url, { credentials: keeping({ user: 'guest', password: 'guest' }) });
    await expect(guest.call(['SET', 'mine:x', 1])).rejects.toMatchObject({ code: 'forbidden' });
    const [refused, answer] = await guest.tryAll([
      ['GET', 'x'],
      ['GET', 'mine:x'],
    ]);
    expect([refused, answer]).toMatchObject([{ code: 'forbidden' }, null]);
  });

  it('fails at once while Redis is down, and is back as soon as Redis is', async () => {
    await using redis = await openRedis(server.url, { credentials });
    await redis.call(['SET', 'kept', 'yes']);
    const under = redis.call(['BLPOP', 'nothing', 0]);
    const broken = expect(under).rejects.toMatchObject({ code: 'unavailable' });
    server.kill();
    await broken;
    const failing = redis.call(['GET', 'kept']);
    await expect(failing).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining(redis.address.name),
    });
    await server.restart();
    await expect.poll(() => redis.call(['GET', 'kept']).then(String, () => 'down')).toBe('yes');
  });

  it('knows that Redis has only just come back, also one that it has never seen up', async () => {
    await using first = await openRedis(server.url, { credentials });
    await first.call(['PING']);
    expect(first.isJustBack).toBe(false);
    server.kill();
    await using late = await openRedis(server.url, { credentials });
    await expect(late.call(['PING'])).rejects.toMatchObject({ code: 'unavailable' });
    await server.restart();
    await eventually(() => late.call(['PING']));
    expect(late.isJustBack).toBe(true);
  });

  it('says in words that nobody listens', async () => {
    await using redis = await openRedis('redis://127.0.0.1:1');
    await expect(redis.call(['PING'])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/refuses/),
    });
  });

  it('is closed after dispose', async () => {
    const redis = await openRedis(server.url, { credentials });
    await redis.call(['PING']);
    const waiting = expect(redis.call(['BLPOP', 'nothing', 0])).rejects.toMatchObject({ code: 'closed' });
    await redis[Symbol.asyncDispose]();
    await waiting;
    await expect(redis.call(['PING'])).rejects.toMatchObject({ code: 'closed' });
  });

  it.each(['redis://', 'redis://h/x', 'http://h', 'redis://u:p@h', 'redis://h/3?cluster=1', 'redis:/h'])(
    'refuses %s',
    async (url) => {
      await expect(openRedis(url)).rejects.toMatchObject({ code: 'invalidRequest' });
    },
  );
});
