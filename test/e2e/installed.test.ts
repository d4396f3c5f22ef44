import { stat } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageExtension } from '../../scripts/packageExtension.ts';
import { scratchFolder, type ScratchFolder } from '../../scripts/scratchFolder.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { node, openView } from './sidebar.ts';

let folder: ScratchFolder;
let vsix: string;
let editor: Editor;

beforeAll(async () => {
  folder = await scratchFolder('package');
  vsix = await packageExtension(folder.path);
  editor = await openEditor({ extension: { vsix } });
});

afterAll(async () => {
  await editor[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

it('is small', async () => {
  const { size } = await stat(vsix);
  expect(size).toBeLessThan(1_000_000);
});

it('shows what its own program records in a terminal', async () => {
  await editor.page.locator('.activitybar .action-label[aria-label*="Execution Logs"]').click();
  await editor.page.getByText('Nothing has been run yet').waitFor();
  await editor.runCommand('Terminal: Create New Terminal');
  await editor.page.locator('.terminal.xterm.focus').waitFor();
  await editor.page.keyboard.type('execlogs run -- echo installed\n');
  await node(editor, 'echo installed').waitFor();
});

it('is there after the window was loaded anew', async () => {
  await editor.reload();
  await openView(editor);
  await node(editor, 'echo installed').waitFor();
});
