import { afterAll, beforeAll, expect, test } from 'vitest';
import { openRedisLease } from '../../../../src/sources/redis/lease.ts';
import { openRedis } from '../../../../src/sources/redis/connection.ts';
import { RedisServer } from '../../../harness/redisServer.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
afterAll(() => server[Symbol.asyncDispose]());

const name = 'archive';
const key = `execlogs:lease:${name}`;

test('one holds it at a time, and the next when it is given back', async () => {
  await using one = await openRedisLease(server.url, name);
  await using other = await openRedisLease(server.url, name);
  const held = await one.hold(async () => [await other.hold(async () => 'mine'), 'held']);
  expect(held).toEqual([undefined, 'held']);
  expect(await other.hold(async () => 'mine')).toBe('mine');
  await expect(one.hold(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await other.hold(async () => 'mine')).toBe('mine');
});

test('other prefixes and names are other leases', async () => {
  await using one = await openRedisLease(server.url, name);
  await using other = await openRedisLease(`${server.url}?prefix=mine`, name);
  await using third = await openRedisLease(server.url, 'else');
  const all = await one.hold(() => other.hold(() => third.hold(async () => 'all')));
  expect(all).toBe('all');
});

test('it is renewed for as long as it is held', async () => {
  await using one = await openRedisLease(server.url, name, {}, 200);
  await using redis = await openRedis(server.url);
  await one.hold(async () => {
    const token = String(await redis.call(['GET', key]));
    let left = 0;
    // Renewed once at least: what is left to live has grown again.
    await expect
      .poll(
        async () => {
          const before = left;
          left = Number(await redis.call(['PTTL', key]));
          return before > 0 && left > before;
        },
        { timeout: 10_000, interval: 5 },
      )
      .toBe(true);
    expect(String(await redis.call(['GET', key]))).toBe(token);
  });
  expect(await redis.call(['GET', key])).toBe(null);
});

test('whoever loses it is told, and does not take it from the next', async () => {
  await using one = await openRedisLease(server.url, name, {}, 200);
  await using redis = await openRedis(server.url);
  const lost = one.hold(async (signal) => {
    await redis.call(['SET', key, 'another']);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return signal.reason as unknown;
  });
  expect(await lost).toMatchObject({ code: 'unavailable' });
  expect(String(await redis.call(['GET', key]))).toBe('another');
  await redis.call(['DEL', key]);
});

test('whoever cannot reach Redis any longer stops in time', async () => {
  await using own = await RedisServer.start();
  await using one = await openRedisLease(own.url, name, {}, 500);
  const lost = one.hold(async (signal) => {
    own.kill();
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return signal.reason as unknown;
  });
  expect(await lost).toMatchObject({ code: 'unavailable' });
});

test('its end is passed on', async () => {
  await using one = await openRedisLease(server.url, name);
  const stop = new AbortController();
  const work = one.hold(async (signal) => {
    stop.abort(new Error('enough'));
    return String(signal.reason);
  }, stop.signal);
  expect(await work).toBe('Error: enough');
  await expect(one.hold(async () => 1, stop.signal)).rejects.toThrow('enough');
});
