import { expect, test } from 'vitest';
import { commonText } from '../../../src/text/commonText.ts';
import { processorTime } from './processorTime.ts';

test.each([
  ['[2026-01-02T03:04:05.678Z] ERROR: disk 3 full', 'ERROR: disk # full'],
  ['2026-01-02 03:04:05,678 +02:00 failed', 'failed'],
  ['\u001b[31merror\u001b[0m at 10.0.0.17:8080', 'error at #'],
  ['user 6f9619ff-8b86-d011-b42d-00c04fc964ff is unknown', 'user <id> is unknown'],
  ['no module "left-pad2" here', 'no module <id> here'],
  ["no module 'left-pad' here", "no module 'left-pad' here"],
  ['segfault at 0x7ffdeadbeef in 9fceb02d0ae598e95dc970b74767f19372d61af8', 'segfault at <id> in <id>'],
  ['the decade was faded', 'the decade was faded'],
  ['took 12:03:04.5,\tthen   3.5 s', 'took <time>, then # s'],
  ['磁盘 17 已满', '磁盘 # 已满'],
])('%j is the same as others: %j', (line, common) => {
  expect(commonText(line)).toBe(common);
});

test('a text is at most 200 characters long, and whole', () => {
  const text = commonText('😀'.repeat(1_000));
  expect(text.length).toBeLessThanOrEqual(200);
  expect(text).toMatch(/^\p{Extended_Pictographic}+…$/u);
});

test('hostile lines cost no more than others', () => {
  const hostile = [
    '"'.repeat(5_000),
    `'1${"'a".repeat(2_000)}`,
    '1.'.repeat(3_000),
    'a'.repeat(6_000),
    ' '.repeat(6_000),
  ];
  for (const line of hostile)
    expect(
      processorTime(() => {
        for (let i = 0; i < 100; i++) commonText(line);
      }),
    ).toBeLessThan(500);
});
