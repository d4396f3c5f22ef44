import { build } from 'esbuild';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { chromiumLaunch } from '../../scripts/chromium.ts';

/** A real browser with the benches' page in it. */
export interface BenchBrowser extends AsyncDisposable {
  readonly page: Page;
}

export async function openBrowser(deviceScaleFactor = 1): Promise<BenchBrowser> {
  const bundle = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    target: 'chrome128',
    logLevel: 'error',
    define: { 'process.env.NODE_ENV': '"production"' },
  });
  // Emulated scale factors hide how high an element may be; the real one does not.
  const browser = await chromium.launch(chromiumLaunch([`--force-device-scale-factor=${deviceScaleFactor}`]));
  const context = await browser.newContext({ viewport: null });
  const page = await context.newPage();
  await page.setContent('<!doctype html><body></body>');
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '', type: 'module' });
  await page.waitForFunction('globalThis.benchPage !== undefined');
  return {
    page,
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}
