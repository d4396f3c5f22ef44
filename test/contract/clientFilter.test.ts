import { withClientFilter } from '../../src/base/clientFilter.ts';
import type { LogSource } from '../../src/model/source.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { compileFilter } from '../../src/text/matcher.ts';
import { describeLogSource } from './describeLogSource.ts';

/** A store that cannot filter, and takes care that nobody asks it to. */
function filterless(store: MemoryStore): LogSource {
  const checked = <T extends { readonly filter?: unknown }>(query: T): T => {
    if (query.filter !== undefined) throw new Error('This source was asked to filter.');
    return query;
  };
  return {
    capabilities: { ...store.capabilities, filters: false },
    listExecutions: (query, options) => store.listExecutions(query, options),
    getExecution: (ref, options) => store.getExecution(ref, options),
    getStepResult: (query, options) => store.getStepResult(query, options),
    readLog: async (query, options) => store.readLog(checked(query), options),
    tailLog: (query, options) => store.tailLog(checked(query), options),
    watch: (query, options) => store.watch(query, options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

await describeLogSource('clientFilter(memory)', async () => {
  const store = new MemoryStore();
  return {
    source: withClientFilter(filterless(store), compileFilter),
    sink: store,
    admin: store,
    waitingTails: () => store.waiting,
    trim: async (ref, to) => store.trim(ref, to),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
});
