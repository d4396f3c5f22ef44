import { MemoryStore } from '../../src/sources/memory.ts';
import { describeLogSource } from './describeLogSource.ts';
import { overPort } from './overPort.ts';

await describeLogSource('port(memory)', async () => {
  const store = new MemoryStore();
  return overPort({
    source: store,
    sink: store,
    admin: store,
    waitingTails: () => store.waiting,
    trim: async (ref, to) => store.trim(ref, to),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  });
});
