import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openLocalSource } from '../../src/sources/local/source.ts';
import { Program, temporaryFolder } from './store/processes.ts';

/** How long the recorders record; EXECLOGS_TEST_SECONDS=60 for the long form. */
const seconds = Number(process.env['EXECLOGS_TEST_SECONDS'] ?? 4);
const recorders = 4;
const hosts = 3;

it(
  'four recorders and two readers share a store: nobody is turned away, every line is counted once',
  { timeout: (seconds + 60) * 1_000 },
  async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'store.sqlite');
    const readers = [1, 2].map(() => new Program('reader.ts', [path, (seconds + 3) * 1_000]));
    const names = Array.from({ length: recorders }, (_, i) => `run-${i}`);
    const writers = names.map((name) => new Program('writer.ts', [path, name, hosts, seconds * 1_000]));
    await Promise.all([...writers, ...readers].map((program) => program.exit));
    for (const program of [...writers, ...readers]) expect(await program.stderr).toBe('');

    await using source = openLocalSource(path);
    const counts: Record<string, Record<string, number>> = {};
    for (const [i, execution] of names.entries()) {
      const acknowledged: Record<string, number> = {};
      for (const line of writers[i]?.lines ?? []) {
        const { host, written } = line as { host?: string; written?: number };
        if (host !== undefined && written !== undefined) acknowledged[host] = written;
      }
      const { hosts: results } = await source.getStepResult({ execution, step: 's' });
      expect(Object.fromEntries(results.map(({ id, lines }) => [id, lines]))).toEqual(acknowledged);
      expect((await source.getExecution({ execution })).status).toBe('succeeded');
      counts[execution] = acknowledged;
    }
    for (const reader of readers) {
      const seen = reader.lines[0] as { execution: string; seen: Record<string, number> }[];
      expect(Object.fromEntries(seen.map((one) => [one.execution, one.seen]))).toEqual(counts);
    }
  },
);
