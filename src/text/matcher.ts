import { RE2JS } from 're2js';
import { LogError } from '../model/errors.ts';
import { levels, streams, type LineColumns } from '../model/line.ts';
import type { LogFilter, TextPattern } from '../model/query.ts';
import { stripAnsi } from './ansi.ts';

/** Tells whether and where a text matches. Escape sequences are left out; positions are those of the visible text. */
export interface Pattern {
  test(text: string): boolean;
  /** From and to (exclusive) of each match, in order, without overlap, never empty. */
  ranges(text: string): [from: number, to: number][];
}

export interface LineFilter {
  matches(lines: LineColumns, index: number): boolean;
  /** Indexes of the lines that match, in order. */
  matchRows(lines: LineColumns): number[];
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Throws `invalidRequest` when the pattern cannot be understood. */
export function compilePattern(pattern: TextPattern): Pattern {
  const source = pattern.regex ? pattern.pattern : RE2JS.quote(pattern.pattern);
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(
      pattern.wholeWord ? `\\b(?:${source})\\b` : source,
      pattern.matchCase ? 0 : RE2JS.CASE_INSENSITIVE,
    );
  } catch (error) {
    throw new LogError('invalidRequest', `The pattern cannot be understood: ${String(error)}`, { cause: error });
  }
  return {
    test: (text) => compiled.test(stripAnsi(text)),
    ranges: (text) => {
      const found: [number, number][] = [];
      for (const match of compiled.matchAll(stripAnsi(text))) {
        const from = match.index ?? 0;
        if (match[0]) found.push([from, from + match[0].length]);
      }
      return found;
    },
  };
}

/** Throws `invalidRequest` when one of its patterns cannot be understood. */
export function compileFilter(filter: LogFilter): LineFilter {
  const text = filter.text?.pattern ? compilePattern(filter.text) : undefined;
  const exclude = filter.exclude?.pattern ? compilePattern(filter.exclude) : undefined;
  const matches = (lines: LineColumns, index: number): boolean => {
    if (filter.levels && !filter.levels.includes(levels[lines.levels[index] ?? 0] ?? 'none')) return false;
    if (filter.streams && !filter.streams.includes(streams[lines.streams[index] ?? 0] ?? 'stdout')) return false;
    const time = lines.times[index] ?? Number.NaN;
    if (filter.since !== undefined && !(time >= filter.since)) return false;
    if (filter.until !== undefined && !(time < filter.until)) return false;
    if (!text && !exclude) return true;
    const line = decoder.decode(lines.text.subarray(lines.offsets[index], lines.offsets[index + 1]));
    return (text?.test(line) ?? true) && !(exclude?.test(line) ?? false);
  };
  return {
    matches,
    matchRows: (lines) =>
      Array.from({ length: lines.count }, (_, index) => index).filter((index) => matches(lines, index)),
  };
}
