import { expect, test } from 'vitest';
import { combinedStatistics } from '../../../src/sources/combined.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { columns, day } from '../../contract/recording.ts';

async function run(store: MemoryStore, execution: string, takes: number, texts: readonly string[]): Promise<void> {
  const ref = { execution, step: 's', host: 'h' };
  await store.createExecution({ execution, name: 'n', job: 'j', startedAt: day });
  const hosts = [{ id: 'h', name: 'h' }];
  await store.startStep({ execution, step: 's', name: 's', order: 1, status: 'running', hosts, at: day });
  await store.append({ ...ref, firstNumber: 1, lines: columns(texts.map((text) => ({ text, time: day }))) });
  await store.metric({ execution, name: 'n', value: takes, at: day });
  await store.finishExecution({ execution, status: 'succeeded', at: day + takes });
}

test('what is counted live and in the archive is one', async () => {
  await using live = new MemoryStore();
  await using archive = new MemoryStore();
  await run(live, 'new', 10, ['x', 'ERROR: disk 1 full']);
  await run(archive, 'old', 30, ['x', 'y', 'ERROR: disk 2 full']);
  await run(archive, 'older', 50, []);
  const both = combinedStatistics(live, archive);
  for (const query of [{}, { job: 'j' }])
    expect(await both.statistics(query)).toMatchObject({
      lines: 5,
      levels: { none: 3, error: 2 },
      steps: [{ step: 's', lines: 5 }],
      hours: [{ hour: day, lines: 5 }],
      errors: [{ text: 'ERROR: disk # full', count: 2, execution: 'new' }],
      executions: { statuses: { succeeded: 3 }, durations: { count: 3, mean: 30, most: 50, least: 10 } },
    });
  expect((await both.statistics({ execution: 'old' })).lines).toBe(3);
  expect(await both.metrics({ execution: 'new' })).toMatchObject([{ value: 10 }]);
  await expect(both.metrics({ execution: 'no' })).rejects.toMatchObject({ code: 'notFound' });
});

test('sums are refused while one of the places cannot be had', async () => {
  await using archive = new MemoryStore();
  const live = new MemoryStore();
  await live[Symbol.asyncDispose]();
  await run(archive, 'old', 30, ['x']);
  await expect(combinedStatistics(live, archive).statistics({})).rejects.toMatchObject({ code: 'closed' });
});
