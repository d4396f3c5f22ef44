import { expect, test } from 'vitest';
import { narrowed } from '../../../../src/extension/commands/narrowed.ts';
import type { Connection } from '../../../../src/extension/connection.ts';
import { ExecutionTree } from '../../../../src/extension/tree/executionTree.ts';
import { addressOf } from '../../../../src/extension/tree/nodes.ts';
import type { LogScope } from '../../../../src/model/query.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';

interface Run {
  readonly kind?: string;
  readonly hosts: readonly string[];
  readonly steps?: readonly string[];
  readonly ended?: boolean;
}

async function recorded({ kind, hosts, steps = ['only'], ended = false }: Run) {
  const store = new MemoryStore();
  const execution = 'run';
  await store.createExecution({ execution, name: 'run', startedAt: 0, ...(kind !== undefined && { kind }) });
  for (const [index, step] of steps.entries()) {
    const named = hosts.map((id) => ({ id, name: id }));
    await store.startStep({ execution, step, name: step, order: index + 1, status: 'running', hosts: named, at: 0 });
  }
  if (ended) await store.finishExecution({ execution, status: 'succeeded', at: 1 });
  const connection: Connection = {
    name: 'local',
    label: 'local',
    kind: 'own',
    place: 'memory:',
    connected: true,
    open: async () => ({ source: store, [Symbol.asyncDispose]: async () => undefined }),
  };
  const tree = new ExecutionTree(() => [connection]);
  return async (scope: Partial<LogScope>): Promise<LogScope> =>
    addressOf(await narrowed(await tree.find('local', { execution, ...scope }))).scope;
}

const whole = { execution: 'run' };
const alone = { execution: 'run', step: 'only', host: 'here' };

test('a step with one host means that host’s log, one with several its own', async () => {
  expect(await (await recorded({ hosts: ['here'] }))({ step: 'only' })).toEqual(alone);
  expect(await (await recorded({ hosts: ['here', 'there'] }))({ step: 'only' })).toEqual({ ...whole, step: 'only' });
});

test('a job means the log of its only step and host, also while it runs', async () => {
  expect(await (await recorded({ kind: 'plan_execute', hosts: ['here'] }))({})).toEqual(alone);
});

test('a run that may get further steps means all of them', async () => {
  expect(await (await recorded({ kind: 'pipeline', hosts: ['here'] }))({})).toEqual(whole);
  expect(await (await recorded({ kind: 'pipeline', hosts: ['here'], ended: true }))({})).toEqual(alone);
});

test('a run of several steps or hosts means all of them', async () => {
  for (const run of [
    { kind: 'plan_execute', hosts: ['here'], steps: ['one', 'two'] },
    { kind: 'plan_execute', hosts: ['here', 'there'] },
  ])
    expect(await (await recorded(run))({})).toEqual(whole);
});
