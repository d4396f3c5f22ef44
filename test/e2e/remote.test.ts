import type { ChildProcess } from 'node:child_process';
import { hostname } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { scratchFolder, type ScratchFolder } from '../../scripts/scratchFolder.ts';
import { openEditor, type Editor } from '../harness/editor.ts';
import { LogView } from './logView.ts';
import { takePicture } from './picture.ts';
import { ServiceProcess, tokens } from './service.ts';
import { expand, node, openView } from './sidebar.ts';
import { answer, seeQuestion } from './wizard.ts';

let folder: ScratchFolder;
let service: ServiceProcess;
let editor: Editor;
let run: ChildProcess;

describe.each(['dark', 'light'] as const)('a user of a service, in the %s theme', (theme) => {
  beforeAll(async () => {
    folder = await scratchFolder('remote');
    service = new ServiceProcess(folder.path);
    await service.start();
    editor = await openEditor({ theme });
    run = service.record('Nightly restart', 'echo ready; while read -r line; do echo "got $line"; done');
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await takePicture(editor, `broken-${task.name}`);
  });

  afterAll(async () => {
    run.kill();
    await editor[Symbol.asyncDispose]();
    await service[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  it('adds the connection with the keyboard alone, signing in on the way', async () => {
    await openView(editor);
    await editor.runCommand('Execution Logs: Add Connection');
    await answer(editor, 'Where do executions come from');
    await answer(editor, 'The address', service.url);
    await answer(editor, 'How do you sign in');
    await answer(editor, 'The token', tokens.reader);
    await seeQuestion(editor, /Found: Execution Logs .*What shall it be called/s);
    await takePicture(editor, `wizard-${theme}`);
    await answer(editor, 'What shall it be called', 'Team');
    await node(editor, 'Nightly restart').waitFor();
  });

  it('follows what runs on another machine', async () => {
    await expand(editor, 'Nightly restart');
    await expand(editor, 'sh');
    await node(editor, hostname()).click();
    const log = new LogView(editor);
    await log.seeLine('ready');
    await log.seeState(/Live/);
    run.stdin?.write('one\n');
    await log.seeLine('got one');
    await takePicture(editor, `remote-${theme}`);
  });

  it('is told when the service is gone, and may try again at once', async () => {
    await service.kill();
    const log = new LogView(editor);
    await log.seeState(/Reconnecting/);
    await takePicture(editor, `reconnecting-${theme}`);
    run.stdin?.write('two\nthree\n');
    await log.retry();
  });

  it('reads on without loss when the service is back', async () => {
    await service.start();
    const log = new LogView(editor);
    await log.seeLine('got three');
    await log.seeState(/Live|Asking/);
    run.stdin?.end('four\n');
    await log.seeLine('got four');
    await log.seeState(/Succeeded/);
    const rows = await log.rows();
    expect(rows.map(({ text }) => text)).toEqual(['ready', 'got one', 'got two', 'got three', 'got four']);
    expect(rows.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    await takePicture(editor, `reconnected-${theme}`);
  });

  it('asks nobody after the window was loaded anew, until told to connect', async () => {
    await editor.reload();
    await openView(editor);
    await node(editor, 'Team').waitFor();
    expect(await node(editor, 'Team').textContent()).toContain('not connected');
    await takePicture(editor, `offline-${theme}`);
    await node(editor, 'Team').click();
    // The editor in a browser forgets secrets with its window.
    await node(editor, /^Not signed in/).click();
    await answer(editor, 'How do you sign in');
    await answer(editor, 'The token', tokens.reader);
    await node(editor, 'Nightly restart').waitFor();
    await new LogView(editor).seeLine('got four');
  });
});
