import { expect, test } from 'vitest';
import { followChanges } from '../../../../src/extension/tree/follow.ts';
import type { ChangedExecutions } from '../../../../src/extension/tree/changes.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';

const quiet = { warn: () => undefined };

test('says to look again only once it would see whatever is written from then on', async () => {
  const store = new MemoryStore();
  const ended = new AbortController();
  const seen = Promise.withResolvers<ChangedExecutions>();
  const source = Promise.resolve({ source: store, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() });
  void followChanges(
    { name: 'memory', open: () => source },
    {
      signal: ended.signal,
      log: quiet,
      missed: () => void store.createExecution({ execution: 'written at that moment', name: 'x', startedAt: 0 }),
      apply: (changes) => {
        seen.resolve(changes);
        return Promise.resolve();
      },
    },
  );
  expect([...(await seen.promise).keys()]).toEqual(['written at that moment']);
  ended.abort();
});
