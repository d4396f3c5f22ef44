import { levels, streams, type LineColumns } from '../model/line.ts';
import type { LogFilter, TextPattern } from '../model/query.ts';
import { LineTexts, lineTextAt } from './lineTexts.ts';
import { compilePattern, type Pattern } from './pattern.ts';
import { searchRows } from './rowSearch.ts';

export { compilePattern, type Pattern } from './pattern.ts';

export interface LineFilter {
  matches(lines: LineColumns, index: number): boolean;
  /** Indexes of the lines that match, in order; much faster than asking about each. */
  matchRows(lines: LineColumns): number[];
}

/**
 * Empty patterns filter nothing; lines of unknown time match no range of time. Throws `invalidRequest` when a
 * pattern cannot be understood.
 */
export function compileFilter(filter: LogFilter): LineFilter {
  const include = compileOptional(filter.text);
  const exclude = compileOptional(filter.exclude);
  const accepts = columnTest(filter);
  return {
    matches(lines, index) {
      if (accepts && !accepts(lines, index)) return false;
      if (!include && !exclude) return true;
      const text = lineTextAt(lines, index);
      return (include?.test(text) ?? true) && !(exclude?.test(text) ?? false);
    },
    matchRows(lines) {
      let rows = include ? searchRows(lines, include) : undefined;
      if (accepts) rows = rows ? rows.filter((row) => accepts(lines, row)) : rowsWhere(lines, accepts);
      if (!exclude) return rows ?? Array.from({ length: lines.count }, (_, row) => row);
      return rows ? withoutMatches(lines, rows, exclude) : complement(searchRows(lines, exclude), lines.count);
    },
  };
}

function compileOptional(pattern: TextPattern | undefined): Pattern | undefined {
  return pattern === undefined || pattern.pattern === '' ? undefined : compilePattern(pattern);
}

type ColumnTest = (lines: LineColumns, index: number) => boolean;

/** What can be told without the text; undefined when nothing is asked of it. */
function columnTest(filter: LogFilter): ColumnTest | undefined {
  const { since = -Infinity, until = Infinity } = filter;
  const anyTime = filter.since === undefined && filter.until === undefined;
  if (anyTime && !filter.levels && !filter.streams) return undefined;
  const levelBits = bitsOf(levels, filter.levels);
  const streamBits = bitsOf(streams, filter.streams);
  return (lines, index) => {
    if (((levelBits >> (lines.levels[index] ?? 0)) & 1) === 0) return false;
    if (((streamBits >> (lines.streams[index] ?? 0)) & 1) === 0) return false;
    const time = lines.times[index] ?? Number.NaN;
    return anyTime || (time >= since && time < until);
  };
}

function bitsOf<T>(all: readonly T[], wanted: readonly T[] | undefined): number {
  return wanted ? wanted.reduce((bits, value) => bits | (1 << all.indexOf(value)), 0) : ~0;
}

function rowsWhere(lines: LineColumns, accepts: ColumnTest): number[] {
  const rows: number[] = [];
  for (let row = 0; row < lines.count; row++) if (accepts(lines, row)) rows.push(row);
  return rows;
}

function withoutMatches(lines: LineColumns, rows: readonly number[], exclude: Pattern): number[] {
  const texts = new LineTexts(lines);
  return rows.filter((row) => !exclude.test(texts.at(row)));
}

function complement(rows: readonly number[], count: number): number[] {
  const rest: number[] = [];
  let next = 0;
  for (const row of [...rows, count]) {
    for (; next < row; next++) rest.push(next);
    next = row + 1;
  }
  return rest;
}
