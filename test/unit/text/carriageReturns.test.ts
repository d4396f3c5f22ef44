import { describe, expect, it } from 'vitest';
import { stripAnsi, styleRuns } from '../../../src/text/ansi.ts';
import { lastState } from '../../../src/text/carriageReturns.ts';
import { processorTime } from './processorTime.ts';

const esc = '\u001b';

describe('lastState', () => {
  it.each([
    ['plain', 'plain'],
    ['line end\r', 'line end'],
    ['10%\r50%\r100%', '100%'],
    ['abcdef\rxy', 'xycdef'],
    ['abc\b\bX', 'aXc'],
    ['a\b\b\b\bX', 'X'],
    ['\rabc', 'abc'],
    ['abc\r\r', 'abc'],
    ['漢字\r語', '語字'],
    ['e\u0301x\ra', 'ax'],
    ['👩‍🚀 go\rx', 'x go'],
    [`abcdef\r${esc}[Kxy`, 'xy'],
    [`abcdef${esc}[2K\rxy`, 'xy'],
    [`abcdef\rxy${esc}[1K`, '   def'],
    [`abc\r${esc}[2Cx`, 'abx'],
    [`abc\r${esc}[5Cx`, 'abc  x'],
    [`abcdef\b${esc}[2Dx`, 'abcxef'],
    [`abc${esc}[1Gx\b`, 'xbc'],
    [`a\r${esc}[9999Cx`, `a${' '.repeat(999)}x`],
  ])('shows %j as a terminal does', (text, shown) => {
    expect(stripAnsi(lastState(text))).toBe(shown);
  });

  it('keeps colours where their characters stand', () => {
    const shown = lastState(`${esc}[31mred red\r${esc}[32;1mgreen${esc}[0m`);
    expect(styleRuns(shown).runs).toEqual([
      { text: 'green', style: { fg: 2, bold: true } },
      { text: 'ed', style: { fg: 1 } },
    ]);
    expect(styleRuns(shown).end).toEqual({});
  });

  it('keeps links and colours of their own', () => {
    const shown = lastState(`x\r${esc}]8;;https://x.y\u0007${esc}[38;2;1;2;3mlink`);
    expect(styleRuns(shown).runs).toEqual([{ text: 'link', style: { link: 'https://x.y', fg: { r: 1, g: 2, b: 3 } } }]);
  });

  it('takes time in proportion to a long progress bar', () => {
    const time = (steps: number) => {
      const text = Array.from({ length: steps }, (_, step) => `\r${esc}[2K${esc}[32m${step}%${esc}[0m`).join('');
      return processorTime(() => lastState(text));
    };
    time(1_000);
    const eighth = time(5_000);
    expect(time(40_000)).toBeLessThan(Math.max(1_500, 30 * eighth));
  });
});
