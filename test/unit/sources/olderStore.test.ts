import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineColumnsBuilder, lineText } from '../../../src/base/lineBatch.ts';
import { openLocalSink } from '../../../src/sources/local/sink.ts';
import { openLocalSource } from '../../../src/sources/local/source.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execlogs-older-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** What version 1 did not have. */
const newer = [
  'ALTER TABLE executions DROP COLUMN url',
  'DROP INDEX executions_copies',
  'ALTER TABLE executions DROP COLUMN copy_of',
  'DROP INDEX hosts_formerly',
  'ALTER TABLE hosts DROP COLUMN formerly',
  'ALTER TABLE chunks DROP COLUMN lost',
  'ALTER TABLE hosts DROP COLUMN ignored',
  'DROP INDEX executions_uncounted',
  'ALTER TABLE executions DROP COLUMN counted',
  ...['counts', 'errors', 'hour_totals', 'step_totals', 'error_totals', 'metrics'].map(
    (table) => `DROP TABLE ${table}`,
  ),
  'DROP INDEX executions_of_job',
  'ALTER TABLE executions DROP COLUMN job',
  'PRAGMA user_version = 1',
];

test('a store of the first version is read, and written to, with all that was in it', async () => {
  const path = join(folder, 'store.sqlite');
  const scope = { execution: 'e', step: 's', host: 'h' };
  const line = (text: string) => new LineColumnsBuilder().add({ text }).build();
  {
    await using sink = await openLocalSink(path);
    await sink.createExecution({ execution: 'e', name: 'e', startedAt: 0 });
    const hosts = [{ id: 'h', name: 'h' }];
    await sink.startStep({ execution: 'e', step: 's', name: 's', order: 1, status: 'running', hosts, at: 0 });
    await sink.append({ ...scope, firstNumber: 1, lines: line('one') });
  }
  const db = new DatabaseSync(path);
  for (const statement of newer) db.exec(statement);
  db.close();
  await using source = openLocalSource(path);
  const first = await source.readLog({ ...scope, position: { at: 'start' } });
  expect(lineText(first.lines, 0)).toBe('one');
  await using sink = await openLocalSink(path);
  await sink.append({ ...scope, firstNumber: 2, lines: line('two') });
  expect((await source.readLog({ ...scope, position: { at: 'start' } })).lines.count).toBe(2);
});
