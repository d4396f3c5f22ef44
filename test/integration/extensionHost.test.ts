import { build } from 'esbuild';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../scripts/scratchFolder.ts';
import { runTestsOnDesktop } from '../harness/desktop.ts';
import { runTests } from '../harness/editor.ts';
import { projectFolder } from '../harness/projectFolder.ts';
import { resultsVariable, type TestResult } from './runner.ts';

/**
 * Every `*.suite.ts` here runs in a real extension host beside the extension; its tests are told as tests of
 * this file. `EXECLOGS_TEST_DESKTOP=1` takes the desktop editor, downloaded by @vscode/test-electron.
 */
async function bundleSuites(): Promise<string> {
  const suites = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('.suite.ts')).toSorted();
  const outfile = join(projectFolder, 'dist/test/integration.cjs');
  const imports = suites.map((file) => `import './${file}';`);
  await build({
    stdin: {
      contents: [...imports, "export { run } from './runner.ts';"].join('\n'),
      resolveDir: import.meta.dirname,
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22.13',
    external: ['vscode'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return outfile;
}

async function runSuites(): Promise<{ code: number; results: readonly TestResult[]; output: string }> {
  await using folder = await scratchFolder('integration');
  const file = join(folder.path, 'results.json');
  const env = { [resultsVariable]: file, NODE_OPTIONS: '--enable-source-maps' };
  const runIt = process.env['EXECLOGS_TEST_DESKTOP'] === '1' ? runTestsOnDesktop : runTests;
  const { code, output } = await runIt({ testsPath: await bundleSuites(), env });
  const results = JSON.parse(await readFile(file, 'utf8').catch(() => '[]')) as TestResult[];
  return { code, results, output };
}

const { code, results, output } = await runSuites();

for (const { name, error } of results) {
  test(name, () => {
    if (error !== undefined) throw new Error(error);
  });
}

test('the extension host ends by itself and well', () => {
  expect(results.length, output).toBeGreaterThan(0);
  expect(code, output).toBe(0);
});
