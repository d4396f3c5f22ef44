import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LineColumnsBuilder, lineText, sliceColumns } from '../../../src/base/lineBatch.ts';
import type { LineColumns } from '../../../src/model/line.ts';
import { decodeColumns, encodeColumns } from '../../../src/base/chunkCode.ts';

const day = Date.UTC(2026, 0, 2);
const times = fc.oneof(
  fc.constant(undefined),
  fc.constant(day),
  fc.integer({ min: day, max: day + 200 }),
  fc.integer({ min: day, max: day + 60_000 }),
  fc.integer({ min: day - 2 ** 31, max: day + 2 ** 31 }),
  fc.double({ noNaN: true }),
);
const fields = fc.option(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }), { nil: undefined });
const texts = fc.oneof(fc.constant(''), fc.string({ maxLength: 10 }), fc.string({ minLength: 250, maxLength: 300 }));

const columns = fc
  .array(fc.tuple(texts, times, fc.constantFrom('stdout', 'stderr'), fields), { minLength: 1, maxLength: 20 })
  .map((lines) => {
    const builder = new LineColumnsBuilder();
    for (const [text, time, stream, own] of lines)
      builder.add({ text, stream, ...(time !== undefined && { time }), ...(own && { fields: own }) });
    return builder.build();
  });

function roundTrip(lines: LineColumns, from: number, to: number): LineColumns {
  const text = lines.text.subarray(lines.offsets[from], lines.offsets[to]);
  return decodeColumns(encodeColumns(lines, from, to).bytes, to - from, text);
}

it('what is encoded is decoded, for any stretch of any columns', () => {
  fc.assert(
    fc.property(columns, fc.nat(), fc.nat(), (lines, a, b) => {
      const from = a % lines.count;
      const to = from + 1 + (b % (lines.count - from));
      const wanted = sliceColumns(lines, from, to);
      const { fields: read, ...rest } = roundTrip(lines, from, to);
      const { fields: written, ...others } = wanted;
      expect(rest).toEqual({ ...others, text: rest.text });
      expect(Array.from({ length: rest.count }, (_, i) => lineText(rest, i))).toEqual(
        Array.from({ length: rest.count }, (_, i) => lineText(wanted, i)),
      );
      expect(read ?? []).toEqual(written?.some((one) => one) ? written : []);
    }),
  );
});

it('a line of 5 MB keeps its length', () => {
  const lines = new LineColumnsBuilder()
    .add({ text: 'x'.repeat(5_000_000) })
    .add({ text: 'y' })
    .build();
  expect(roundTrip(lines, 0, 2).offsets).toEqual(lines.offsets);
});

it('what is the same for every line costs nothing by line', () => {
  const builder = new LineColumnsBuilder();
  for (let i = 0; i < 1_000; i++) builder.add({ text: 'y', time: day });
  expect(encodeColumns(builder.build(), 0, 1_000).bytes.length).toBeLessThan(30);
});
