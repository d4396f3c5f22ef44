import { join } from 'node:path';
import { expect, it } from 'vitest';
import { linesOf } from '../../src/base/lineBatch.ts';
import type { Position } from '../../src/model/query.ts';
import { openLocalSource, type LocalSource } from '../../src/sources/local/source.ts';
import { Program, temporaryFolder } from './store/processes.ts';
import { lineOf } from './store/writer.ts';
import { eventually } from '../harness/eventually.ts';

const rounds = Number(process.env['EXECLOGS_TEST_ROUNDS'] ?? 20);

it(
  `a writer killed at any moment loses nothing it was told is kept (${rounds} times)`,
  { timeout: rounds * 10_000 },
  async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    for (let round = 0; round < rounds; round++) {
      const execution = `run-${round}`;
      await using writer = new Program('writer.ts', [path, execution, 2, 60_000]);
      // Some die at their first line, some after hundreds of appends.
      const moment = 1 + ((round * 37) % 120);
      await eventually(() => expect(writer.lines.length).toBeGreaterThan(moment));
      await writer.kill();
      await using source = openLocalSource(path);
      for (const host of ['h0', 'h1']) {
        const acknowledged = writer.lines.reduce<number>((most, line) => {
          const said = line as { host?: string; written?: number };
          return said.host === host ? Math.max(most, said.written ?? 0) : most;
        }, 0);
        expect(await countLines(source, execution, host)).toBeGreaterThanOrEqual(acknowledged);
      }
      if (round === rounds - 1)
        await eventually(async () => {
          const { status, steps } = await source.getExecution({ execution });
          expect([status, steps[0]?.status, steps[0]?.hosts]).toEqual([
            'interrupted',
            'interrupted',
            { interrupted: 2 },
          ]);
        });
    }
  },
);

/** How many lines a host has, each of them what was written. */
async function countLines(source: LocalSource, execution: string, host: string): Promise<number> {
  let count = 0;
  for (let position: Position = { at: 'start' }; ;) {
    const page = await source.readLog({ execution, step: 's', host, position });
    const wanted = Array.from({ length: page.lines.count }, (_, i) => lineOf(execution, host, count + i + 1));
    expect([...linesOf(page.lines)].map(({ text }) => text)).toEqual(wanted);
    count += page.lines.count;
    if (page.lines.count === 0) break;
    position = { at: 'after', pointer: page.newer };
  }
  const [result] = (await source.getStepResult({ execution, step: 's', text: host })).hosts;
  expect(result?.lines).toBe(count);
  return count;
}
