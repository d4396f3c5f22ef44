import { expect, test } from 'vitest';
import { withClientFilter } from '../../../src/base/clientFilter.ts';
import type { LogPage } from '../../../src/model/page.ts';
import { pointer } from '../../../src/model/pointer.ts';
import type { LogQuery, Position } from '../../../src/model/query.ts';
import type { LogSource } from '../../../src/model/source.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { compileFilter } from '../../../src/text/matcher.ts';
import { columns, day, numbered, textsIn } from '../../contract/recording.ts';

const scope = { execution: 'run', step: 'build', host: 'alpha' };

async function written(lines: readonly string[]): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.createExecution({ execution: 'run', name: 'run', startedAt: day });
  const hosts = [{ id: 'alpha', name: 'alpha' }];
  await store.startStep({ ...scope, name: 'build', order: 1, status: 'running', hosts, at: day });
  await store.append({ ...scope, firstNumber: 1, lines: columns(lines) });
  return store;
}

/** Counts how often it is read, and lists its pointers instead of leaving them to be worked out. */
function counting(store: MemoryStore, reads: LogQuery[]): LogSource {
  const listing = (page: LogPage): LogPage => {
    const pointers = [...page.lines.numbers].map((number) => `${page.lines.origins[0]?.pointerPrefix ?? ''}${number}`);
    return { ...page, lines: { ...page.lines, pointers } };
  };
  return {
    capabilities: { ...store.capabilities, filters: false },
    listExecutions: (query, options) => store.listExecutions(query, options),
    getExecution: (ref, options) => store.getExecution(ref, options),
    getStepResult: (query, options) => store.getStepResult(query, options),
    readLog: async (query, options) => {
      reads.push(query);
      return listing(await store.readLog(query, options));
    },
    tailLog: (query, options) => store.tailLog(query, options),
    watch: (query, options) => store.watch(query, options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}

test('declares that it filters, whatever the source beneath does', async () => {
  const store = await written([]);
  const source = withClientFilter(counting(store, []), compileFilter);
  expect([store.capabilities.filters, source.capabilities]).toEqual([true, { ...store.capabilities, filters: true }]);
});

test('a read that finds nothing stops after a bounded number of reads, and says how far it came', async () => {
  const reads: LogQuery[] = [];
  const source = withClientFilter(counting(await written(numbered(120_000)), reads), compileFilter);
  const query = { ...scope, filter: { text: { pattern: 'nowhere' } } };
  const first = await source.readLog({ ...query, position: { at: 'start' } });
  expect([first.lines.count, first.complete, first.scanned]).toEqual([0, false, { lines: 100_000, total: 120_000 }]);
  expect(reads.length).toBeLessThanOrEqual(50);
  const rest = await source.readLog({ ...query, position: { at: 'after', pointer: first.newer } });
  expect(rest.scanned?.lines).toBe(20_000);
});

test('pointers that are listed come along, from wherever a page is read', async () => {
  const source = withClientFilter(counting(await written(numbered(100)), []), compileFilter);
  const filter = { text: { pattern: '0$', regex: true } };
  const middle = pointer('memory:run/1@50');
  const positions: Position[] = [{ at: 'start' }, { at: 'end' }, { at: 'around', pointer: middle }];
  for (const position of positions) {
    const page = await source.readLog({ ...scope, position, filter, limit: { lines: 4 } });
    expect(page.lines.pointers).toEqual(textsIn(page).map((text) => text.replace('line ', 'memory:run/1@')));
    expect(page.lines.count).toBe(4);
  }
});

test('a tail of the end begins with the newest lines that match, however far back', async () => {
  const store = await written(['wanted', ...numbered(5_000)]);
  await store.finishExecution({ execution: 'run', status: 'succeeded', at: day });
  const source = withClientFilter(counting(store, []), compileFilter);
  const texts: string[] = [];
  for await (const page of source.tailLog({
    ...scope,
    position: { at: 'end' },
    filter: { text: { pattern: 'wanted' } },
  }))
    texts.push(...textsIn(page));
  expect(texts).toEqual(['wanted']);
});
