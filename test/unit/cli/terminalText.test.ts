import { describe, expect, test } from 'vitest';
import { colouredText, plainText, shownText } from '../../../src/cli/terminalText.ts';

describe('a log line on a terminal', () => {
  test('keeps its colours and ends them', () => {
    expect(colouredText('\u001b[1;31mred\u001b[0m plain')).toBe('\u001b[1;31mred\u001b[0m plain\u001b[0m');
    expect(colouredText('plain\ttext')).toBe('plain\ttext');
  });

  test.each([
    ['moves no cursor', '\u001b[2J\u001b[1;1Hx', 'x'],
    ['sets no title', '\u001b]0;title\u0007x', 'x'],
    ['fills no clipboard', '\u001b]52;c;cm0gLXJm\u001b\\x', 'x'],
    ['asks for no answer', '\u001b[6n\u001b[c\u001bZ\u0005x', 'x'],
    ['prints nothing', '\u001bPq#0\u001b\\x', 'x'],
    ['rings not, and goes not back', 'a\u0007\u0008b\rc', 'abc'],
    ['uses no 8-bit controls', 'a\u009b2Jb', 'ab'],
    ['turns no text around', 'a\u202eb\u2066c', 'abc'],
    ['tells no secrets by halves', 'a\u001b', 'a'],
  ])('%s', (_, text, shown) => {
    expect(colouredText(text)).toBe(shown);
    expect(plainText(text)).toBe(shown);
  });
});

test('a progress bar is shown as it looked in the end, in colours or without', () => {
  const coloured = shownText('\r10 %\r\u001b[32m100 %', true);
  expect(coloured).toMatch(/2m100 %(?:\u001b\[0m)+$/);
  expect(plainText(coloured)).toBe('100 %');
  expect(shownText('\r10 %\r\u001b[32m100 %', false)).toBe('100 %');
});
