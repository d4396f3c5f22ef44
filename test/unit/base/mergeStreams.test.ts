import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leavable } from '../../../src/base/leavable.ts';
import { mergeStreams } from '../../../src/base/mergeStreams.ts';
import { News } from '../../../src/base/news.ts';

async function* counting(name: string, count: number): AsyncGenerator<string, void> {
  for (let i = 1; i <= count; i++) yield `${name}${i}`;
}

/** Waits for ever, until it is left. */
function silent(news: News): AsyncIterable<string> {
  return leavable(async function* (signal): AsyncGenerator<string, void> {
    for (;;) {
      await news.since(news.mark, signal);
      yield 'news';
    }
  });
}

describe('merged streams', () => {
  test('give every item once, each stream in its order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 4 }), async (counts) => {
        const names = 'abcd';
        const streams = counts.map((count, i) => counting(names[i] ?? '', count));
        const items = await Array.fromAsync(mergeStreams(streams, []));
        for (const [i, count] of counts.entries()) {
          const own = items.filter((item) => item.startsWith(names[i] ?? ''));
          expect(own).toEqual(Array.from({ length: count }, (_, n) => `${names[i] ?? ''}${n + 1}`));
        }
        expect(items).toHaveLength(counts.reduce((a, b) => a + b, 0));
      }),
    );
  });

  test('end with the leading ones, and let go of the others', async () => {
    const news = new News();
    expect(await Array.fromAsync(mergeStreams([counting('a', 2), counting('b', 1)], [silent(news)]))).toHaveLength(3);
    expect(news.waiting).toBe(0);
  });

  test('come in turns when all are ready, so that none is kept waiting', async () => {
    const items: string[] = [];
    const streams = [counting('a', 100), counting('b', 100)];
    for await (const item of mergeStreams(streams, [counting('c', 3), counting('d', 3)])) items.push(item);
    expect(items.filter((item) => /^[cd]/.test(item))).toHaveLength(6);
    expect(Math.max(items.indexOf('c3'), items.indexOf('d3'))).toBeLessThan(20);
  });

  test('all begin before the first item is given', async () => {
    const news = new News();
    const merged = mergeStreams([silent(news)], [counting('b', 1)]);
    expect((await merged.next()).value).toBe('b1');
    expect(news.waiting).toBe(1);
    news.tell();
    expect((await merged.next()).value).toBe('news');
    await merged.return();
    expect(news.waiting).toBe(0);
  });

  test('break when one breaks, and let go of the others', async () => {
    const news = new News();
    const broken = async function* (): AsyncGenerator<string, void> {
      yield 'one';
      throw new Error('broken');
    };
    const items: string[] = [];
    const read = async (): Promise<void> => {
      for await (const item of mergeStreams([silent(news)], [broken()])) items.push(item);
    };
    await expect(read()).rejects.toThrow('broken');
    expect(items).toEqual(['one']);
    expect(news.waiting).toBe(0);
  });
});
