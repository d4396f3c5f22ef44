import { context, build as bundle } from 'esbuild';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import typescript from 'typescript';

/** @import { BuildOptions, Plugin } from 'esbuild' */

const root = dirname(fileURLToPath(import.meta.url));
const out = join(root, 'dist');

/** Large packages that both programs load. */
const shared = ['ioredis', 're2js'];

/**
 * What is large stands in `dist/` once, beside the programs that load it.
 * @param {string} folder where `dist/` is, seen from who loads it
 * @returns {Plugin}
 */
function loadedFrom(folder) {
  return {
    name: 'stands-once',
    setup({ onResolve }) {
      onResolve({ filter: /\/fetch\/undici\.ts$/ }, () => ({ path: `${folder}/undici.cjs`, external: true }));
      onResolve({ filter: new RegExp(`^(${shared.join('|')})$`) }, ({ path }) => ({
        path: `${folder}/${path}.cjs`,
        external: true,
      }));
    },
  };
}

/**
 * The programs. The extension is CommonJS by its `.cjs` name, because the editor would load a `.js` of
 * this package as a module.
 * @param {boolean} production
 * @returns {BuildOptions[]}
 */
function programs(production) {
  /** @type {BuildOptions} */
  const common = {
    absWorkingDir: root,
    bundle: true,
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'warning',
    minify: production,
    sourcemap: production ? false : 'linked',
  };
  /** @type {BuildOptions} */
  const node = { ...common, platform: 'node', target: 'node22.13', mainFields: ['module', 'main'] };
  return [
    {
      ...node,
      entryPoints: { extension: 'src/extension/extension.ts' },
      outdir: out,
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      external: ['vscode'],
      plugins: [loadedFrom('.')],
      // CommonJS has no import.meta; workers are found beside the bundle through it.
      define: { 'import.meta.url': 'importMetaUrl' },
      banner: { js: 'const importMetaUrl = require("node:url").pathToFileURL(__filename).href;' },
    },
    {
      ...node,
      entryPoints: { execlogs: 'src/cli/main.ts', recorder: 'src/cli/openRecorder.ts' },
      outdir: out,
      outExtension: { '.js': '.mjs' },
      format: 'esm',
      splitting: true,
      // Whoever loads what stands once is loaded when it is needed, and so is in a chunk.
      plugins: [loadedFrom('..')],
      chunkNames: 'execlogs/[name]-[hash]',
      // Some dependencies are CommonJS and call require.
      banner: {
        js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);',
      },
    },
    {
      ...node,
      entryPoints: {
        undici: 'src/sources/fetch/undici.ts',
        ...Object.fromEntries(shared.map((name) => [name, name])),
      },
      outdir: out,
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
    },
    {
      ...common,
      entryPoints: { log: 'webview/log.ts' },
      outdir: join(out, 'webview'),
      platform: 'browser',
      format: 'esm',
      target: 'chrome128',
      minify: true,
      loader: { '.ttf': 'file' },
    },
  ];
}

/** What a TypeScript program sees of the recorder. */
async function writeRecorderTypes() {
  const file = 'src/cli/openRecorder.ts';
  const { outputText } = typescript.transpileDeclaration(await readFile(join(root, file), 'utf8'), {
    fileName: file,
    compilerOptions: { module: typescript.ModuleKind.NodeNext, target: typescript.ScriptTarget.ES2023 },
  });
  await put(join(out, 'recorder.d.mts'), Buffer.from(outputText));
}

async function copyIcons() {
  for (const file of ['codicon.css', 'codicon.ttf'])
    await put(join(out, 'webview', file), await readFile(join(root, 'node_modules/@vscode/codicons/dist', file)));
}

/**
 * Replaces a file in one go, and only when it changes: programs that run from `dist/` meanwhile never read half of it.
 * @param {string} file
 * @param {Uint8Array} contents
 */
async function put(file, contents) {
  const old = await readFile(file).catch(() => undefined);
  if (old?.equals(contents)) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, contents);
  await rename(`${file}.new`, file);
}

/**
 * A package holds no chunks of earlier builds. While developing they stay: programs may still run from them.
 * @param {ReadonlySet<string>} current
 */
async function removeOldChunks(current) {
  const folder = join(out, 'execlogs');
  const old = (await readdir(folder)).map((name) => join(folder, name)).filter((file) => !current.has(file));
  await Promise.all(old.map((file) => rm(file)));
}

/**
 * Bundles everything into `dist/`; with `watch`, goes on doing so until the returned function is called.
 * @param {{ production?: boolean, watch?: boolean }} [options]
 */
export async function build({ production = false, watch = false } = {}) {
  await copyIcons();
  await writeRecorderTypes();
  const wanted = programs(production);
  if (watch) {
    const watched = await Promise.all(wanted.map((program) => context({ ...program, logLevel: 'info' })));
    await Promise.all(watched.map((program) => program.watch()));
    return async () => void (await Promise.all(watched.map((program) => program.dispose())));
  }
  const built = await Promise.all(wanted.map((program) => bundle({ ...program, write: false })));
  const files = built.flatMap(({ outputFiles }) => outputFiles);
  await Promise.all(files.map(({ path, contents }) => put(path, contents)));
  if (production) await removeOldChunks(new Set(files.map(({ path }) => path)));
  return async () => {};
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await build({ production: process.argv.includes('--production'), watch: process.argv.includes('--watch') });
}
