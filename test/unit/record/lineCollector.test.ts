import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineText } from '../../../src/base/lineBatch.ts';
import { lineFlag, streams, type LineColumns } from '../../../src/model/line.ts';
import { LineCollector } from '../../../src/record/lineCollector.ts';
import { LineRooms } from '../../../src/record/lineRoom.ts';
import { longestPiece } from '../../../src/record/openLine.ts';

const bytes = (text: string) => Buffer.from(text);

function texts(lines: LineColumns): string[] {
  return Array.from({ length: lines.count }, (_, index) => lineText(lines, index));
}

function collected(...chunks: string[]): LineColumns {
  const collector = new LineCollector(new LineRooms());
  for (const chunk of chunks) collector.write('stdout', bytes(chunk), 1);
  collector.end('stdout', 1);
  return collector.take().lines;
}

/** What a reader makes of a stream's lines: pieces that go on are joined. */
function joined(lines: LineColumns, stream: 'stdout' | 'stderr'): Buffer {
  const parts: Buffer[] = [];
  for (let i = 0; i < lines.count; i++) {
    if (lines.streams[i] !== streams.indexOf(stream)) continue;
    parts.push(Buffer.from(lines.text.subarray(lines.offsets[i], lines.offsets[i + 1])));
    if (!((lines.flags[i] ?? 0) & lineFlag.unfinished)) parts.push(bytes('\n'));
  }
  return Buffer.concat(parts);
}

describe('output becomes lines', () => {
  test('a line ends with LF or CR LF, and the end is no part of it', () => {
    expect(texts(collected('one\ntwo\r\nthree\n'))).toEqual(['one', 'two', 'three']);
  });

  test('a line may come in pieces, and its end, too', () => {
    expect(texts(collected('o', 'ne', '\r', '\ntw', 'o\n'))).toEqual(['one', 'two']);
  });

  test('what has no line end at the end of a stream is a line', () => {
    expect(texts(collected('one\ntwo'))).toEqual(['one', 'two']);
    expect(texts(collected('one\n'))).toEqual(['one']);
    expect(texts(collected(''))).toEqual([]);
  });

  test('bare carriage returns stay in their line', () => {
    expect(texts(collected('10 %\r20 %\r100 %\ndone\n'))).toEqual(['10 %\r20 %\r100 %', 'done']);
  });

  test('empty lines are lines, a million of them', () => {
    const collector = new LineCollector(new LineRooms());
    for (let i = 0; i < 100; i++) collector.write('stdout', Buffer.alloc(10_000, '\n'), 1);
    const lines = collector.take().lines;
    expect(lines.count).toBe(1_000_000);
    expect(lines.text.length).toBe(0);
  });

  test('bytes pass as they are: NUL, invalid UTF-8', () => {
    const collector = new LineCollector(new LineRooms());
    collector.write('stdout', Uint8Array.of(0, 0xff, 0xc3, 10, 0x80, 10), 1);
    const lines = collector.take().lines;
    expect([...lines.text]).toEqual([0, 0xff, 0xc3, 0x80]);
    expect([...lines.offsets]).toEqual([0, 3, 4]);
  });

  test('stdout and stderr are kept apart and in order of arrival, each line with the time its end came', () => {
    const collector = new LineCollector(new LineRooms());
    collector.write('stdout', bytes('out be'), 1);
    collector.write('stderr', bytes('err\n'), 2);
    collector.write('stdout', bytes('gins\n'), 3);
    const lines = collector.take().lines;
    expect(texts(lines)).toEqual(['err', 'out begins']);
    expect([...lines.streams]).toEqual([1, 0]);
    expect([...lines.times]).toEqual([2, 3]);
  });

  test('columns are as long as there are lines, and are forgotten when taken', () => {
    const collector = new LineCollector(new LineRooms());
    collector.write('stdout', bytes('a\nbc\n'), 1);
    const { count, text, offsets, times, streams: streamColumn, levels, flags } = collector.take().lines;
    expect([count, text.length, offsets.length]).toEqual([2, 3, 3]);
    expect([times.length, streamColumn.length, levels.length, flags.length]).toEqual([2, 2, 2, 2]);
    expect(collector.take().lines.count).toBe(0);
  });

  test('however the bytes are cut, long lines and short, the lines are the same', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 5, unit: 'binary' }),
      fc.constantFrom('\n', '\r\n', '\r', '\n\n', 'é', '漢', '😀', '\u001b[31m'),
      fc.integer({ min: 1, max: 3_000 }).map((length) => 'x'.repeat(length)),
    );
    const output = fc.array(piece, { maxLength: 60 }).map((parts) => bytes(parts.join('')));
    fc.assert(
      fc.property(output, fc.array(fc.nat(5_000), { maxLength: 8 }), (whole, cuts) => {
        const collector = new LineCollector(new LineRooms());
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).toSorted((a, b) => a - b), whole.length];
        for (const [index, to] of places.slice(1).entries()) {
          collector.write('stdout', whole.subarray(places[index], to), index);
        }
        collector.end('stdout', 9);
        const parts = whole.toString('latin1').replace(/\n$/, '').split('\n');
        const expected = whole.length === 0 ? [] : parts.map((line) => line.replace(/\r$/, ''));
        const actual = collector.take().lines;
        const found = Array.from({ length: actual.count }, (_, i) =>
          Buffer.from(actual.text.subarray(actual.offsets[i], actual.offsets[i + 1])).toString('latin1'),
        );
        expect(found).toEqual(expected);
      }),
    );
  });
});

test('arrays that were given back are used again, and nothing of what was in them is left', () => {
  const collector = new LineCollector(new LineRooms());
  collector.write('stderr', bytes('Name? '), 1);
  collector.showUnfinished(1, 2);
  const first = collector.take();
  first.lines.levels[0] = 6;
  collector.write('stdout', bytes('meanwhile\n'), 3);
  expect(texts(first.lines)).toEqual(['Name? ']);
  first.done();
  collector.take().done();
  collector.write('stdout', bytes('x\n'), 4);
  const { lines } = collector.take();
  expect([texts(lines), lines.streams[0], lines.levels[0], lines.flags[0], lines.times[0]]).toEqual([
    ['x'],
    0,
    0,
    0,
    4,
  ]);
});

describe('a line without an end', () => {
  test('is shown when it has waited, and goes on in the next line', () => {
    const collector = new LineCollector(new LineRooms());
    collector.write('stdout', bytes('Name? '), 1_000);
    expect(collector.openSince).toBe(1_000);
    collector.showUnfinished(999, 1_500);
    expect(collector.count).toBe(0);
    collector.showUnfinished(1_000, 2_000);
    collector.write('stdout', bytes('Ada\nnext\n'), 3_000);
    const lines = collector.take().lines;
    expect(texts(lines)).toEqual(['Name? ', 'Ada', 'next']);
    expect([...lines.flags]).toEqual([lineFlag.unfinished, lineFlag.continued, 0]);
    expect(collector.openSince).toBeUndefined();
  });

  test('tears no character, no escape sequence and no CR LF', () => {
    for (const half of [[0xf0, 0x9f, 0x98], [0xe6, 0xbc], [0xc3], [0x1b], [0x1b, 0x5b, 0x33, 0x31], [0x0d]]) {
      const collector = new LineCollector(new LineRooms());
      collector.write('stdout', Buffer.from([0x61, ...half]), 1);
      collector.showUnfinished(1, 2);
      expect(texts(collector.take().lines)).toEqual(['a']);
      collector.end('stdout', 3);
      expect([...collector.take().lines.text]).toEqual(half[0] === 0x0d ? [] : half);
    }
  });

  test('is cut into pieces when it grows beyond what is kept, and nothing of it is lost', () => {
    const collector = new LineCollector(new LineRooms());
    const chunk = Buffer.alloc(1_000_003, '漢');
    const whole = Buffer.concat([...Array.from({ length: 20 }, () => chunk), bytes('\n')]);
    for (let i = 0; i < 20; i++) collector.write('stdout', chunk, i);
    collector.write('stdout', bytes('\n'), 21);
    const lines = collector.take().lines;
    expect(lines.count).toBe(3);
    expect([...lines.flags]).toEqual([
      lineFlag.unfinished,
      lineFlag.unfinished | lineFlag.continued,
      lineFlag.continued,
    ]);
    expect(lines.offsets[1]).toBeLessThanOrEqual(longestPiece);
    expect(joined(lines, 'stdout').equals(whole)).toBe(true);
  });

  test('of 5 MB is one line', () => {
    const collector = new LineCollector(new LineRooms());
    const chunk = Buffer.alloc(65_536, 'x');
    for (let i = 0; i < 80; i++) collector.write('stderr', chunk, i);
    collector.write('stderr', bytes('\n'), 80);
    const lines = collector.take().lines;
    expect([lines.count, lines.text.length, lines.flags[0]]).toEqual([1, 80 * 65_536, 0]);
  });
});
