import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openRedis } from '../../../../src/sources/redis/connection.ts';
import { openRedisSink, openRedisSource } from '../../../../src/sources/redis/open.ts';
import { columns, day, follow, numbered, textsIn } from '../../../contract/recording.ts';
import { RedisServer } from '../../../harness/redisServer.ts';

const slots = 16_384;
let nodes: RedisServer[];

/** Three masters that share the slots. */
beforeAll(async () => {
  nodes = await Promise.all([0, 1, 2].map(() => RedisServer.start({ cluster: true })));
  for (const [i, node] of nodes.entries()) {
    await using redis = await openRedis(node.url);
    const [first, next] = [i, i + 1].map((n) => Math.floor((slots * n) / nodes.length));
    await redis.call(['CLUSTER', 'ADDSLOTSRANGE', first ?? 0, (next ?? slots) - 1]);
    await redis.call(['CLUSTER', 'SET-CONFIG-EPOCH', i + 1]);
  }
  const [first, ...others] = nodes;
  for (const { port, busPort } of others) {
    await using redis = await openRedis(first?.url ?? '');
    await redis.call(['CLUSTER', 'MEET', '127.0.0.1', port, busPort]);
  }
  for (const node of nodes) {
    await using redis = await openRedis(node.url);
    const info = async () => new TextDecoder().decode((await redis.call(['CLUSTER', 'INFO'])) as Uint8Array);
    await vi.waitFor(async () => expect(await info()).toMatch(/cluster_state:ok[^]*cluster_known_nodes:3/), 20_000);
  }
}, 30_000);
afterAll(() => Promise.all(nodes.map((node) => node[Symbol.asyncDispose]())));

it('a cluster is recorded into, read, followed and freed as one Redis is', async () => {
  const url = `${nodes[0]?.url ?? ''}?cluster=1`;
  await using sink = await openRedisSink(url);
  const { source, admin } = await openRedisSource(url);
  const executions = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const execution of executions) {
    const hosts = ['alpha', 'beta'].map((id) => ({ id, name: id }));
    await sink.createExecution({ execution, name: execution, startedAt: day });
    await sink.startStep({ execution, step: 'build', name: 'build', order: 1, status: 'running', hosts, at: day });
    const tail = follow(source.tailLog({ execution, position: { at: 'start' } }));
    await sink.append({ execution, step: 'build', host: 'alpha', firstNumber: 1, lines: columns(numbered(1_500)) });
    await sink.append({ execution, step: 'build', host: 'beta', firstNumber: 1, lines: columns(numbered(10)) });
    await sink.finishExecution({ execution, status: 'succeeded', at: day });
    expect((await tail).lines.length).toBe(1_510);
  }
  expect((await source.listExecutions({})).executions.map(({ id }) => id)).toEqual(executions.toReversed());
  const ref = { execution: 'a', step: 'build', host: 'beta' };
  expect(textsIn(await source.readLog({ ...ref, position: { at: 'end' } }))).toEqual(numbered(10));
  await admin?.deleteExecution({ execution: 'a' });
  expect((await source.listExecutions({})).executions.length).toBe(5);
  await source[Symbol.asyncDispose]();
});

it('a node that is opened as if it were all says what to do', async () => {
  await using sink = await openRedisSink(nodes[0]?.url ?? '');
  const created = ['a', 'b', 'c', 'd', 'e', 'f'].map((id) =>
    sink.createExecution({ execution: `other-${id}`, name: id, startedAt: day }),
  );
  const failures = (await Promise.allSettled(created)).filter((one) => one.status === 'rejected');
  expect(failures.map(({ reason }) => String(reason))).toContainEqual(expect.stringContaining('?cluster=1'));
});
