import { MemoryStore } from '../../src/sources/memory.ts';
import { describeLogSource } from './describeLogSource.ts';

await describeLogSource('memory', async () => {
  const store = new MemoryStore();
  return {
    source: store,
    sink: store,
    admin: store,
    statistics: store,
    waitingTails: () => store.waiting,
    trim: async (ref, to) => store.trim(ref, to),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
});
