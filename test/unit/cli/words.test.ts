import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { Words, helpOf, type Verb } from '../../../src/cli/commandLine.ts';
import { cell, table } from '../../../src/cli/table.ts';
import { agoWords, durationWords } from '../../../src/cli/times.ts';

const verb: Verb = {
  name: 'look',
  operands: '<thing>',
  summary: 'Look at a thing.',
  options: {
    limit: { type: 'string', short: 'n', value: 'count', help: 'At most so many' },
    status: { type: 'string', multiple: true, value: 'status', help: 'Only these' },
    json: { type: 'boolean', help: 'As JSON' },
  },
  run: () => Promise.resolve(0),
};

describe('what was typed', () => {
  test('is options, operands, and what follows "--"', () => {
    const words = new Words(verb, ['-n', '5', 'it', '--json', '--status', 'failed,running', '--', '--json', 'x']);
    expect(words.count('limit')).toBe(5);
    expect(words.operand('thing')).toBe('it');
    expect(words.flag('json')).toBe(true);
    expect(words.choices('status', ['failed', 'running', 'pending'])).toEqual(['failed', 'running']);
    expect(words.rest).toEqual(['--json', 'x']);
    expect(new Words(verb, ['it']).rest).toBeUndefined();
  });

  test.each<[string[], (words: Words) => unknown, RegExp]>([
    [['--nope'], () => 0, /^Unknown option '--nope'\.$/],
    [['--limit'], () => 0, /--limit/],
    [['--limit', '0'], (words) => words.count('limit'), /whole number from 1, not "0"/],
    [['--limit', '1e3'], (words) => words.count('limit'), /whole number/],
    [['--status', 'bad'], (words) => words.choices('status', ['failed']), /takes failed, not "bad"/],
    [[], (words) => words.operand('execution'), /Which execution/],
    [['a', 'b'], (words) => words.operand('execution'), /One execution at a time: "b"/],
  ])('%j is refused in words', (typed, read, refusal) => {
    expect(() => read(new Words(verb, typed))).toThrow(refusal);
  });
});

test('help names every option', () => {
  expect(helpOf(verb)).toBe(`Usage: execlogs look [options] <thing>

Look at a thing.

Options:
  -n, --limit <count>    At most so many
      --status <status>  Only these
      --json             As JSON
  -h, --help             Show this help
`);
});

describe('a table', () => {
  test('lines its columns up, whatever the cells hold', () => {
    const text = table(
      ['name', 'n'],
      [
        ['漢字', '5'],
        ['\u001b[31mred\u001b[0m', '10'],
      ],
      [1],
    );
    expect(stripVTControlCharacters(text)).toBe('name   n\n漢字   5\nred   10\n');
  });

  test('has no cell that breaks it', () => {
    expect(cell('a\n  b\u001b[2Jc\r\n')).toBe('a bc');
    expect(cell('x'.repeat(100), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(cell('xxx😀😀', 5)).toBe('xxx…');
  });
});

test('times are told as people tell them', () => {
  expect([0, 312, 12_400, 185_000, 7_800_000].map((time) => durationWords(time))).toEqual([
    '0.00 s',
    '0.31 s',
    '12.4 s',
    '3 min 05 s',
    '2 h 10 min',
  ]);
  expect(durationWords(undefined)).toBe('');
  expect([500, 90_000, 7_200_000, 259_200_000].map((past) => agoWords(1_000_000_000 - past, 1_000_000_000))).toEqual([
    '0 s ago',
    '1 min ago',
    '2 h ago',
    '3 d ago',
  ]);
  expect(agoWords(5_000, 1_000)).toBe('0 s ago');
});
