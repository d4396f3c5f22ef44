import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openEditor, type Editor } from '../harness/editor.ts';
import { LogView } from './logView.ts';
import { takePicture } from './picture.ts';
import { bringExamples, record, startRecording } from './record.ts';
import { expand, node, openView } from './sidebar.ts';

let editor: Editor;

describe.each(['dark', 'light'] as const)('a user of the %s theme', (theme) => {
  beforeAll(async () => {
    editor = await openEditor({ theme });
    await bringExamples(editor);
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor, `broken-${task.name}`);
  });

  afterAll(async () => {
    await editor[Symbol.asyncDispose]();
  });

  it('finds what was run before the view was ever opened', async () => {
    expect(await record(editor, 'examples/failing.yaml')).toBe(1);
    await openView(editor);
    await node(editor, 'Roll out to three regions').waitFor();
  });

  it('expands an execution to its hosts and opens a log', async () => {
    await expand(editor, 'Roll out to three regions');
    await expand(editor, 'Upload');
    await node(editor, 'virginia').click();
    const log = new LogView(editor);
    await log.seeLine('upload done');
    await log.seeState(/Succeeded/);
  });

  it('goes from a failed execution to its first error line', async () => {
    await node(editor, 'Roll out to three regions').hover();
    await node(editor, 'Roll out to three regions').locator('[aria-label*="First Failure"]').click();
    const log = new LogView(editor);
    await log.seeLine(/Error/);
    await log.seeState(/Failed/);
    await takePicture(editor, `failed-${theme}`);
  });

  it('opens the file a stack trace points to, at its line', async () => {
    await new LogView(editor).openLink('problems.ts:28:11');
    await editor.page.locator('.tab.active', { hasText: 'problems.ts' }).waitFor();
    await editor.page.locator('.statusbar-item', { hasText: /Ln 28, Col 11/ }).waitFor();
    await editor.runCommand('View: Close Editor');
  });

  it('finds a line far away, in lines that were never loaded', async () => {
    expect(await record(editor, '--', 'seq', '1000000')).toBe(0);
    await node(editor, 'seq 1000000').waitFor();
    await expand(editor, 'seq 1000000');
    await expand(editor, 'seq');
    await node(editor, hostname()).click();
    const log = new LogView(editor);
    await log.seeLine(/^1$/);
    await log.focus();
    await log.find('87654');
    await log.seeFound(/of 20\b/);
    expect(await log.seeLine(/^87654$/)).toEqual({ number: 87_654, text: '87654' });
    await log.press('Enter');
    expect(await log.seeLine(/^187654$/)).toEqual({ number: 187_654, text: '187654' });
    await takePicture(editor, `find-${theme}`);
  });

  it('is at the same line after the window was loaded anew', async () => {
    await new LogView(editor).press('Escape');
    const [before] = await new LogView(editor).rows();
    await editor.reload();
    const log = new LogView(editor);
    await expect.poll(async () => (await log.rows())[0], { timeout: 20_000 }).toEqual(before);
  });

  it('sees the lines of a run in another process arrive, and how it ends', async () => {
    await openView(editor);
    const script = 'echo ready; while read -r line; do echo "got $line"; done; echo "ERROR: no more" >&2; exit 3';
    const run = startRecording(editor, '--', 'sh', '-c', script);
    await node(editor, /^sh -c/).waitFor();
    await expand(editor, /^sh -c/);
    await expand(editor, 'sh');
    await node(editor, hostname()).click();
    const log = new LogView(editor);
    await log.seeLine('ready');
    await log.seeState(/Live/);
    run.stdin?.write('one\n');
    await log.seeLine('got one');
    run.stdin?.write('two\n');
    await log.seeLine('got two');
    run.stdin?.end();
    await log.seeLine('ERROR: no more');
    await log.seeState(/Failed/);
  });

  it('follows the hosts of a pipeline that goes on', async () => {
    const run = startRecording(editor, 'examples/long-running.yaml');
    await expand(editor, 'Nightly import');
    await expand(editor, 'Import rows');
    await node(editor, 'south').click();
    const log = new LogView(editor);
    await log.seeState(/Live/);
    await log.seeLine(/WARN/i);
    await takePicture(editor, `running-${theme}`);
    run.kill('SIGINT');
    await log.seeState(/Cancelled/);
  });
});
