import { expect, test } from 'vitest';
import { pollingWatch } from '../../../src/base/pollingWatch.ts';
import type { WatchQuery } from '../../../src/model/query.ts';
import type { Change } from '../../../src/model/source.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { columns, day } from '../../contract/recording.ts';

const step = { execution: 'run', step: 'build' };

async function recorded(): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.createExecution({ execution: 'run', name: 'run', startedAt: day });
  const hosts = ['alpha', 'beta'].map((id) => ({ id, name: id }));
  await store.startStep({ ...step, name: 'build', order: 1, status: 'running', hosts, at: day });
  return store;
}

/** What a watcher hears when one thing after another happens, one before each look; it leaves after the last. */
async function heard(store: MemoryStore, query: WatchQuery, happenings: readonly (() => Promise<void>)[]) {
  const left = new Error('left');
  const rounds: Change[][] = [];
  const toCome = [...happenings];
  const pause = async (): Promise<void> => {
    rounds.push([]);
    const next = toCome.shift();
    if (!next) throw left;
    await next();
  };
  const watching = (async () => {
    for await (const change of pollingWatch(store, query, pause, new AbortController().signal))
      rounds.at(-1)?.push(change);
  })();
  await expect(watching).rejects.toBe(left);
  return rounds.slice(0, -1);
}

const nothing = async (): Promise<void> => {};

test('tells what has changed since the last look, and nothing when nothing has', async () => {
  const store = await recorded();
  const end = { status: 'failed', at: day } as const;
  expect(
    await heard(store, step, [
      nothing,
      () => store.startHost({ ...step, host: 'beta', at: day }),
      nothing,
      () => store.append({ ...step, host: 'beta', firstNumber: 1, lines: columns(['x']) }),
      () => store.finishHost({ ...step, host: 'alpha', ...end }),
    ]),
  ).toEqual([[], [{ ...step, host: 'beta' }], [], [{ ...step, host: 'beta' }], [{ ...step, host: 'alpha' }]]);
});

test('tells of executions, of steps, of hosts, as narrowly as was asked', async () => {
  const store = await recorded();
  const end = { status: 'failed', at: day } as const;
  const another = () => store.createExecution({ execution: 'next', name: 'next', startedAt: day });
  expect(await heard(store, {}, [another])).toEqual([[{ execution: 'next' }]]);
  const fails = () => store.finishStep({ ...step, ...end });
  expect(await heard(store, { execution: 'run' }, [fails])).toEqual([[step]]);
});

test('ends with what ends the looking: a thing that is not there, or is not any more', async () => {
  const store = await recorded();
  const signal = new AbortController().signal;
  const none = pollingWatch(store, { execution: 'no' }, nothing, signal).next();
  await expect(none).rejects.toMatchObject({ code: 'notFound' });
  await store.finishExecution({ execution: 'run', status: 'succeeded', at: day });
  const removed = pollingWatch(store, { execution: 'run' }, () => store.deleteExecution({ execution: 'run' }), signal);
  await expect(removed.next()).rejects.toMatchObject({ code: 'notFound' });
});
