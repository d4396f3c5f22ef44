import { beforeEach, expect, test } from 'vitest';
import { Words } from '../../../src/cli/commandLine.ts';
import { scopeOf } from '../../../src/cli/logQuery.ts';
import { tail } from '../../../src/cli/tail.ts';
import type { LogScope } from '../../../src/model/query.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';

const execution = 'run';
let store: MemoryStore;

beforeEach(() => {
  store = new MemoryStore();
});

async function begin(kind?: string): Promise<void> {
  await store.createExecution({ execution, name: 'deploy', startedAt: 0, ...(kind !== undefined && { kind }) });
  const hosts = [{ id: 'a', name: 'a' }];
  await store.startStep({ execution, step: 'one', name: 'one', order: 1, status: 'running', hosts, at: 0 });
}

async function scope(...typed: string[]): Promise<LogScope> {
  return scopeOf(store, await store.getExecution({ execution }), new Words(tail, [execution, ...typed]));
}

test('what runs may get more steps and hosts, and is read as a whole', async () => {
  await begin();
  expect(await scope()).toEqual({ execution });
  expect(await scope('--step', 'one')).toEqual({ execution, step: 'one' });
  expect(await scope('--host', 'a')).toEqual({ execution, step: 'one', host: 'a' });
});

test('the only host of the only step of what has ended is read by itself', async () => {
  await begin();
  await store.finishStep({ execution, step: 'one', status: 'succeeded', at: 1 });
  expect(await scope('--step', 'one')).toEqual({ execution, step: 'one', host: 'a' });
  await store.finishExecution({ execution, status: 'succeeded', at: 1 });
  expect(await scope()).toEqual({ execution, step: 'one', host: 'a' });
});

test('a command has one step on one host, also while it runs', async () => {
  await begin('command');
  expect(await scope()).toEqual({ execution, step: 'one', host: 'a' });
});
