import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineColumnsBuilder, linesOf } from '../../../../src/base/lineBatch.ts';
import { fromWireLines, fromWirePage } from '../../../../src/dialects/executor/fromWire.ts';
import { toWireLines, toWirePage } from '../../../../src/dialects/executor/wire.ts';
import { levels, lineFlag, streams, type LineBatch, type LineColumns } from '../../../../src/model/line.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import { pointer } from '../../../../src/model/pointer.ts';

function overWire(page: LogPage): LogPage {
  return fromWirePage(JSON.parse(JSON.stringify(toWirePage(page))), 'unavailable');
}

function linesOverWire(lines: LineColumns): LineColumns {
  return fromWireLines(JSON.parse(JSON.stringify(toWireLines(lines))), 'unavailable');
}

function columns(texts: readonly (string | Uint8Array)[]): LineColumns {
  const builder = new LineColumnsBuilder();
  for (const text of texts) builder.add({ text });
  return builder.build();
}

function batchOf(lines: LineColumns, numbers?: readonly number[], pointers?: readonly string[]): LineBatch {
  return {
    ...lines,
    numbers: Float64Array.from(numbers ?? Array.from({ length: lines.count }, (_, i) => i + 1)),
    origins: [
      { step: '1', host: 'a', pointerPrefix: 'x:1@' },
      { step: '1', host: 'b', pointerPrefix: 'x:2@' },
    ],
    originOf: Uint16Array.from({ length: lines.count }, (_, i) => i % 2),
    ...(pointers && { pointers }),
  };
}

const line = fc.record(
  {
    text: fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('', '\n', 'a\nb', '\r', '\0', '\uFEFFx'),
    ),
    time: fc.integer({ min: 0, max: 4e12 }),
    stream: fc.constantFrom(...streams),
    level: fc.constantFrom(...levels),
    flags: fc.integer({ min: 0, max: 15 }),
    fields: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
  },
  { requiredKeys: ['text'] },
);

describe('lines over the wire', () => {
  test('any lines arrive as they are', () => {
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const builder = new LineColumnsBuilder();
        for (const one of lines) builder.add(one);
        const sent = builder.build();
        expect(linesOverWire(sent)).toEqual(sent);
        const batch = batchOf(sent);
        const page: LogPage = { lines: batch, newer: pointer('x:1@9'), complete: false };
        expect([...linesOf(overWire(page).lines)]).toEqual([...linesOf(batch)]);
      }),
    );
  });

  test('bytes that are no UTF-8 become U+FFFD and are flagged, without touching their neighbours', () => {
    const arrived = linesOverWire(columns(['é', Uint8Array.of(0xc3), Uint8Array.of(0xa9), 'ok']));
    expect(toWireLines(arrived)).toMatchObject({ text: 'é\n\ufffd\n\ufffd\nok', flags: [0, 1, 1, 0] });
    expect(lineFlag.invalidUtf8).toBe(1);
  });

  test('views into larger arrays are sent as what they show', () => {
    const all = columns(['one', 'two', 'three']);
    const view = { ...columns(['', '']), text: all.text, offsets: all.offsets.subarray(1) };
    expect(toWireLines(view)).toMatchObject({ count: 2, text: 'two\nthree' });
  });

  test('columns that say the same for every line are one value', () => {
    expect(toWirePage({ lines: batchOf(columns(['a', 'b'])), newer: pointer('p'), complete: true }).lines).toEqual({
      count: 2,
      text: 'a\nb',
      times: null,
      streams: 0,
      levels: 0,
      flags: 0,
      numbers: 1,
      origins: batchOf(columns([])).origins,
      originOf: [0, 1],
    });
  });
});

describe('pages over the wire', () => {
  test('everything a page can tell arrives', () => {
    const page: LogPage = {
      lines: batchOf(columns(['a', 'b']), [4, 9], ['p4', 'p9']),
      older: pointer('p4'),
      newer: pointer('p9'),
      complete: true,
      firstLine: 4,
      total: 9,
      scanned: { lines: 6, total: 9 },
      gap: {
        reason: 'trimmed',
        count: 3,
        from: 1,
        to: 3,
        parts: [{ origin: { step: '1', host: 'a', pointerPrefix: 'x:1@' }, from: 1, to: 3 }],
      },
      state: { kind: 'reconnecting', at: 5, why: 'it broke' },
    };
    expect(overWire(page)).toEqual(page);
    expect(overWire({ ...page, state: { kind: 'polling', seconds: 3 } }).state).toEqual({
      kind: 'polling',
      seconds: 3,
    });
  });

  const good = JSON.parse(
    JSON.stringify(toWirePage({ lines: batchOf(columns(['a', 'b\nc'])), newer: pointer('p'), complete: false })),
  ) as { lines: Record<string, unknown> };

  test.each<[string, unknown]>([
    ['no object', 5],
    ['a list', []],
    ['nothing', null],
    ['no lines', { newer: 'p', complete: true }],
    ['no pointer', { ...good, newer: undefined }],
    ['no word on the end', { ...good, complete: 'no' }],
    ['too many lines', { ...good, lines: { ...good.lines, count: 1e9, text: '', times: null, ends: undefined } }],
    ['half a line', { ...good, lines: { ...good.lines, count: 1.5 } }],
    ['fewer texts', { ...good, lines: { ...good.lines, count: 3 } }],
    ['more texts', { ...good, lines: { ...good.lines, ends: undefined } }],
    ['ends beyond the text', { ...good, lines: { ...good.lines, ends: [1, 99] } }],
    ['ends that go back', { ...good, lines: { ...good.lines, ends: [5, 1] } }],
    ['ends that are no numbers', { ...good, lines: { ...good.lines, ends: ['a', 5] } }],
    ['times from no time', { ...good, lines: { ...good.lines, timesFrom: 'now' } }],
    ['too few times', { ...good, lines: { ...good.lines, times: [1] } }],
    ['times that are words', { ...good, lines: { ...good.lines, times: ['a', 'b'] } }],
    ['a stream there is not', { ...good, lines: { ...good.lines, streams: 3 } }],
    ['a level there is not', { ...good, lines: { ...good.lines, levels: [0, 8] } }],
    ['negative flags', { ...good, lines: { ...good.lines, flags: -1 } }],
    ['an origin there is not', { ...good, lines: { ...good.lines, originOf: [0, 2] } }],
    ['no origins', { ...good, lines: { ...good.lines, origins: [], originOf: 0 } }],
    ['an origin without step', { ...good, lines: { ...good.lines, origins: [{ host: 'a', pointerPrefix: '' }] } }],
    ['numbers that are none', { ...good, lines: { ...good.lines, numbers: [1, -2] } }],
    ['too few pointers', { ...good, lines: { ...good.lines, pointers: ['p'] } }],
    ['fields that are numbers', { ...good, lines: { ...good.lines, fields: [null, { a: 1 }] } }],
    ['a gap without reason', { ...good, gap: {} }],
    ['a state there is not', { ...good, state: { kind: 'asleep' } }],
  ])('a damaged page is refused: %s', (_, value) => {
    expect(() => fromWirePage(value, 'unavailable')).toThrow(expect.objectContaining({ code: 'unavailable' }));
    expect(() => fromWirePage(value, 'invalidRequest')).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
  });
});
