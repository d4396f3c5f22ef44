/**
 * `npm start`: builds, opens VS Code with the extension and records real executions into a store of its own while
 * the user watches. Words go to stderr; stdout gets one line of JSON, `{"url":…,"home":…}`, once the window can be
 * opened.
 *
 *     npm start -- [--no-open] [--port N]
 *
 * The window is the desktop editor's where `code` is on the PATH, else a page of VS Code's server; `--no-open` and
 * `--port` ask for the page. Ctrl-C stops everything.
 */
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../esbuild.mjs';
import { findProgram } from './findProgram.ts';
import { start, type Running } from './processes.ts';
import { scratchFolder } from './scratchFolder.ts';
import { installVscodeServer } from './testbed.ts';
import { startVscodeServer } from './vscodeServer.ts';

const root = join(import.meta.dirname, '..');
const home = join(root, '.home');
const examples = ['self-check', 'failing', 'long-running'];

interface Window extends AsyncDisposable {
  readonly url: string;
  readonly exited: Promise<number>;
}

async function main(stopped: Promise<unknown>): Promise<void> {
  const { values } = parseArgs({
    options: { open: { type: 'boolean', default: true }, port: { type: 'string' } },
    allowNegative: true,
  });
  const desktop = values.open && values.port === undefined ? findProgram('code') : undefined;
  if (desktop === undefined) await installVscodeServer();
  await build();
  await mkdir(home, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const window = stack.use(desktop === undefined ? await openPage(values.port) : await openDesktop(desktop));
  console.log(JSON.stringify({ url: window.url, home }));
  if (desktop === undefined && values.open) showInBrowser(window.url);
  for (const example of examples) stack.use(record(example));
  await Promise.race([stopped, window.exited]);
}

async function openPage(port: string | undefined): Promise<Window> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await scratchFolder('start'));
  const server = stack.use(
    await startVscodeServer({
      folder: folder.path,
      env: { EXECLOGS_HOME: home },
      ...(port !== undefined && { port: Number(port) }),
    }),
  );
  const owned = stack.move();
  return {
    url: server.windowUrl({ folder: root, developmentPath: root }),
    exited: server.exited,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** A profile of its own makes it a process of its own, which sees this home and ends with this program. */
async function openDesktop(code: string): Promise<Window> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await scratchFolder('start'));
  const args = ['--wait', '--new-window', '--user-data-dir', folder.path, `--extensionDevelopmentPath=${root}`, root];
  const running = stack.use(
    start(code, args, { stdio: ['ignore', 2, 2], detached: true, env: { ...process.env, EXECLOGS_HOME: home } }),
  );
  const owned = stack.move();
  return { url: `vscode://file${root}`, exited: running.exited, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function showInBrowser(url: string): void {
  say(`Open ${url}`);
  const opener = findProgram('xdg-open', 'open');
  if (opener === undefined) return;
  const child = spawn(opener, [url], { stdio: 'ignore', detached: true });
  child.on('error', () => say('No browser could be opened.'));
  child.unref();
}

/** Records one of the examples, at a lower priority than the window that shows it. */
function record(example: string): Running {
  const file = `examples/${example}.yaml`;
  const recorder = start(process.execPath, ['dist/execlogs.mjs', 'run', file], {
    cwd: root,
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, EXECLOGS_HOME: home },
  });
  if (recorder.child.pid !== undefined) setPriority(recorder.child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
  say(`Recording ${file}`);
  void recorder.exited.then((code) => say(`${file} ended with ${String(code)}`));
  return recorder;
}

function say(words: string): void {
  process.stderr.write(`${words}\n`);
}

const stopped = Promise.withResolvers<undefined>();
// Ctrl-C reaches this program and the one that started it, which passes it on: the second one is no news.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve(undefined));
try {
  await main(stopped.promise);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
