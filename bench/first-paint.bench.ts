import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { node, openView } from '../test/e2e/sidebar.ts';
import type { Editor } from '../test/harness/editor.ts';
import type { Bench, Sample } from './bench.ts';
import { openBenchEditor } from './editor/benchEditor.ts';
import { batches } from './editor/lines.ts';
import { showHost } from './editor/openHost.ts';
import { painted } from './editor/painted.ts';
import { columnsOf, RunningLog } from './editor/runningLog.ts';

const lines = 1_000_000;
const file = 'log.txt';
const firstLine = /^line 1 of .*/;

/**
 * Measure 8 in a real VS Code: from the click until the first lines of a million are painted. Ours is a host of the
 * tree whose log opens in a panel; theirs the same text as a file of the explorer, which opens in the editor.
 */
export const bench: Bench = {
  id: 'first-paint',
  async open() {
    await using stack = new AsyncDisposableStack();
    const settings = { 'workbench.editorLargeFileConfirmation': 4_096 };
    const editor = stack.use(await openBenchEditor({ settings }));
    await writeFile(join(editor.workspace, file));
    await openView(editor);
    const log = await record(editor);
    const owned = stack.move();
    return {
      ratios: [
        {
          id: 'first-paint',
          unit: 'ms',
          target: 0.5,
          direction: 'atMost',
          async ours() {
            await openView(editor);
            await showHost(editor, log);
            return openBy(editor, log.host);
          },
          async theirs() {
            await openExplorer(editor);
            return openBy(editor, file);
          },
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

async function record(editor: Editor): Promise<RunningLog> {
  await using log = await RunningLog.begin(editor.home, 'a long run');
  await log.fill([...batches(lines + 1)].map(columnsOf));
  return log;
}

async function writeFile(path: string): Promise<void> {
  const stream = createWriteStream(path);
  for (const batch of batches(lines + 1)) if (!stream.write(`${batch.join('\n')}\n`)) await once(stream, 'drain');
  stream.end();
  await once(stream, 'close');
}

async function openExplorer(editor: Editor): Promise<void> {
  const icon = editor.page.locator('.activitybar .action-label[aria-label^="Explorer"]').first();
  if ((await icon.locator('..').getAttribute('aria-selected')) !== 'true') await icon.click();
  await node(editor, file).waitFor();
}

async function openBy(editor: Editor, name: string): Promise<Sample> {
  const { page } = editor;
  const box = await node(editor, name).boundingBox();
  if (!box) throw new Error(`${name} is not to be seen`);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  const first = painted(page, firstLine);
  const clicked = Date.now();
  await page.mouse.down();
  await page.mouse.up();
  const { at, text } = await first;
  await editor.runCommand('View: Close All Editors');
  return { value: at - clicked, output: text };
}
