import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineTexts, lineTextAt } from '../../../src/text/lineTexts.ts';
import { columnsOf } from './columns.ts';

const line = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.uint8Array({ maxLength: 6 }),
  fc.constantFrom(
    '',
    '\ufeffx',
    '😀',
    'é'.repeat(9_000),
    'a'.repeat(40_000),
    Uint8Array.of(0xf0, 0x9f),
    Uint8Array.of(0x80),
  ),
);

it('takes two halves of a character in two lines for none', () => {
  const lines = columnsOf({ text: Uint8Array.of(0xc2) }, { text: '' }, { text: Uint8Array.of(0x80) });
  const read = new LineTexts(lines);
  expect([0, 1, 2].map((row) => read.at(row))).toEqual(['\ufffd', '', '\ufffd']);
});

it('gives every line as it reads on its own, in any order', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 12 }), fc.array(fc.nat({ max: 11 })), (texts, asked) => {
      const lines = columnsOf(...texts.map((text) => ({ text })));
      const read = new LineTexts(lines);
      for (const row of [...texts.keys(), ...asked.filter((row) => row < texts.length)]) {
        expect(read.at(row)).toBe(lineTextAt(lines, row));
      }
    }),
  );
});
