import { setTimeout as pause } from 'node:timers/promises';
import { LogView } from '../test/e2e/logView.ts';
import { expand, openView } from '../test/e2e/sidebar.ts';
import type { Editor } from '../test/harness/editor.ts';
import { median, type Bench, type Sample } from './bench.ts';
import { openBenchEditor } from './editor/benchEditor.ts';
import { openHost } from './editor/openHost.ts';
import { painted } from './editor/painted.ts';
import { columnsOf, RunningLog } from './editor/runningLog.ts';

const samples = 40;

/** A line now and then, tailed in the panel: the median time from its writing by another process until it is painted. */
export const bench: Bench = {
  id: 'tail-screen',
  async open() {
    await using stack = new AsyncDisposableStack();
    const editor = stack.use(await openBenchEditor());
    await openView(editor);
    const owned = stack.move();
    return {
      ratios: [
        {
          id: 'tail-screen',
          unit: 'ms',
          target: 150,
          direction: 'atMost',
          ours: (round) => tailLog(editor, `run ${String(round)}`),
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

async function tailLog(editor: Editor, name: string): Promise<Sample> {
  await using running = await RunningLog.begin(editor.home, name);
  await openHost(editor, running);
  await new LogView(editor).seeState(/Live/);
  const waits: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const line = `line ${String(sample)} of ${name}, written at `;
    const seen = painted(editor.page, new RegExp(line));
    // Neither in step with the screen nor with whoever looks for news.
    await pause(70 + Math.random() * 60);
    const written = Date.now();
    await running.append(columnsOf([`${line}${String(written)}`]));
    waits.push((await seen).at - written);
  }
  await expand(editor, name, false);
  return { value: median(waits) };
}
