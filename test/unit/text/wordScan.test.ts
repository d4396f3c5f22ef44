import fc from 'fast-check';
import { expect, it } from 'vitest';
import { WordScan } from '../../../src/text/wordScan.ts';

const words = ['abc', 'bca', 'abab', 'cabac', 'XYZ', 'a b', '"s"'];
const scan = new WordScan(words.map((word) => ({ word, anyCase: word === word.toLowerCase() })));

function standsAt(text: string, at: number, end = text.length): boolean {
  return words.some((word) => {
    const there = text.slice(at, at + word.length);
    return at + word.length <= end && (word === word.toLowerCase() ? there.toLowerCase() : there) === word;
  });
}

const text = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'A', 'B', 'X', 'Y', 'Z', 'x', ' ', '"', 's'),
  maxLength: 60,
});

it('tells a word in every line that holds one, wherever it lies, and nothing else', () => {
  fc.assert(
    fc.property(
      text,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
      fc.nat({ max: 20 }),
      (found, lengths, from) => {
        const ends: number[] = [];
        for (let end = from, i = 0; end < found.length; i++) ends.push((end += lengths[i % lengths.length] ?? 1));
        const told = new Set<number>();
        scan.scan(new TextEncoder().encode(found), from, (at) => {
          expect(standsAt(found, at)).toBe(true);
          expect(at).toBeGreaterThanOrEqual(from);
          const line = ends.findIndex((end) => end > at);
          told.add(line);
          return ends[line] ?? found.length;
        });
        for (const [line, end] of ends.entries()) {
          const start = line === 0 ? from : (ends[line - 1] ?? 0);
          const holds = Array.from({ length: end - start }, (_, i) => start + i).some((at) => standsAt(found, at, end));
          if (holds) expect(told).toContain(line);
        }
      },
    ),
    { numRuns: 3_000 },
  );
});
