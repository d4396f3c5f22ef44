import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { combined } from '../../../src/sources/combined.ts';
import { openLocalSource } from '../../../src/sources/local/source.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { Program } from '../../harness/program.ts';
import { startService } from '../../harness/service.ts';

test('a list that lacks what is out of reach says so on stderr, and once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-list-'));
  using program = new Program();
  const archive = new MemoryStore();
  for (let i = 0; i < 300; i++) {
    await archive.createExecution({ execution: `e${i}`, name: 'kept', startedAt: i });
    await archive.finishExecution({ execution: `e${i}`, status: 'succeeded', at: i });
  }
  const path = join(folder, 'live.sqlite');
  await writeFile(path, 'These are my notes.\n'.repeat(1_000));
  await using source = combined(openLocalSource(path), archive);
  await using service = await startService({ served: { source } });
  const listed = await program.run('list', '--from', service.url, '--limit', '250');
  expect(listed.code).toBe(0);
  expect(listed.stdout.trim().split('\n')).toHaveLength(251);
  expect(listed.stderr.match(/execlogs: This list may not be whole\. .*live\.sqlite.*\n/g)).toHaveLength(1);
  const asked = await program.run('list', '--from', service.url, '--json');
  expect(asked.stdout).not.toContain('may not be whole');
  expect(asked.stderr).toContain('This list may not be whole.');
  await rm(folder, { recursive: true });
});
