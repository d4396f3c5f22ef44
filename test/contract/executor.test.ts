import { MemoryStore } from '../../src/sources/memory.ts';
import { describeLogSource } from './describeLogSource.ts';
import { servedOverHttp } from './served.ts';

await describeLogSource('client(executor(memory))', async () => {
  const store = new MemoryStore();
  return servedOverHttp({
    source: store,
    sink: store,
    admin: store,
    statistics: store,
    waitingTails: () => store.waiting,
    trim: async (ref, to) => store.trim(ref, to),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  });
});
