import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parseTime } from '../../../src/base/parseTime.ts';

const noon = Date.UTC(2026, 10, 21, 12, 0, 5);

it.each([
  ['ISO with an offset', '2026-11-21T20:00:05.448842+08:00', noon + 448],
  ['ISO with a negative offset', '2026-11-21T07:30:05-0430', noon],
  ['ISO in UTC', '2026-11-21T12:00:05.1Z', noon + 100],
  ['ISO without an offset', '2026-11-21T12:00:05.999999', noon + 999],
  ['an offset and a Z', '2026-11-21T20:00:05.079000+08:00Z', noon + 79],
  ['a space for the T', '2026-11-21 12:00:05', noon],
  ['a space and microseconds', '2026-11-21 12:00:05.279458', noon + 279],
  ['a space before the offset', '2026-11-21 20:00:05 +08:00', noon],
  ['nanoseconds', '2026-11-21T12:00:05.123456789Z', noon + 123],
  ['no seconds', '2026-11-21T12:00Z', noon - 5_000],
  ['a day', '2026-11-21', Date.UTC(2026, 10, 21)],
  ['seconds as text', String(noon / 1_000), noon],
  ['seconds as a number', noon / 1_000, noon],
  ['seconds with a fraction', `${noon / 1_000}.25`, noon + 250],
  ['milliseconds as text', String(noon), noon],
  ['milliseconds as a number', noon, noon],
  ['milliseconds with a fraction', `${noon}.8608`, noon + 1],
  ['a leap day', '2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ['a time before the epoch', '1969-12-31T23:59:59Z', -1_000],
])('reads %s', (_, value, time) => {
  expect(parseTime(value)).toBe(time);
});

it.each([
  ['null', null],
  ['nothing', undefined],
  ['an empty text', ''],
  ["Go's zero time", '0001-01-01T00:00:00Z'],
  ["the epoch's zero", '1970-01-01T00:00:00Z'],
  ['zero', 0],
  ['zero as text', '0'],
  ['a negative count', -5],
  ['a negative count as text', '-1771588800'],
  ['no number', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['a count beyond all days', '99999999999999999999'],
  ['a day that is none', '2026-02-29T00:00:00Z'],
  ['a month that is none', '2026-13-01T00:00:00Z'],
  ['an hour that is none', '2026-01-01T25:00:00Z'],
  ['a hexadecimal number', '0x10'],
  ['words', 'yesterday'],
  ['a line after it', '2026-11-21T12:00:05Z\nx'],
  ['an object', { time: noon }],
  ['a very long text', `${noon}${' '.repeat(100_000)}`],
])('finds no time in %s', (_, value) => {
  expect(parseTime(value)).toBeUndefined();
});

it('reads what dates write about themselves', () => {
  const dates = fc.date({ min: new Date('1973-04-01'), max: new Date('9999-01-01'), noInvalidDate: true });
  fc.assert(
    fc.property(dates, (date) => {
      expect(parseTime(date.toISOString())).toBe(date.getTime());
      expect(parseTime(date.getTime())).toBe(date.getTime());
    }),
  );
});

it('reads a time without an offset as local where systems write it so, and one with an offset as it says', () => {
  expect(parseTime('2026-07-01T12:30:15.250000', 'local')).toBe(new Date(2026, 6, 1, 12, 30, 15, 250).getTime());
  expect(parseTime('2026-07-01', 'local')).toBe(new Date(2026, 6, 1).getTime());
  for (const said of ['2026-07-01T12:30:15Z', '2026-07-01T12:30:15+08:00', '2026-07-01T12:30:15+0800Z'])
    expect(parseTime(said, 'local')).toBe(parseTime(said));
});
