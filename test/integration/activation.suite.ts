import { strict as assert } from 'node:assert';
import { commands } from 'vscode';
import { activated } from './editor.ts';
import { test } from './runner.ts';

// The first suite there is: nothing has been recorded yet.
test('an empty store is no error', async () => {
  const { view } = await activated();
  await commands.executeCommand('executionLogs.executions.focus');
  assert.deepEqual(await view.getChildren(), []);
  assert.equal(view.tree.topError(), undefined);
});
