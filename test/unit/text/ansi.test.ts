import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainStyle, stripAnsi, styleRuns, type Style } from '../../../src/text/ansi.ts';
import { processorTime } from './processorTime.ts';

const esc = '\u001b';
const red = { fg: 1 };

function visibleOf(text: string): string {
  return styleRuns(text)
    .runs.map((run) => run.text)
    .join('');
}

describe('styleRuns', () => {
  const styles: [sequence: string, style: Style][] = [
    ['[31m', red],
    ['[97m', { fg: 15 }],
    ['[41m', { bg: 1 }],
    ['[100m', { bg: 8 }],
    ['[38;5;200m', { fg: 200 }],
    ['[48;5;7m', { bg: 7 }],
    ['[38;2;1;2;3m', { fg: { r: 1, g: 2, b: 3 } }],
    ['[48;2;255;0;9m', { bg: { r: 255, g: 0, b: 9 } }],
    ['[38:5:200m', { fg: 200 }],
    ['[38:2:1:2:3m', { fg: { r: 1, g: 2, b: 3 } }],
    ['[38:2::1:2:3m', { fg: { r: 1, g: 2, b: 3 } }],
    ['[38:2:0:1:2:3:0:1m', { fg: { r: 1, g: 2, b: 3 } }],
    ['[1;4;38;5;9;48;2;0;0;0m', { fg: 9, bg: { r: 0, g: 0, b: 0 }, bold: true, underline: true }],
    ['[38;5;9;1m', { fg: 9, bold: true }],
    ['[58;5;9;1m', { bold: true }],
    ['[1m', { bold: true }],
    ['[2m', { dim: true }],
    ['[3m', { italic: true }],
    ['[4m', { underline: true }],
    ['[4:3m', { underline: true }],
    ['[21m', { underline: true }],
    ['[7m', { inverse: true }],
    ['[8m', { hidden: true }],
    ['[9m', { strike: true }],
    ['[01;31m', { fg: 1, bold: true }],
    ['[1;;31m', red],
    ['[m', plainStyle],
    ['[38;5;256m', plainStyle],
    ['[38;5m', plainStyle],
    ['[38;2;1;2;999m', plainStyle],
    ['[38m', plainStyle],
    ['[99999999999999999999m', plainStyle],
    ['[>4;2m', plainStyle],
    ['[?1m', plainStyle],
    ['[1 m', plainStyle],
  ];
  it.each(styles)('gives what follows ESC%s its style', (sequence, style) => {
    expect(styleRuns(`${esc}${sequence}x`).runs).toEqual([{ text: 'x', style }]);
  });

  const everything = `${esc}[1;2;3;4;7;8;9;31;42m`;
  const resets: [sequence: string, gone: (keyof Style)[]][] = [
    ['[22m', ['bold', 'dim']],
    ['[23m', ['italic']],
    ['[24m', ['underline']],
    ['[4:0m', ['underline']],
    ['[27m', ['inverse']],
    ['[28m', ['hidden']],
    ['[29m', ['strike']],
    ['[39m', ['fg']],
    ['[49m', ['bg']],
  ];
  it.each(resets)('ends with ESC%s only %j', (sequence, gone) => {
    const before = styleRuns(everything).end;
    const after = styleRuns(`${everything}${esc}${sequence}`).end;
    const expected = Object.fromEntries(Object.entries(before).filter(([key]) => !gone.includes(key as keyof Style)));
    expect(after).toEqual(expected);
  });

  it('gives text without sequences back as one run', () => {
    expect(styleRuns('plain').runs).toEqual([{ text: 'plain', style: plainStyle }]);
    expect(styleRuns('plain').runs[0]?.style).toBe(plainStyle);
    expect(styleRuns('').runs).toEqual([]);
  });

  it('joins neighbours of the same style', () => {
    expect(styleRuns(`a${esc}[Kb${esc}[0mc${esc}[31m${esc}[39md`).runs).toEqual([{ text: 'abcd', style: plainStyle }]);
    expect(styleRuns(`${esc}[31ma${esc}[0m${esc}[31mb`).runs).toEqual([{ text: 'ab', style: red }]);
  });

  it('begins with the style the line before ended in', () => {
    const { end } = styleRuns(`${esc}[31;1mfirst`);
    expect(styleRuns(`second${esc}[22mthird`, end).runs).toEqual([
      { text: 'second', style: { fg: 1, bold: true } },
      { text: 'third', style: red },
    ]);
    expect(styleRuns('second', end).end).toBe(end);
  });

  it.each([
    ['BEL', `${esc}]8;;https://x.y/z\u0007`],
    ['ST', `${esc}]8;id=1;https://x.y/z${esc}\\`],
    ['C1', '\u009d8;;https://x.y/z\u009c'],
  ])('reads hyperlinks ended by %s', (_, open) => {
    expect(styleRuns(`${open}text${esc}]8;;\u0007 after`).runs).toEqual([
      { text: 'text', style: { link: 'https://x.y/z' } },
      { text: ' after', style: plainStyle },
    ]);
  });

  it('keeps a link through changes of colour', () => {
    expect(styleRuns(`${esc}]8;;file:///a/b\u0007x${esc}[31my${esc}[0mz`).runs.map((run) => run.style)).toEqual([
      { link: 'file:///a/b' },
      { link: 'file:///a/b', fg: 1 },
      { link: 'file:///a/b' },
    ]);
  });

  it.each(['command:workbench.action.quit', 'javascript:alert(1)', 'vscode://x', 'data:text/html,x', 'https://', 'x'])(
    'shows the text of a link to %s without the link',
    (target) => {
      expect(styleRuns(`${esc}]8;;${target}\u0007text`).runs).toEqual([{ text: 'text', style: plainStyle }]);
    },
  );

  it('does not link to a target with hidden characters', () => {
    expect(styleRuns(`${esc}]8;;https://x.y/\u202etxt\u0007text`).runs[0]?.style).toBe(plainStyle);
  });
});

describe('visible text', () => {
  it.each([
    ['cursor and erase', `a${esc}[2Kb${esc}[1;1Hc${esc}[?25ld`, 'abcd'],
    ['window title', `a${esc}]0;title with spaces\u0007b`, 'ab'],
    ['device control', `a${esc}P1$r0m${esc}\\b`, 'ab'],
    ['application command', `a${esc}_G payload${esc}\\b`, 'ab'],
    ['character sets', `a${esc}(Bb${esc}#8c${esc}=d${esc}7e${esc}cf`, 'abcdef'],
    ['8-bit control', `a\u009b31mb\u0090x\u009cc\u009cd`, 'abcd'],
  ])('is without %s', (_, text, visible) => {
    expect(visibleOf(text)).toBe(visible);
    expect(stripAnsi(text)).toBe(visible);
  });

  // Node's pattern takes a digit for the end of such a sequence, or a word's first letter, and leaves the rest.
  it.each([
    ['parameters with colons', `${esc}[38:2::1:2:3mx`, 'x'],
    ['an unfinished sequence at the end', `x${esc}[31;`, 'x'],
    ['a sequence cut by a letter that is none of its', `${esc}[31é`, 'é'],
    ['a short sequence and a letter', `${esc}7Z`, 'Z'],
    ['a lone escape', `a${esc}`, 'a'],
    ['two escapes', `a${esc}${esc}[31mb`, 'ab'],
    ['a title without end', `${esc}]0;title`, '0;title'],
    ['a link without end', `${esc}]8;;https://x.y text`, '8;;https://x.y text'],
    ['a title cut by a colour', `${esc}]0;ti${esc}[31mtle`, '0;title'],
    ['device control without end', `${esc}Pwords`, 'words'],
  ])('keeps the words of %s', (_, text, visible) => {
    expect(visibleOf(text)).toBe(visible);
    expect(stripAnsi(text)).toBe(visible);
  });

  const word = fc.string({
    unit: fc.constantFrom('a', 'Z', '0', ' ', 'é', '漢', '😀', '[', ';', '\t', '\r'),
    maxLength: 8,
  });
  const number = fc.nat({ max: 300 });
  const wellFormed = fc.oneof(
    fc.array(number, { maxLength: 5 }).map((codes) => `${esc}[${codes.join(';')}m`),
    fc.tuple(number, fc.constantFrom('A', 'K', 'J', 'H', 'G')).map(([n, final]) => `${esc}[${n}${final}`),
    fc.tuple(fc.constantFrom('?25h', '?25l', '?1049h'), fc.constant('')).map(([code]) => `${esc}[${code}`),
    fc.webUrl({ validSchemes: ['http', 'https'] }).map((url) => `${esc}]8;;${url.replace(/[^\w/:.-]/g, '')}\u0007`),
    fc.constantFrom(`${esc}]8;;\u0007`, `${esc}=`, `${esc}>`, `${esc}(B`, `${esc}M`),
  );

  it('is what Node makes of it, for well-formed sequences', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(wellFormed, word)), (parts) => {
        // A sequence right behind a digit or bracket of the text is still a sequence: words are not looked at.
        const text = parts.flat().join('');
        expect(visibleOf(text)).toBe(stripVTControlCharacters(text));
        expect(stripAnsi(text)).toBe(stripVTControlCharacters(text));
      }),
      { numRuns: 500 },
    );
  });

  const hostile = fc.string({
    unit: fc.constantFrom(
      ...[
        esc,
        '[',
        ']',
        '8',
        ';',
        ':',
        'm',
        'P',
        '\\',
        '\u0007',
        '\u009b',
        '\u009c',
        '\u009d',
        '\u0090',
        '?',
        ' ',
        'x',
        '3',
        '\n',
        '\u0018',
      ],
    ),
    maxLength: 40,
  });

  it('is the same for runs and for stripping, whatever comes', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(visibleOf(text)).toBe(stripAnsi(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it('holds nothing that begins a sequence, and is its own visible text', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const visible = stripAnsi(text);
        expect(visible).not.toMatch(/[\u001b\u0090\u0098\u009b-\u009f]/);
        expect(stripAnsi(visible)).toBe(visible);
      }),
      { numRuns: 2_000 },
    );
  });

  it('keeps every character that belongs to no sequence', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, wellFormed)), (parts) => {
        expect(stripAnsi(parts.flat().join(''))).toBe(parts.map(([text]) => text).join(''));
      }),
    );
  });

  it('has neighbours that differ in style', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(wellFormed, word)), (parts) => {
        const { runs } = styleRuns(parts.join(''));
        for (const [index, run] of runs.entries()) {
          expect(run.text).not.toBe('');
          if (index > 0) expect(run.style).not.toEqual(runs[index - 1]?.style);
        }
      }),
    );
  });

  it.each([
    ['unfinished titles', `${esc}]`],
    ['unfinished links', `${esc}]8;;http://a`],
    ['escapes', esc],
    ['unfinished parameters', `${esc}[1;`],
    ['intermediates', `${esc} `],
    ['8-bit introducers', '\u009d\u0090'],
    ['colours of many parts', `${esc}[38:2:1:2:3:4:5:6:7m`],
    ['one long list of parameters', '1;'],
    ['one long list of parts', '1:'],
  ])('takes time in proportion to 1 MB of %s', (_, piece) => {
    const unit = 1 << 20;
    const time = (size: number) => {
      const text = `${esc}[${piece.repeat(size / piece.length)}m`;
      return processorTime(() => {
        styleRuns(text);
        stripAnsi(text);
      });
    };
    time(unit / 64);
    // Quadratic time would make it 64 times as long; noise of a shared machine does not.
    const eighth = time(unit / 8);
    expect(eighth).toBeLessThan(1_000);
    expect(time(unit)).toBeLessThan(Math.max(1_500, 30 * eighth));
  });
});
