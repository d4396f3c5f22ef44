import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonLine } from '../../../../src/dialects/executor/jsonLine.ts';
import { LineStream } from '../../../../src/dialects/executor/lineStream.ts';
import { lineFlag } from '../../../../src/model/line.ts';

const encoder = new TextEncoder();

/** The lines of a body that comes in these chunks. */
function linesOf(chunks: readonly Uint8Array[], longest = 1_000) {
  const stream = new LineStream(longest);
  const lines: { text: string; number: number; cut: boolean }[] = [];
  const take = (found: Iterable<{ bytes: Uint8Array; number: number; cut: boolean }>): void => {
    for (const { bytes, number, cut } of found) lines.push({ text: new TextDecoder().decode(bytes), number, cut });
  };
  for (const chunk of chunks) take(stream.lines(chunk));
  take(stream.rest());
  return lines;
}

/** `bytes` in the pieces that `cuts` make of them. */
function cutAt(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return places.slice(1).map((to, i) => bytes.slice(places[i], to));
}

const body = (text: string, number = 1, cut = false) => jsonLine({ bytes: encoder.encode(text), number, cut });

describe('a body of lines', () => {
  test('is the same lines however it comes, also cut within a character', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '日', '🎉', '"', '\\', '\r') }), { minLength: 1 }),
        fc.array(fc.nat()),
        fc.boolean(),
        (texts, cuts, ended) => {
          const bytes = encoder.encode(texts.join('\n') + (ended ? '\n' : ''));
          const whole = texts.map((text) => text.replace(/\r$/, ''));
          if (!ended && texts.at(-1) === '') whole.pop();
          expect(linesOf(cutAt(bytes, cuts)).map(({ text }) => text)).toEqual(whole);
        },
      ),
    );
  });

  test('keeps no more of a line than the limit, and goes on with the next', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 30 }), { minLength: 1 }), fc.array(fc.nat()), (lengths, cuts) => {
        const bytes = encoder.encode(lengths.map((length) => `${'x'.repeat(length)}\n`).join(''));
        expect(linesOf(cutAt(bytes, cuts), 10)).toEqual(
          lengths.map((length, i) => ({ text: 'x'.repeat(Math.min(length, 10)), number: i + 1, cut: length > 10 })),
        );
      }),
    );
  });
});

describe('a line of JSON', () => {
  test('is a text, or an object with a text and what is known of it', () => {
    expect(body('"as it is"')).toEqual({ text: 'as it is' });
    expect(body('{"text":""}')).toEqual({ text: '' });
    const full = { text: 'x', stream: 'stderr', level: 'warn', flags: lineFlag.unfinished, fields: { unit: 'a' } };
    expect(body(JSON.stringify({ ...full, time: '2026-02-20T00:00:00Z', more: 1 }))).toEqual({
      ...full,
      time: Date.UTC(2026, 1, 20),
    });
    expect(body('{"text":"x","time":5}')).toEqual({ text: 'x', time: 5 });
    expect(body('{"text":"x","time":null,"level":null}')).toEqual({ text: 'x' });
    expect(body('  ')).toBeUndefined();
  });

  test('that is no UTF-8 is flagged', () => {
    const bytes = Uint8Array.of(0x22, 0x61, 0xff, 0x22);
    expect(jsonLine({ bytes, number: 1, cut: false })).toEqual({ text: 'a\ufffd', flags: lineFlag.invalidUtf8 });
  });

  test.each([
    'nonsense',
    '{"text":"x"',
    '5',
    'null',
    '[]',
    '{}',
    '{"text":{}}',
    '{"text":"x","stream":"stdin"}',
    '{"text":"x","level":"loud"}',
    '{"text":"x","time":"soon"}',
    '{"text":"x","time":1e999}',
    '{"text":"x","flags":-1}',
    '{"text":"x","fields":{"a":1}}',
    '{"text":"x","fields":[]}',
  ])('is refused, with its number, when it is none: %s', (text) => {
    expect(() => body(text, 12)).toThrow(
      expect.objectContaining({ code: 'invalidRequest', message: expect.stringContaining('Line 12 of the body') }),
    );
  });

  test('that was too long ends where it was cut, wherever that is', () => {
    const text = 'a\\\\\\"é\\u00e9\\n日🎉\\ud83c\\udf89';
    for (const line of [`"${text}"`, `{"time":5,"text":"${text}"}`]) {
      const bytes = encoder.encode(line);
      const whole = (JSON.parse(`"${text}"`) as string) + '"';
      for (let length = line.indexOf(text); length < bytes.length - 1; length++) {
        const kept = jsonLine({ bytes: bytes.subarray(0, length), number: 1, cut: true });
        expect((kept?.flags ?? 0) & lineFlag.cut).toBe(lineFlag.cut);
        const found = String(kept?.text).replace(/[\ud800-\udbff]$/, '');
        expect(whole.startsWith(found)).toBe(true);
      }
    }
  });

  test('that was too long outside of its text is refused', () => {
    for (const text of ['{"fields":{"a":"b', '[1,2', '{"text":"x"}   '])
      expect(() => body(text, 3, true)).toThrow(expect.objectContaining({ code: 'invalidRequest' }));
  });
});
