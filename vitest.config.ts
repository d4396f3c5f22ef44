import { playwright } from '@vitest/browser-playwright';
import { transform } from 'esbuild';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { chromiumLaunch } from './scripts/chromium.ts';

function node(
  name: string,
  timeout: number,
  more: TestProjectInlineConfiguration['test'] = {},
): TestProjectInlineConfiguration {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: timeout,
      hookTimeout: timeout,
      // A second, Vitest's own, is short on a machine that does other things.
      expect: { poll: { timeout: timeout / 2 } },
      ...more,
    },
  };
}

/** Vite leaves standard decorators as they are, and no browser runs them yet. */
const lowerDecorators = {
  name: 'lower-decorators',
  enforce: 'pre' as const,
  async transform(code: string, id: string) {
    const file = id.replace(/\?.*$/, '');
    if (!file.endsWith('.ts') || file.includes('node_modules')) return undefined;
    const { code: lowered, map } = await transform(code, {
      loader: 'ts',
      target: 'chrome128',
      sourcefile: file,
      sourcemap: 'external',
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, verbatimModuleSyntax: true } },
    });
    return { code: lowered, map };
  },
};

function webview(): TestProjectInlineConfiguration {
  return {
    plugins: [lowerDecorators],
    optimizeDeps: { include: ['lit', 'lit/decorators.js', 'lit/directives/*.js', 'axe-core', 're2js'] },
    test: {
      name: 'webview',
      include: ['test/webview/**/*.test.ts'],
      testTimeout: 30_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        viewport: { width: 1000, height: 700 },
        provider: playwright({ launchOptions: chromiumLaunch() }),
        instances: [{ browser: 'chromium' }],
      },
    },
  };
}

/** One window at a time, of the extension as it is built. */
const wholeEditor = { fileParallelism: false, globalSetup: 'test/harness/build.ts' };

export default defineConfig({
  test: {
    projects: [
      node('unit', 20_000, { include: ['test/*.test.ts', 'test/unit/**/*.test.ts'] }),
      node('contract', 60_000),
      webview(),
      node('integration', 120_000, wholeEditor),
      node('e2e', 180_000, wholeEditor),
      node('faults', 120_000),
    ],
  },
});
