import { expect, test } from 'vitest';
import type { LogSource } from '../../src/model/source.ts';
import { mount, numbered, recorded } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

test('a log that has run far ahead is shown at its end without reading all that lies between', async () => {
  const { store, address, append } = await recorded(numbered(500));
  let pages = 0;
  const counting: LogSource = {
    capabilities: store.capabilities,
    listExecutions: (query, options) => store.listExecutions(query, options),
    getExecution: (ref, options) => store.getExecution(ref, options),
    getStepResult: (query, options) => store.getStepResult(query, options),
    readLog: (query, options) => store.readLog(query, options),
    async *tailLog(query, options) {
      for await (const page of store.tailLog(query, options)) {
        pages++;
        yield page;
      }
    },
    watch: (query, options) => store.watch(query, options),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
  const view = await mount(counting, { address });
  await append(numbered(10_000, 501));
  await eventually(() => {
    expect(view.lines().at(-1)?.text).toBe('line 10500');
  });
  await append(['more']);
  await eventually(() => {
    expect(view.lines().at(-1)?.text).toBe('more');
  });
  expect(pages).toBeLessThan(6);
});
