import { glob, readFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

/**
 * Who may import whom. A part is a folder of `src`, `webview`, or one source of `src/sources`. Counts every import:
 * of types, of values, and those made while running.
 */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  model: [],
  base: ['model'],
  text: ['model', 'base'],
  bridge: ['model', 'base'],
  held: ['model', 'base', 'text'],
  dialects: ['model', 'base', 'text', 'held'],
  'sources/*': ['model', 'base', 'text', 'held'],
  'sources/open': ['model', 'base', 'sources/*', 'sources/detect', 'sources/home', 'dialects'],
  'sources/detect': ['model', 'dialects'],
  'sources/home': ['model', 'base'],
  'sources/fetch': ['model', 'base'],
  service: ['model', 'base', 'dialects'],
  record: ['model', 'base', 'text'],
  tools: ['model', 'base', 'text'],
  cli: [
    'model',
    'base',
    'text',
    'service',
    'record',
    'tools',
    'sources/open',
    'sources/home',
    'sources/fetch',
    'sources/combined',
    'package.json',
  ],
  extension: ['model', 'base', 'text', 'bridge', 'tools', 'record', 'sources/open', 'sources/home', 'sources/fetch'],
  webview: ['model', 'base', 'text', 'bridge'],
};

/** Where a package may be used; packages that are not listed may be used nowhere. */
const packages: Readonly<Record<string, readonly string[]>> = {
  croner: ['record'],
  vscode: ['extension'],
  lit: ['webview'],
  '@vscode-elements/elements': ['webview'],
  eventsource: ['dialects'],
  ioredis: ['sources/redis'],
  re2js: ['text'],
  undici: ['sources/fetch'],
  ws: ['service'],
  yaml: ['record'],
};

/** Node's own modules that belong to one part. */
const nodeModules: Readonly<Record<string, readonly string[]>> = {
  'node:sqlite': ['sources/local'],
  'node:http': ['service/node'],
  'node:https': ['service/node'],
  'node:http2': ['service/node'],
};

const withoutNode = ['model', 'base', 'text', 'bridge', 'held', 'dialects', 'webview'];

const root = join(import.meta.dirname, '..');

interface Import {
  readonly file: string;
  /** A file of the project, or the name of a package. */
  readonly target: string;
  readonly isFile: boolean;
}

async function readImports(): Promise<{ files: readonly string[]; imports: readonly Import[] }> {
  const files = (await Array.fromAsync(glob('{src,webview}/**/*.ts', { cwd: root })))
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();
  const imports: Import[] = [];
  for (const file of files) {
    const { importedFiles } = ts.preProcessFile(await readFile(join(root, file), 'utf8'), true, true);
    for (const { fileName } of importedFiles) {
      const isFile = fileName.startsWith('.');
      imports.push({ file, isFile, target: isFile ? posix.join(dirname(file), fileName) : fileName });
    }
  }
  return { files, imports };
}

/** `src/sources/local/schema.ts` → `sources/local`; `src/base/abort.ts` → `base`. */
function partOf(file: string): string {
  const [top = '', folder = '', name = ''] = file.split('/');
  if (top !== 'src') return top;
  return folder === 'sources' ? `sources/${name.replace(/\.ts$/, '')}` : folder;
}

/** The row of the table for a part. */
function ruleOf(part: string): string {
  if (part in mayImport) return part;
  return part.startsWith('sources/') ? 'sources/*' : part;
}

function isAllowed(from: string, to: string): boolean {
  if (from === to) return true;
  const allowed = mayImport[ruleOf(from)] ?? [];
  return allowed.includes(to) || allowed.includes(ruleOf(to));
}

/** `@scope/name/path` → `@scope/name`; `lit/decorators.js` → `lit`. */
function packageOf(target: string): string {
  return target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/');
}

function fenceOf(target: string): { name: string; parts: readonly string[] } {
  if (!target.startsWith('node:')) return { name: packageOf(target), parts: packages[packageOf(target)] ?? [] };
  return { name: target, parts: nodeModules[target] ?? Object.keys(mayImport) };
}

function isFenced({ file, target }: Import): string | undefined {
  const part = partOf(file);
  const { name, parts } = fenceOf(target);
  const inside = parts.includes(part) || parts.includes(ruleOf(part)) || parts.some((p) => file.startsWith(`src/${p}`));
  if (!inside) return `${file} imports ${target}: ${name} belongs to ${parts.join(', ') || 'no part'}`;
  if (target.startsWith('node:') && withoutNode.includes(part))
    return `${file} imports ${target}: ${part} runs without Node`;
  return undefined;
}

/** The groups of files that import one another in a circle, by Tarjan's algorithm. */
function cyclesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const index = order.size;
    order.set(file, index);
    low.set(file, index);
    stack.push(file);
    for (const next of graph.get(file) ?? []) {
      const reached = order.has(next) ? (stack.includes(next) ? order.get(next) : undefined) : visit(next);
      low.set(file, Math.min(low.get(file) ?? index, reached ?? index));
    }
    const lowest = low.get(file) ?? index;
    if (lowest === index) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1 || graph.get(file)?.includes(file)) cycles.push(group);
    }
    return lowest;
  };
  for (const file of graph.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

const { files, imports } = await readImports();

test('every file belongs to a part of the design', () => {
  const strays = files.filter((file) => !(ruleOf(partOf(file)) in mayImport) && file !== 'src/platform.d.ts');
  expect(strays).toEqual([]);
});

test('imports go only where the design lets them', () => {
  const broken = imports
    .filter(({ file, target, isFile }) => isFile && !isAllowed(partOf(file), partOf(target)))
    .map(({ file, target }) => {
      const part = partOf(file);
      const allowed = mayImport[ruleOf(part)]?.join(', ');
      return `${file} imports ${target}: ${part} may import ${allowed === '' ? 'nothing' : String(allowed)}`;
    });
  expect(broken).toEqual([]);
});

test('packages are used only in their part', () => {
  expect(imports.filter(({ isFile }) => !isFile).flatMap((found) => isFenced(found) ?? [])).toEqual([]);
});

test('no files import one another in a circle', () => {
  const graph = new Map(
    files.map((file) => [file, imports.filter((found) => found.file === file).map(({ target }) => target)]),
  );
  expect(cyclesOf(graph).map((group) => group.join(' ↔ '))).toEqual([]);
});

test('a circle would be found', () => {
  const graph = new Map([
    ['a', ['b']],
    ['b', ['c', 'd']],
    ['c', ['a']],
    ['d', []],
    ['e', ['e']],
  ]);
  expect(cyclesOf(graph)).toEqual([['a', 'b', 'c'], ['e']]);
});

test('there is something to look at', () => {
  expect(imports.filter(({ isFile }) => isFile).length).toBeGreaterThan(100);
});
