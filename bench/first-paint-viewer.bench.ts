import type { Bench, Sample } from './bench.ts';
import { openBrowser } from './viewer/browser.ts';
import type { BenchPage } from './viewer/page.ts';

const lines = 1_000_000;

/** Measure 8, the viewer alone: from nothing until the first lines of a million are painted, against CodeMirror 6. */
export const bench: Bench = {
  id: 'first-paint-viewer',
  async open() {
    const browser = await openBrowser();
    const run = async (what: 'ours' | 'codeMirror'): Promise<Sample> => {
      const { milliseconds, text } = await browser.page.evaluate(
        ([who, many]) => (globalThis as unknown as { benchPage: BenchPage }).benchPage.firstPaint(who, many),
        [what, lines] as const,
      );
      return { value: milliseconds, output: text };
    };
    return {
      ratios: [
        {
          id: 'first-paint-viewer',
          unit: 'ms',
          target: 0.5,
          direction: 'atMost',
          ours: () => run('ours'),
          theirs: () => run('codeMirror'),
        },
      ],
      [Symbol.asyncDispose]: () => browser[Symbol.asyncDispose](),
    };
  },
};
