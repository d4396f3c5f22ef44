import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

export interface BundledProgram extends AsyncDisposable {
  /** What Node is to run. */
  readonly path: string;
}

/** The program bundled as it is shipped, in a folder of its own: starting it from its sources takes several times as long. */
export async function bundleProgram(): Promise<BundledProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-program-'));
  await build({
    entryPoints: {
      execlogs: join(import.meta.dirname, '../../src/cli/main.ts'),
      recorder: join(import.meta.dirname, '../../src/cli/openRecorder.ts'),
    },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    minify: true,
    platform: 'node',
    target: 'node22.13',
    format: 'esm',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
  return {
    path: join(folder, 'execlogs.mjs'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
