import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { levels } from '../../../src/model/line.ts';
import { detectLevel, markLevels } from '../../../src/text/levels.ts';
import { columnsOf } from './columns.ts';
import { levelLines } from './levelLines.ts';
import { processorTime } from './processorTime.ts';

describe('detectLevel', () => {
  for (const level of levels) {
    it.each(levelLines[level])(`reads ${level} in %j`, (line) => {
      expect(detectLevel(line)).toBe(level);
    });
  }

  it.each(['error ', ' ', 'a', 'no ', '[', 'error:', '{"level":', 'level=', '0 ', '"', 'Exception', '***', '_'])(
    'takes little time for 5 MB of %j',
    (piece) => {
      const text = piece.repeat(5_000_000 / piece.length);
      detectLevel(text);
      expect(processorTime(() => detectLevel(text))).toBeLessThan(200);
    },
  );
});

describe('markLevels', () => {
  const all = Object.values(levelLines).flat();
  const line = fc.oneof(
    fc.constantFrom(...all),
    fc.constantFrom('', 'y', 'er', 'ror', 'fai', 'l', '漢字', 'é', 'E', '<1', '  '),
    fc.tuple(fc.string({ unit: 'grapheme', maxLength: 5 }), fc.constantFrom(...all)).map((parts) => parts.join(' ')),
  );

  it('marks each line as it is detected on its own, wherever it lies', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), fc.nat({ max: 3 }), (texts, shift) => {
        const columns = columnsOf(...texts);
        const text = new Uint8Array(columns.text.length + shift).subarray(shift);
        text.set(columns.text);
        markLevels({ ...columns, text });
        expect([...columns.levels].map((level) => levels[level])).toEqual(texts.map((each) => detectLevel(each)));
      }),
      { numRuns: 1_000 },
    );
  });

  it('marks the rare line among many', () => {
    const texts = Array.from({ length: 50_000 }, (_, n) => (n % 7_919 === 5 ? 'error: x' : `step ${n} – done`));
    const columns = columnsOf(...texts);
    markLevels(columns);
    expect([...columns.levels].flatMap((level, n) => (level > 0 ? [n] : []))).toEqual([
      5, 7_924, 15_843, 23_762, 31_681, 39_600, 47_519,
    ]);
  });

  it('leaves levels that are known', () => {
    const columns = columnsOf({ text: 'error: x', level: 'info' }, { text: 'fine', level: 'fatal' }, 'error: y');
    markLevels(columns);
    expect([...columns.levels].map((level) => levels[level])).toEqual(['info', 'fatal', 'error']);
  });

  it('takes lines that do not begin at the start of the text', () => {
    const columns = columnsOf('error: x', 'warning: y', 'z');
    const rest = { ...columns, count: 2, offsets: columns.offsets.slice(1), levels: new Uint8Array(2) };
    markLevels(rest);
    expect([...rest.levels].map((level) => levels[level])).toEqual(['warn', 'none']);
  });
});
