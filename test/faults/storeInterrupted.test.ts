import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { Program, temporaryFolder } from './store/processes.ts';
import { eventually } from '../harness/eventually.ts';

it('a recorder that is killed ends its tails and is told to its watchers; then its run can be deleted', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.sqlite');
  await using writer = new Program('writer.ts', [path, 'run', 1, 60_000]);
  await eventually(() => expect(writer.lines.length).toBeGreaterThan(5));
  await using source = openLocalSource(path);
  expect((await source.getExecution({ execution: 'run' })).status).toBe('running');
  await expect(source.deleteExecution({ execution: 'run' })).rejects.toMatchObject({ code: 'invalidRequest' });

  const tail = (async () => {
    let complete = false;
    for await (const page of source.tailLog({ execution: 'run', position: { at: 'end' } })) ({ complete } = page);
    return complete;
  })();
  const leave = new AbortController();
  const watch = (async () => {
    for await (const change of source.watch({}, { signal: leave.signal })) if (change.step === undefined) return change;
    return undefined;
  })();
  await eventually(() => expect(source.waiting).toBeGreaterThan(0));
  await writer.kill();
  expect(await tail).toBe(true);
  expect(await watch).toEqual({ execution: 'run' });
  leave.abort();

  const { status, endedAt, history } = await source.getExecution({ execution: 'run' });
  expect(status).toBe('interrupted');
  expect(history?.at(-1)).toEqual({ status: 'interrupted', at: endedAt });
  const { executions } = await source.listExecutions({ filter: { statuses: ['interrupted'] } });
  expect(executions.map(({ id }) => id)).toEqual(['run']);
  await source.deleteExecution({ execution: 'run' });
  expect((await source.listExecutions({})).executions).toEqual([]);
});

it('a recorder that lives and is silent stays running', async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'store.sqlite');
  await using writer = new Program('writer.ts', [path, 'run', 1, 60_000]);
  await eventually(() => expect(writer.lines.length).toBeGreaterThan(5));
  writer.child.kill('SIGSTOP');
  await using source = openLocalSource(path);
  const silent = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000);
  try {
    expect((await source.getExecution({ execution: 'run' })).status).toBe('running');
  } finally {
    silent.mockRestore();
  }
});
