import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startService, type TestService } from '../harness/service.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { takePicture } from './picture.ts';
import { node, openView } from './sidebar.ts';

let service: TestService;
let editor: Editor;

beforeAll(async () => {
  service = await startService();
  const theirs = { name: 'Theirs', url: service.url, connect: 'automatic' };
  editor = await openEditor({ workspaceTrust: true, settings: { 'executionLogs.connections': [theirs] } });
});

afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await takePicture(editor, 'broken-restricted');
});

afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  await service.close();
});

it('a workspace that is not trusted adds no connection, and one that is trusted connects none', async () => {
  await openView(editor);
  await editor.page.getByText('trust this workspace').waitFor();
  expect(await node(editor, 'Theirs').count()).toBe(0);
  await editor.runCommand('Workspaces: Manage Workspace Trust');
  await editor.page
    .locator('.workspace-trust-editor')
    .getByRole('button', { name: 'Trust', exact: true })
    .first()
    .click();
  await node(editor, 'Theirs').waitFor();
  expect(await node(editor, 'Theirs').textContent()).toContain('not connected');
  expect(service.events).toEqual([]);
});
