import { build } from 'esbuild';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build as buildProduct } from '../../esbuild.mjs';
import { scratchFolder } from '../../scripts/scratchFolder.ts';
import { openEditor, type Editor, type EditorOptions } from '../../test/harness/editor.ts';
import type { Word } from './companion.ts';

export interface BenchEditor extends Editor {
  /** Has the companion do something in the extension host; resolves when it is done, with its figure if it has one. */
  ask(word: Word): Promise<number | undefined>;
}

/** A real VS Code with the extension as it ships and the benches' companion in its extension host. */
export async function openBenchEditor(options: EditorOptions = {}): Promise<BenchEditor> {
  await using stack = new AsyncDisposableStack();
  await buildProduct({ production: true });
  const { path } = stack.use(await scratchFolder('bench'));
  const socketPath = join(path, 'companion.sock');
  const testsPath = await buildCompanion(path);
  const env = { ...options.env, BENCH_SOCKET: socketPath };
  const editor = stack.use(await openEditor({ ...options, testsPath, env }));
  const socket = stack.adopt(await connected(socketPath), (open) => {
    open.destroy();
  });
  const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
  const owned = stack.move();
  return {
    ...editor,
    async ask(word) {
      socket.write(`${word}\n`);
      const { value } = await answers.next();
      return (JSON.parse(String(value)) as { figure?: number }).figure;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The extension host begins when the window is there; until then nobody listens. */
async function connected(path: string) {
  for (;;) {
    const socket = connect(path);
    try {
      await once(socket, 'connect');
      return socket;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function buildCompanion(folder: string): Promise<string> {
  const outfile = join(folder, 'companion.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'companion.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['vscode'],
    logLevel: 'error',
  });
  return outfile;
}
