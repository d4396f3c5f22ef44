import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packageExtension } from '../../scripts/packageExtension.ts';
import { scratchFolder, type ScratchFolder } from '../../scripts/scratchFolder.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { projectFolder } from '../harness/projectFolder.ts';
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

it('is small, but for its pictures', async () => {
  const { size } = await stat(vsix);
  expect(size - (await sizeOfPictures())).toBeLessThan(1_000_000);
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

/** Pictures are packed as they are: they cannot be made smaller. */
async function sizeOfPictures(): Promise<number> {
  const pictures = join(projectFolder, 'docs/pictures');
  const sizes = (await readdir(pictures)).map(async (file) => (await stat(join(pictures, file))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
