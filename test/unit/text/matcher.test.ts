import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LogFilter, TextPattern } from '../../../src/model/query.ts';
import { compileFilter, compilePattern } from '../../../src/text/matcher.ts';
import { requiredLiteral } from '../../../src/text/requiredLiteral.ts';
import { columnsOf } from './columns.ts';
import { processorTime } from './processorTime.ts';

const esc = '\u001b';

function parts(pattern: TextPattern, text: string): string[] {
  return compilePattern(pattern)
    .ranges(text)
    .map(([from, to]) => text.slice(from, to));
}

describe('compilePattern', () => {
  const cases: [pattern: TextPattern, text: string, found: string[]][] = [
    [{ pattern: 'err' }, 'Error and terror', ['Err', 'err']],
    [{ pattern: 'err', matchCase: true }, 'Error and terror', ['err']],
    [{ pattern: 'a.b' }, 'a.b axb', ['a.b']],
    [{ pattern: '(x' }, 'f(x)', ['(x']],
    [{ pattern: 'fail', wholeWord: true }, 'fail failed fail-safe _fail', ['fail', 'fail']],
    [{ pattern: 'FAIL', wholeWord: true, matchCase: true }, 'fail FAIL', ['FAIL']],
    [{ pattern: 'ärger', wholeWord: true }, 'Ärger märger ärgere', ['Ärger']],
    [{ pattern: '(x', wholeWord: true }, 'f(x f(xy', ['(x']],
    [{ pattern: '漢' }, '漢字 漢', ['漢', '漢']],
    [{ pattern: '😀' }, 'a😀b', ['😀']],
    [{ pattern: '' }, 'abc', []],
    [{ pattern: 'a+', regex: true }, 'aa b A', ['aa', 'A']],
    [{ pattern: 'a+', regex: true, matchCase: true }, 'aa b A', ['aa']],
    [{ pattern: 'x*', regex: true }, 'axxb', ['xx']],
    [{ pattern: '^b', regex: true }, 'bb', ['b']],
    [{ pattern: 'b$', regex: true }, 'bb', ['b']],
    [{ pattern: '\\d{2}', regex: true }, '12345', ['12', '34']],
    [{ pattern: 'foo|foobar', regex: true, wholeWord: true }, 'foobar foo xfoo foo', ['foobar', 'foo', 'foo']],
    [{ pattern: 'ä', regex: true, wholeWord: true }, 'äb ä,ä', ['ä', 'ä']],
  ];
  it.each(cases)('finds %j in %j', (pattern, text, found) => {
    expect(parts(pattern, text)).toEqual(found);
    expect(compilePattern(pattern).test(text)).toBe(found.length > 0 || pattern.pattern === '');
  });

  it('sees through colours and counts in visible text', () => {
    const text = `a ${esc}[31mre${esc}[1md${esc}[0m b`;
    for (const pattern of [{ pattern: 'red' }, { pattern: 'r.d', regex: true }, { pattern: 'red', wholeWord: true }]) {
      expect(compilePattern(pattern).test(text)).toBe(true);
      expect(compilePattern(pattern).ranges(text)).toEqual([[2, 5]]);
    }
    expect(compilePattern({ pattern: '31m' }).test(text)).toBe(false);
  });

  it.each(['(', 'a)(b', '[z-a]', '(?=x)', '\\1', '*', '(a{1000}){1000}', 'x'.repeat(2_001)])(
    'refuses %j with words',
    (pattern) => {
      const compile = () => compilePattern({ pattern, regex: true });
      expect(compile).toThrow(
        expect.objectContaining({ code: 'invalidRequest', message: expect.stringMatching(/\.$/) }),
      );
    },
  );

  it.each(['a(', 'x)', '(?i)a(', '$&('])('says of what is wrong with %j only what was typed', (pattern) => {
    for (const matchCase of [true, false]) {
      for (const wholeWord of [true, false]) {
        const compile = () => compilePattern({ pattern, regex: true, matchCase, wholeWord });
        expect(compile).toThrow(expect.objectContaining({ message: expect.stringContaining(`: \`${pattern}\`.`) }));
      }
    }
  });

  it('does not let a pattern reach out of the whole word around it', () => {
    expect(() => compilePattern({ pattern: 'a)|(b', regex: true, wholeWord: true })).toThrow('cannot be understood');
  });

  it.each(['(a+)+b', '(a|aa)*b', '(.*)(.*)(.*)b', '(x+x+)+y'])('takes linear time for %s', (pattern) => {
    const compiled = compilePattern({ pattern, regex: true });
    expect(processorTime(() => compiled.test('a'.repeat(200_000)))).toBeLessThan(2_000);
  });
});

describe('requiredLiteral', () => {
  it.each([
    ['error: \\d+', 'error: '],
    ['^abc.*defg$', 'defg'],
    ['(a|b)cde+', 'cde'],
    ['abcd?', 'abc'],
    ['abc{2,3}def', 'def'],
    ['[abc]def', 'def'],
    ['[]x]def', 'def'],
    ['a\\.b\\(c', 'a.b(c'],
    ['abc|def', undefined],
    ['(?i)abc', undefined],
    ['\\x41bc', undefined],
    ['ab', undefined],
    ['é+abc', 'abc'],
  ])('is for %s', (pattern, literal) => {
    expect(requiredLiteral(pattern, true)).toBe(literal);
  });

  it('leaves out what has other forms when case does not matter', () => {
    expect(requiredLiteral('task', false)).toBeUndefined();
    expect(requiredLiteral('tasker', true)).toBe('tasker');
  });
});

describe('compileFilter', () => {
  const lines = columnsOf(
    { text: 'one', time: 10, level: 'info' },
    { text: 'two error', time: 20, level: 'error', stream: 'stderr' },
    { text: '', time: 30 },
    { text: 'four ERROR', level: 'warn', stream: 'system' },
    { text: `fi${esc}[1mve`, time: 40, level: 'fatal' },
  );
  const cases: [filter: LogFilter, rows: number[]][] = [
    [{}, [0, 1, 2, 3, 4]],
    [{ text: { pattern: '' }, exclude: { pattern: '' } }, [0, 1, 2, 3, 4]],
    [{ text: { pattern: 'error' } }, [1, 3]],
    [{ text: { pattern: 'error', matchCase: true } }, [1]],
    [{ text: { pattern: 'five' } }, [4]],
    [{ exclude: { pattern: 'error' } }, [0, 2, 4]],
    [{ text: { pattern: 'error' }, exclude: { pattern: 'two' } }, [3]],
    [{ levels: ['error', 'fatal'] }, [1, 4]],
    [{ levels: ['none'] }, [2]],
    [{ levels: [] }, []],
    [{ streams: ['stderr', 'system'] }, [1, 3]],
    [{ since: 20 }, [1, 2, 4]],
    [{ until: 20 }, [0]],
    [{ since: 20, until: 40 }, [1, 2]],
    [{ text: { pattern: 'e' }, levels: ['info'], until: 99 }, [0]],
    [{ text: { pattern: '^$', regex: true } }, [2]],
    [{ levels: ['info', 'warn'], exclude: { pattern: 'four' } }, [0]],
  ];
  it.each(cases)('keeps with %j the lines %j', (filter, rows) => {
    const compiled = compileFilter(filter);
    expect(compiled.matchRows(lines)).toEqual(rows);
    expect([0, 1, 2, 3, 4].filter((row) => compiled.matches(lines, row))).toEqual(rows);
  });

  it('finds nothing across the border of two lines', () => {
    expect(
      compileFilter({ text: { pattern: 'aab' } }).matchRows(columnsOf('aa', 'b', 'aaab', 'a', 'aba', 'aab')),
    ).toEqual([2, 5]);
  });

  it('gives the same for many lines at once as for each', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      'ab',
      'A',
      'é',
      '漢',
      ' ',
      '_',
      `${esc}[1m`,
      '\u009b1m',
      'aab'.repeat(9_000),
    );
    const text = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
    const pattern = fc.record({
      pattern: fc.constantFrom('a', 'ab', 'aab', 'é', 'B', 'aaba', 'b a', 'a b'),
      regex: fc.boolean(),
      matchCase: fc.boolean(),
      wholeWord: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), pattern, fc.boolean(), (texts, found, without) => {
        const filter = compileFilter(without ? { exclude: found } : { text: found });
        const columns = columnsOf(...texts);
        const expected = texts.flatMap((_, row) => (filter.matches(columns, row) ? [row] : []));
        expect(filter.matchRows(columns)).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
