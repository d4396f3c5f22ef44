import { strict as assert } from 'node:assert';
import { commands, extensions, window, workspace, type Terminal } from 'vscode';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { activated, until } from './editor.ts';
import { test } from './runner.ts';

test('every contributed command is there', async () => {
  await activated();
  const manifest = extensions.getExtension('execution-logs.execution-logs')?.packageJSON as {
    contributes: { commands: { command: string }[] };
  };
  const known = new Set(await commands.getCommands(true));
  const missing = manifest.contributes.commands.filter(({ command }) => !known.has(command));
  assert.deepEqual(missing, []);
});

test('terminals find execlogs and record into the store that is shown', async () => {
  await activated();
  const folder = workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  const file = join(folder, 'terminal.txt');
  let terminal: Terminal | undefined;
  try {
    terminal = window.createTerminal({ name: 'test', shellPath: '/bin/sh', cwd: folder });
    terminal.sendText(
      'command -v execlogs > terminal.tmp; echo "$EXECLOGS_HOME" >> terminal.tmp; mv terminal.tmp terminal.txt',
    );
    await until(() => existsSync(file));
    const [path, home] = (await readFile(file, 'utf8')).split('\n');
    assert.match(path ?? '', /\/bin\/execlogs$/);
    assert.equal(home, process.env['EXECLOGS_HOME']);
  } finally {
    terminal?.dispose();
  }
});

test('a connection of the settings stands beside this machine’s store', async () => {
  const { connections, view } = await activated();
  const configuration = workspace.getConfiguration('executionLogs');
  const url = 'memory:';
  await configuration.update('connections', [{ name: 'team', url }, { name: 'local', url }, 'nonsense']);
  try {
    await until(() => connections.list().length === 2);
    const roots = await view.getChildren();
    assert.deepEqual(
      roots.map((node) => node.kind === 'connection' && node.connection.name),
      ['local', 'team'],
    );
    assert.equal((await view.getChildren(roots[1]))[0]?.kind, 'empty');
  } finally {
    await configuration.update('connections', undefined);
    await until(() => connections.list().length === 1);
  }
});

test('what is run and recorded appears while it runs', async () => {
  const { view } = await activated();
  await commands.executeCommand('executionLogs.runAndRecord', 'echo recorded by a terminal');
  await until(async () =>
    (await view.getChildren()).some((node) => node.kind === 'execution' && node.execution.name.includes('echo')),
  );
});
