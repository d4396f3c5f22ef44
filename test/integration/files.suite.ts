import { strict as assert } from 'node:assert';
import { Uri, window, workspace } from 'vscode';
import { readdir, readFile } from 'node:fs/promises';
import { exportTo } from '../../src/extension/panel/exportLog.ts';
import { findFile, openLink } from '../../src/extension/panel/openLink.ts';
import type { Words } from '../../src/extension/words.ts';
import type { LogError } from '../../src/model/errors.ts';
import { activated } from './editor.ts';
import { openRecorder, record } from './record.ts';
import { test } from './runner.ts';

const english: Words = { t: (message) => message, language: 'en' };

function inWorkspace(...path: string[]): Uri {
  const root = workspace.workspaceFolders?.[0]?.uri;
  assert.ok(root, 'a folder is open');
  return Uri.joinPath(root, ...path);
}

async function write(text: string, ...path: string[]): Promise<Uri> {
  const uri = inWorkspace(...path);
  await workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}

async function found(path: string, directory?: string): Promise<string | undefined> {
  return (await findFile(path, directory))?.path;
}

test('paths in logs lead to files of the workspace', async () => {
  const file = await write('x', 'src', 'deep', 'module.ts');
  assert.equal(await found('src/deep/module.ts'), file.path);
  assert.equal(await found(file.fsPath), file.path);
  assert.equal(await found('./module.ts', inWorkspace('src', 'deep').fsPath), file.path);
  assert.equal(await found('../deep/module.ts', inWorkspace('src', 'other').fsPath), file.path);
  assert.equal(await found('/build/agent/7/src/deep/module.ts'), file.path);
  assert.equal(await found('module.ts'), file.path);
  assert.equal(await found('src/nothing.ts'), undefined);
});

test('no path leads out of the workspace', async () => {
  for (const path of [
    '/etc/passwd',
    '../../../../../../../../etc/passwd',
    'file:///etc/passwd',
    '/etc/../etc/hostname',
    '/',
  ])
    assert.equal(await found(path, inWorkspace().fsPath), undefined, path);
});

test('a mapping is followed, and cannot lead out either', async () => {
  const file = await write('x', 'mapped', 'only.ts');
  const configuration = workspace.getConfiguration('executionLogs');
  await configuration.update('pathMapping', { '/ci/': '${workspaceFolder}/mapped/', '/out/': '/etc/' });
  try {
    assert.equal(await found('/ci/only.ts'), file.path);
    assert.equal(await found('/out/passwd'), undefined);
  } finally {
    await configuration.update('pathMapping', undefined);
  }
});

test('a file opens at its line and column', async () => {
  await write('one\ntwo\nthree\n', 'lines.txt');
  await openLink({ kind: 'file', path: 'lines.txt', line: 2, column: 3 }, undefined, english);
  const position = window.activeTextEditor?.selection.active;
  assert.deepEqual([position?.line, position?.character], [1, 2]);
});

test('only web addresses are opened outside', async () => {
  for (const url of ['command:workbench.action.quit', 'file:///etc/passwd', 'vscode://x', 'javascript:1', 'no url']) {
    const opening = openLink({ kind: 'url', url }, undefined, english);
    await assert.rejects(opening, (error: LogError) => error.code === 'invalidRequest', url);
  }
});

async function recorded(): Promise<string> {
  await using sink = await openRecorder();
  const lines = Array.from({ length: 3_000 }, (_, index) => `\u001b[1mline\u001b[0m ${index + 1}`);
  return await record(sink, { hosts: { alpha: 'succeeded' }, lines });
}

test('an export holds every line as it is seen', async () => {
  const { connections } = await activated();
  const execution = await recorded();
  const { source } = await connections.get('local').open();
  const scope = { execution, step: 'build', host: 'alpha' };
  const target = inWorkspace('export.log');
  const reports: string[] = [];
  const exporting = {
    signal: new AbortController().signal,
    report: ({ message }: { message: string }) => reports.push(message),
  };
  assert.equal(await exportTo(target, source, { scope, format: 'text' }, exporting, english), 3_000);
  const lines = (await readFile(target.fsPath, 'utf8')).split('\n');
  assert.equal(lines.length, 3_001);
  assert.equal(lines[2_999], 'line 3000');
  assert.ok(reports.length > 0);
  await exportTo(target, source, { scope, format: 'jsonLines' }, exporting, english);
  const [first] = (await readFile(target.fsPath, 'utf8')).split('\n');
  assert.equal((JSON.parse(first ?? '') as { number: number }).number, 1);
});

test('a cancelled export leaves nothing behind', async () => {
  const { connections } = await activated();
  const execution = await recorded();
  const { source } = await connections.get('local').open();
  const cancelled = new AbortController();
  const target = inWorkspace('cancelled.log');
  const report = (): void => cancelled.abort(new Error('enough'));
  const scope = { execution, step: 'build', host: 'alpha' };
  await assert.rejects(
    exportTo(target, source, { scope, format: 'text' }, { signal: cancelled.signal, report }, english),
  );
  const left = (await readdir(inWorkspace().fsPath)).filter(
    (name) => name.includes('cancelled') || name.endsWith('.part'),
  );
  assert.deepEqual(left, []);
});
