import { LogView } from '../test/e2e/logView.ts';
import { expand, openView } from '../test/e2e/sidebar.ts';
import type { Bench, Sample } from './bench.ts';
import { openBenchEditor, type BenchEditor } from './editor/benchEditor.ts';
import { batches, lastLine, lastLinePattern, lineCount, type Place } from './editor/lines.ts';
import { painted } from './editor/painted.ts';
import { openHost } from './editor/openHost.ts';
import { columnsOf, RunningLog } from './editor/runningLog.ts';

/**
 * A hundred thousand lines to the screen: lines per second until the last one is painted. Ours are written durably
 * into the embedded store by another process, as a recorder does, and followed by an open log panel; theirs are
 * appended to an output channel that is shown.
 */
export const bench: Bench = {
  id: 'host-to-screen',
  async open() {
    await using stack = new AsyncDisposableStack();
    const editor = stack.use(await openBenchEditor());
    await openView(editor);
    const owned = stack.move();
    return {
      ratios: [
        {
          id: 'host-to-screen',
          unit: 'lines/s',
          target: 8,
          direction: 'atLeast',
          ours: (round) => followLog(editor, `run ${String(round)}`),
          async theirs() {
            await editor.ask('openOutput');
            await editor.page.locator('.output-view .monaco-editor').first().waitFor();
            const sample = await sampleOf(editor, 'output', () => editor.ask('fillOutput'));
            await editor.ask('closeOutput');
            return sample;
          },
        },
      ],
      [Symbol.asyncDispose]: () => owned.disposeAsync(),
    };
  },
};

async function followLog(editor: BenchEditor, name: string): Promise<Sample> {
  await using running = await RunningLog.begin(editor.home, name);
  await openHost(editor, running);
  const log = new LogView(editor);
  await log.seeState(/Live/);
  const written = [...batches()].map(columnsOf);
  const sample = await sampleOf(editor, 'log', async () => {
    const began = Date.now();
    await running.fill(written);
    await running.append(columnsOf([lastLine('log', began)]));
  });
  await allReachable(log);
  await expand(editor, name, false);
  return sample;
}

async function sampleOf(editor: BenchEditor, place: Place, fill: () => Promise<unknown>): Promise<Sample> {
  const pattern = lastLinePattern(place);
  const last = painted(editor.page, pattern);
  await fill();
  const { at, text } = await last;
  const began = Number(pattern.exec(text)?.[1]);
  return { value: (lineCount / (at - began)) * 1_000, output: text.replace(/ in the .*/, '') };
}

/** None is lost: the first is there, and the one in the middle reads its number. */
async function allReachable(log: LogView): Promise<void> {
  await log.focus();
  await log.press('Control+Home');
  await log.seeLine(/^line 1 /);
  await log.dragTo(0.5);
  const { number } = await log.seeLine(/^line 5\d{4} /);
  await log.seeLine(new RegExp(`^line ${String(number)} `));
}
