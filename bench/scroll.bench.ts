import type { Bench, OpenBench, Ratio, Sample } from './bench.ts';
import { openBrowser, type BenchBrowser } from './viewer/browser.ts';
import type { BenchPage, Maker } from './viewer/page.ts';

const lines = 10_000_000;
/** A frame that took longer than this has missed the screen's. */
const budget = 17.5;
/**
 * What the peers can do: as many lines as fit into the highest element Chromium makes, 33.5 million pixels and half of
 * them at two to one; the other one stops at 8.2 million itself.
 */
const mostOfPeers = { tanstack: { 1: 1_800_000, 2: 900_000 }, virtualizer: { 1: 450_000, 2: 450_000 } } as const;

/**
 * Measure 9: share of frames in time over 300 steps of the wheel and 50 jumps. Ours shows ten million lines that it
 * reads over the bridge; the peers show, from memory, as many as they can, to the last of which all must come.
 */
export const bench: Bench = {
  id: 'scroll',
  async open(): Promise<OpenBench> {
    const browsers = { 1: await openBrowser(1), 2: await openBrowser(2) };
    return {
      ratios: [...ratiosAt(1, browsers[1]), ...ratiosAt(2, browsers[2])],
      async [Symbol.asyncDispose]() {
        await browsers[1][Symbol.asyncDispose]();
        await browsers[2][Symbol.asyncDispose]();
      },
    };
  },
};

function ratiosAt(density: 1 | 2, browser: BenchBrowser): Ratio[] {
  const share = { unit: 'share of frames ≤ 17.5 ms', direction: 'atLeast' } as const;
  const ours = () => sample(browser, 'ours', lines);
  return [
    { id: `scroll-${density}x`, ...share, target: 0.99, ours },
    {
      id: `scroll-${density}x-lit-virtual`,
      ...share,
      target: 0.99,
      ours,
      theirs: () => sample(browser, 'tanstack', mostOfPeers.tanstack[density]),
    },
    {
      id: `scroll-${density}x-virtualizer`,
      ...share,
      target: 0.99,
      ours,
      theirs: () => sample(browser, 'virtualizer', mostOfPeers.virtualizer[density]),
    },
  ];
}

async function sample({ page }: BenchBrowser, maker: Maker, count: number): Promise<Sample> {
  const { frames, last } = await page.evaluate(
    ([who, many]) => (globalThis as unknown as { benchPage: BenchPage }).benchPage.scroll(who, many),
    [maker, count] as const,
  );
  const inTime = frames.filter((milliseconds) => milliseconds <= budget).length;
  return { value: inTime / frames.length, output: last === `line ${count}` ? 'the last line was reached' : last };
}
