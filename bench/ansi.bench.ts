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
    const expected = digest(lines.map((line) => stripVTControlCharacters(line)));
    // Only the reading is timed, not what it takes to get the text back from it.
    const run = <T>(read: (line: string) => T, textOf: (result: T) => string): Promise<Sample> => {
      const start = performance.now();
      const results = lines.map(read);
      const value = lineCount / ((performance.now() - start) / 1_000);
      const output = digest(results.map(textOf));
      if (output !== expected) throw new Error('the text is not what Node makes of it');
      return Promise.resolve({ value, output });
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
          peer.escape_html = false;
          return run(
            (line) => peer.ansi_to_html(line),
            (markup) => markup.replace(/<[^>]*>/g, ''),
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

function digest(lines: readonly string[]): string {
  const hash = createHash('sha256');
  for (const line of lines) hash.update(line).update('\n');
  return hash.digest('hex');
}
