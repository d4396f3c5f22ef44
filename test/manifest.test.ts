import { existsSync } from 'node:fs';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
type Entry = Readonly<Record<string, string | undefined>>;

/** Of package.json, what is read here. */
interface Manifest {
  readonly main: string;
  readonly icon?: string;
  readonly l10n: string;
  readonly engines: { readonly vscode: string; readonly node: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly activationEvents?: readonly string[];
  readonly contributes: {
    readonly commands: readonly (Entry & { readonly command: string; readonly title: string })[];
    readonly menus?: Readonly<Record<string, readonly Entry[]>>;
    readonly keybindings?: readonly Entry[];
    readonly views?: Readonly<Record<string, readonly Entry[]>>;
    readonly configuration: { readonly properties: Readonly<Record<string, Readonly<Record<string, Json>>>> };
  };
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(join(root, file), 'utf8')) as T;
}

const manifest = await readJson<Manifest>('package.json');
const { contributes } = manifest;
const english = await readJson<Record<string, string>>('package.nls.json');
const chinese = await readJson<Record<string, string>>('package.nls.zh-cn.json');
const bundle = await readJson<Record<string, string>>('l10n/bundle.l10n.zh-cn.json');

/** Every string of a JSON value, however deep. */
function stringsIn(value: Json): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap((inner: Json) => stringsIn(inner));
}

const manifestStrings = stringsIn(await readJson<Json>('package.json'));
const commands = contributes.commands.map(({ command }) => command);

test('each command is contributed once', () => {
  expect(commands).toEqual([...new Set(commands)]);
});

test('menus and keys name contributed commands only', () => {
  const used = [...Object.values(contributes.menus ?? {}).flat(), ...(contributes.keybindings ?? [])];
  const unknown = used.flatMap(({ command }) => (command === undefined || commands.includes(command) ? [] : [command]));
  expect(unknown).toEqual([]);
});

test('links in welcome views and walkthroughs name contributed commands only', () => {
  const linked = [...Object.values(english), ...Object.values(chinese), ...manifestStrings].flatMap((text) =>
    [...text.matchAll(/\(command:(executionLogs\.[\w.]+)/g)].map(([, command]) => command),
  );
  expect(linked.filter((command) => !commands.includes(command ?? '') && !command?.endsWith('.focus'))).toEqual([]);
});

test('every word of the manifest is there in both languages, and no more', () => {
  const keys = manifestStrings.flatMap((text) => /^%(.+)%$/.exec(text)?.[1] ?? []);
  const wanted = [...new Set(keys)].toSorted();
  expect(Object.keys(english).toSorted()).toEqual(wanted);
  expect(Object.keys(chinese).toSorted()).toEqual(wanted);
});

test('titles and descriptions are words of the language files', () => {
  const bare = contributes.commands.filter(({ title }) => !/^%.+%$/.test(title)).map(({ command }) => command);
  const settings = Object.entries(contributes.configuration.properties);
  const undescribed = settings.filter(([, { description, markdownDescription }]) => {
    const words = description ?? markdownDescription;
    return typeof words !== 'string' || !/^%.+%$/.test(words);
  });
  expect([...bare, ...undescribed.map(([name]) => name)]).toEqual([]);
});

test('files that the manifest names are there', () => {
  const files = [manifest.icon, manifest.l10n, ...manifestStrings.filter((text) => /^(\.\/)?media\//.test(text))];
  expect(files.filter((file) => file !== undefined && !existsSync(join(root, file)))).toEqual([]);
});

test('the types of the editor are not newer than the oldest editor', () => {
  const [engine = 0, types = 0] = [manifest.engines.vscode, manifest.devDependencies['@types/vscode'] ?? ''].map(
    (range) => Number(/^\D*1\.(\d+)\./.exec(range)?.[1]),
  );
  expect(engine).toBeGreaterThanOrEqual(types);
});

test('nothing activates the extension but its use', () => {
  const events = manifest.activationEvents ?? [];
  // The editor derives these from the contributions by itself.
  const needless = events.filter((event) =>
    /^(\*|onStartupFinished|onCommand:.*|onView:.*|onWebviewPanel)$/.test(event),
  );
  expect(needless).toEqual([]);
});

/** The string literals that an expression may come to; an empty list when it may come to something else. */
function literalsOf(expression: ts.Expression | undefined): string[] {
  if (!expression) return [];
  if (ts.isStringLiteralLike(expression)) return [expression.text];
  if (ts.isParenthesizedExpression(expression)) return literalsOf(expression.expression);
  if (!ts.isConditionalExpression(expression)) return [];
  const [then, otherwise] = [literalsOf(expression.whenTrue), literalsOf(expression.whenFalse)];
  return then.length > 0 && otherwise.length > 0 ? [...then, ...otherwise] : [];
}

/** Which arguments of these calls are English words to translate. */
const wordArguments: Readonly<Record<string, readonly number[]>> = { t: [0], countWords: [2, 3] };

/** What only hands on words that it was given. */
const forwarders = ['src/extension/extension.ts', 'webview/words.ts'];

async function readWords(): Promise<{ words: ReadonlySet<string>; unreadable: readonly string[] }> {
  const words = new Set<string>();
  const unreadable: string[] = [];
  for await (const file of glob('{src/extension,webview}/**/*.ts', { cwd: root })) {
    const source = ts.createSourceFile(file, await readFile(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
    const visit = (node: ts.Node): void => {
      if (ts.isCallExpression(node)) {
        const { expression: callee } = node;
        const name = ts.isPropertyAccessExpression(callee) ? callee.name.text : ts.isIdentifier(callee) && callee.text;
        const indexes = typeof name === 'string' && Object.hasOwn(wordArguments, name) ? wordArguments[name] : [];
        for (const index of indexes ?? []) {
          const found = literalsOf(node.arguments[index]);
          for (const word of found) words.add(word);
          if (found.length === 0 && !forwarders.includes(file)) unreadable.push(`${file}: ${node.getText(source)}`);
        }
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { words, unreadable };
}

const { words, unreadable } = await readWords();

test('words to translate stand as literals where they are said', () => {
  expect(words.size).toBeGreaterThan(50);
  expect(unreadable).toEqual([]);
});

test('everything that is said can be said in Chinese', () => {
  expect([...words].filter((word) => !Object.hasOwn(bundle, word)).toSorted()).toEqual([]);
});

test('nothing is translated that is never said', () => {
  expect(Object.keys(bundle).filter((word) => !words.has(word))).toEqual([]);
});

test('translations keep the places of values', () => {
  const places = (text: string) => text.match(/\{\d+\}/g) ?? [];
  const broken = Object.entries(bundle).filter(
    ([word, translation]) => translation.trim() === '' || places(word).some((place) => !translation.includes(place)),
  );
  expect(broken).toEqual([]);
});
