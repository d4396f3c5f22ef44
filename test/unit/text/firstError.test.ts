import { describe, expect, it } from 'vitest';
import { findFirstError, isErrorLine } from '../../../src/text/firstError.ts';
import { columnsOf } from './columns.ts';

describe('findFirstError', () => {
  it('finds the first line of level error or above', () => {
    expect(
      findFirstError(columnsOf('a', { text: 'b', level: 'warn' }, { text: 'c', level: 'fatal' }, 'error: d')),
    ).toBe(2);
  });

  it.each([
    [
      'Python',
      ['start', 'Traceback (most recent call last):', '  File "a.py", line 1, in <module>', 'ValueError: x'],
      1,
    ],
    [
      'Node',
      ['/srv/a.js:3', "    throw new Error('boom');", '    ^', '', 'Error: boom', '    at f (/srv/a.js:3:9)'],
      4,
    ],
    ['Java', ['start', 'Exception in thread "main" java.lang.IllegalStateException: x', '\tat A.b(A.java:1)'], 1],
    ['Go', ['start', 'panic: runtime error: index out of range', '', 'goroutine 1 [running]:'], 1],
    ['Rust', ['start', "thread 'main' panicked at src/main.rs:4:9:", 'index out of bounds'], 1],
    ['a test run', ['✓ fails on errors', '0 errors so far', '--- FAIL: TestParse (0.00s)'], 2],
  ])('finds where the trouble of %s begins', (_, lines, index) => {
    expect(findFirstError(columnsOf(...lines))).toBe(index);
  });

  it('finds nothing where all went well, and leaves the lines as they are', () => {
    const lines = columnsOf('0 errors', 'done', '');
    expect(findFirstError(lines)).toBeUndefined();
    const failing = columnsOf('error: x');
    expect(findFirstError(failing)).toBe(0);
    expect(failing.levels).toEqual(new Uint8Array(1));
  });
});

describe('isErrorLine', () => {
  it('believes the level before the words', () => {
    expect(isErrorLine('info', 'error: x')).toBe(false);
    expect(isErrorLine('error', 'all is well')).toBe(true);
    expect(isErrorLine('none', 'error: x')).toBe(true);
    expect(isErrorLine('none', '0 errors')).toBe(false);
  });
});
