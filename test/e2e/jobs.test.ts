import { expect, it } from 'vitest';
import { LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import type { LogSink } from '../../src/model/sink.ts';
import { defaultConnection } from '../../src/sources/home.ts';
import { openSink } from '../../src/sources/open.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { takePicture } from './picture.ts';
import { node, openView } from './sidebar.ts';

const at = Date.now();

async function begin(sink: LogSink, execution: string, name: string, kind: string): Promise<void> {
  await sink.createExecution({ execution, name, kind, startedAt: at });
  const hosts = [{ id: 'job', name: 'job' }];
  await sink.startStep({ execution, step: 'job', name, order: 1, status: 'running', hosts, at });
  const ref = { execution, step: 'job', host: 'job' };
  await sink.startHost({ ...ref, at });
  const lines = new LineColumnsBuilder();
  for (const text of ['Queued in the background.', 'Asked the model.', `Wrote ${name.toLowerCase()}.`])
    lines.add({ text, time: at });
  await sink.append({ ...ref, firstNumber: 1, lines: lines.build() });
}

async function end(sink: LogSink, execution: string, status: 'succeeded' | 'failed'): Promise<void> {
  const ref = { execution, step: 'job', host: 'job' };
  const lines = new LineColumnsBuilder();
  if (status === 'failed') lines.add({ text: 'Error: the answer is no JSON.', level: 'error', time: at + 4_000 });
  else lines.add({ text: 'Done.', time: at + 4_000 });
  await sink.append({ ...ref, firstNumber: 4, lines: lines.build() });
  await sink.finishHost({ ...ref, status, at: at + 4_000 });
  await sink.finishStep({ execution, step: 'job', status, at: at + 4_000 });
  await sink.finishExecution({ execution, status, at: at + 4_000 });
}

/** What of each log in sight matches, in any order. */
async function seen({ page }: Editor, selector: string): Promise<string[]> {
  const texts = page.frames().map((frame) =>
    frame
      .evaluate((wanted) => {
        const root = document.querySelector('log-app')?.shadowRoot?.querySelector(wanted);
        return root?.shadowRoot?.textContent ?? '';
      }, selector)
      // A frame that is on its way in or out.
      .catch(() => ''),
  );
  return (await Promise.all(texts)).map((text) => text.replace(/\s+/g, ' ').trim()).filter((text) => text !== '');
}

/** How many summaries are still fading in. */
async function fading({ page }: Editor): Promise<number> {
  const counts = page.frames().map((frame) =>
    frame
      .evaluate(() => {
        const root = document.querySelector('log-app')?.shadowRoot?.querySelector('log-summary');
        return root?.getAnimations().length ?? 0;
      })
      .catch(() => 0),
  );
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
}

it.each(['dark', 'light'] as const)(
  'a user of the %s theme follows two jobs side by side, and each gives way to what came of it',
  async (theme) => {
    await using editor = await openEditor({ theme });
    await using sink = await openSink(defaultConnection(editor.home));
    await begin(sink, 'j1', 'Report outline', 'plan_decompose');
    await begin(sink, 'j2', 'Report', 'plan_execute');
    await openView(editor);
    await node(editor, 'Report').click();
    await expect.poll(async () => seen(editor, 'log-header')).toEqual([expect.stringContaining('Plan execution')]);
    await node(editor, 'Report outline').hover();
    await node(editor, 'Report outline').locator('[aria-label*="to the Side"]').click();
    await expect
      .poll(async () => (await seen(editor, 'log-status')).filter((words) => words.includes('Live')))
      .toHaveLength(2);
    await takePicture(editor, `jobs-running-${theme}`);
    await end(sink, 'j1', 'failed');
    await end(sink, 'j2', 'succeeded');
    await expect
      .poll(async () => (await seen(editor, 'log-summary')).toSorted())
      .toEqual([
        expect.stringMatching(/Failed.*Report outline.*4 lines · 1 error.*the answer is no JSON/),
        expect.stringMatching(/Succeeded.*Report.*4 lines · no errors/),
      ]);
    await expect.poll(async () => fading(editor)).toBe(0);
    await editor.page.mouse.move(640, 600);
    await editor.page.locator('.monaco-hover:visible').waitFor({ state: 'detached' });
    await takePicture(editor, `jobs-${theme}`);
  },
);
