import { createHash } from 'node:crypto';
import { stripVTControlCharacters } from 'node:util';
import anser from 'anser';
import { AnsiUp } from 'ansi_up';
import { styleRuns } from '../src/text/ansi.ts';
import type { Bench, Sample } from './bench.ts';

const lineCount = 100_000;

/**
 * Measure 12: coloured lines to runs of style, against the libraries that keep the text. `ansi-sequence-parser`, the
 * fastest of those for bare colours, leaves the rest of gcc's sequences in it; `fancy-ansi` drops that of links.
 */
export const bench: Bench = {
  id: 'ansi',
  async open() {
    const lines = colouredLines();
    const pages = Array.from({ length: lineCount / 1_000 }, (_, page) => lines.slice(page * 1_000, (page + 1) * 1_000));
    const expected = digest(lines.map((line) => stripVTControlCharacters(line)));
    // A page at a time, as a view does. Only the reading is timed, not what it takes to get the text back from it.
    const run = <T>(read: (line: string) => T, textOf: (result: T) => string): Promise<Sample> => {
      const hash = createHash('sha256');
      let milliseconds = 0;
      for (const page of pages) {
        const start = performance.now();
        const results = page.map(read);
        milliseconds += performance.now() - start;
        for (const result of results) hash.update(textOf(result)).update('\n');
      }
      const output = hash.digest('hex');
      if (output !== expected) throw new Error('the text is not what Node makes of it');
      return Promise.resolve({ value: lineCount / (milliseconds / 1_000), output });
    };
    const ours = () =>
      run(
        (line) => styleRuns(line).runs,
        (runs) => runs.map((part) => part.text).join(''),
      );
    const against = (id: string, theirs: () => Promise<Sample>) =>
      ({ id: `ansi-${id}`, unit: 'lines/s', target: 5, direction: 'atLeast', ours, theirs }) as const;
    return {
      ratios: [
        against('anser', () =>
          run(
            (line) => anser.ansiToJson(line, { remove_empty: true }),
            (parts) => parts.map((part) => part.content).join(''),
          ),
        ),
        against('ansi-up', () => {
          const peer = new AnsiUp();
          return run(
            (line) => peer.ansi_to_html(line),
            (markup) => textOfMarkup(markup),
          );
        }),
      ],
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** What test runners, compilers and package managers print. */
function colouredLines(): string[] {
  const e = '\u001b[';
  const shapes: ((n: number) => string)[] = [
    (n) => ` ${e}32m✓${e}39m src/text/part${n}.test.ts ${e}2m(${n} tests)${e}22m${e}33m ${n}${e}2mms${e}22m${e}39m`,
    (n) =>
      `${e}96msrc/app.ts${e}0m:${e}93m${n}${e}0m:${e}93m5${e}0m - ${e}91merror${e}0m${e}90m TS2322: ${e}0mType 'string' is not assignable.`,
    (n) => `${e}2m2024-03-01T10:00:00.${n}Z${e}0m ${e}32m INFO${e}0m ${e}2mhyper::proto${e}0m: flushed ${n} bytes`,
    (n) => `${e}1m${e}38;5;${n % 256}mCompiling${e}0m crate-${n} v1.${n}.0 (/home/me/src/crate)`,
    (n) => `${e}38;2;${n % 256};100;50mprogress${e}0m ${e}48;5;236m${'#'.repeat(n % 40)}${e}0m ${n}%`,
    (n) =>
      `${e}01m${e}Kmain.c:${n}:5:${e}m${e}K ${e}01;31m${e}Kerror: ${e}m${e}K‘${e}01m${e}Kx${n}${e}m${e}K’ undeclared`,
    (n) => `step ${n}: nothing to colour on this line, as on many lines of a log`,
  ];
  return Array.from({ length: lineCount }, (_, n) => shapes[n % shapes.length]?.(n) ?? '');
}

function textOfMarkup(markup: string): string {
  const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#x27': "'", amp: '&' };
  return markup.replace(/<[^>]*>/g, '').replace(/&(#?\w+);/g, (whole, name: string) => characters[name] ?? whole);
}

function digest(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return hash.digest('hex');
}
