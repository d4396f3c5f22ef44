import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LogFile } from '../../../src/record/deploymentLog/logFile.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'execlogs-logfile-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('writes through no link that somebody has put in its way', () => {
  const victim = join(folder, 'victim');
  writeFileSync(victim, 'mine');
  const logs = join(folder, 'logs');
  let content = 'one';
  const reports: string[] = [];
  const file = new LogFile(
    logs,
    { name: 'run', at: 5 },
    () => content,
    (words) => reports.push(words),
  );
  file.changed();
  for (const target of [victim, join(folder, 'absent')]) {
    symlinkSync(target, join(logs, `.deploy_5_${process.pid}.tmp`));
    content += '+';
    file.flush();
    const [name = ''] = readdirSync(logs);
    expect([readdirSync(logs).length, readFileSync(join(logs, name), 'utf8')]).toEqual([1, content]);
  }
  expect([readFileSync(victim, 'utf8'), reports, readdirSync(folder)]).toEqual(['mine', [], ['logs', 'victim']]);
});
