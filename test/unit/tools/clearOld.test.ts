import { afterEach, beforeEach, expect, test } from 'vitest';
import { processLease } from '../../../src/base/lease.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { deleteAll, endedBefore } from '../../../src/tools/clearOld.ts';
import { startClearing } from '../../../src/tools/startClearing.ts';
import { eventually } from '../../harness/eventually.ts';

const day = 86_400_000;
const now = Date.now();
let store: MemoryStore;
beforeEach(() => {
  store = new MemoryStore();
});
afterEach(() => store[Symbol.asyncDispose]());

async function record(execution: string, startedAt: number, endedAt?: number): Promise<void> {
  await store.createExecution({ execution, name: execution, startedAt });
  if (endedAt !== undefined) await store.finishExecution({ execution, status: 'failed', at: endedAt });
}

async function left(): Promise<string[]> {
  return (await store.listExecutions({ limit: 1_000 })).executions.map(({ id }) => id).toSorted();
}

test('what ended before is found, oldest first, however long it ran; what runs is not', async () => {
  await record('young', now - 100 * day, now - 10 * day);
  await record('runs', now - 100 * day);
  for (let i = 0; i < 450; i++) await record(`old-${i}`, now - 200 * day + i, now - 91 * day);
  const found = (await endedBefore(store, now - 90 * day)).map(({ id }) => id);
  expect(found).toEqual(Array.from({ length: 450 }, (_, i) => `old-${i}`));
});

test('deleting goes on after what is gone already, and keeps what is refused', async () => {
  for (const id of ['a', 'b', 'c']) await record(id, now - 100 * day, now - 95 * day);
  const old = await endedBefore(store, now);
  await store.deleteExecution({ execution: 'b' });
  await record('b', now);
  await store.deleteExecution({ execution: 'c' });
  const told = await Array.fromAsync(deleteAll(store, old));
  expect(told.map((what) => ('deleted' in what ? what.deleted.id : `${what.kept.id} ${what.error.code}`))).toEqual([
    'a',
    'b invalidRequest',
  ]);
  expect(await left()).toEqual(['b']);
});

test('an interrupted deletion is completed by doing it again', async () => {
  for (const id of ['a', 'b', 'c']) await record(id, now - 100 * day, now - 95 * day);
  const stop = new AbortController();
  const deleting = (async () => {
    for await (const _ of deleteAll(store, await endedBefore(store, now), stop)) stop.abort(new Error('enough'));
  })();
  await expect(deleting).rejects.toThrow('enough');
  expect((await left()).length).toBe(2);
  await Array.fromAsync(deleteAll(store, await endedBefore(store, now)));
  expect(await left()).toEqual([]);
});

test('a service deletes what became old, by one of those who share a lease', async () => {
  await record('old', now - 100 * day, now - 95 * day);
  await record('young', now - 100 * day, now - 5 * day);
  const stop = new AbortController();
  const deleted: string[] = [];
  const clearing = {
    ...{ source: store, admin: store, lease: processLease(), limits: { ageMs: 90 * day }, firstMs: 1, everyMs: 5 },
    signal: stop.signal,
    report: (what: object) => void deleted.push('deleted' in what ? 'deleted' : 'failed'),
  };
  const running = [startClearing(clearing), startClearing(clearing)];
  await eventually(async () => {
    expect(await left()).toEqual(['young']);
  });
  await record('late', now - 200 * day, now - 91 * day);
  await eventually(async () => {
    expect(await left()).toEqual(['young']);
  });
  stop.abort();
  await Promise.all(running);
  expect(deleted).toEqual(['deleted', 'deleted']);
});
