import { expect, test } from 'vitest';
import type { RunState } from '../../../../src/sources/checkpoint/readState.ts';
import { Runs } from '../../../../src/sources/checkpoint/runs.ts';

function state(startedAt: number): RunState {
  const node = { name: 'n', status: 'running', startedAt, hosts: [] } as const;
  const nodes = Array.from({ length: 100_000 }, (_, i) => ({ ...node, id: `${startedAt}-${i}` }));
  return { name: 'run', status: 'running', resumed: 0, nodes };
}

test('that a file of very many steps tells of another run now is seen in time', () => {
  const runs = new Runs('file');
  const from = performance.now();
  runs.read(state(1), 10);
  runs.read(state(1), 20);
  runs.read(state(2), 30);
  expect(runs.all.map(({ id, goneAt }) => [id, goneAt])).toEqual([
    ['file', 30],
    ['file#2', undefined],
  ]);
  expect(performance.now() - from).toBeLessThan(10_000);
});
