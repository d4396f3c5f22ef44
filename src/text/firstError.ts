import { levels, type Level, type LineColumns } from '../model/line.ts';
import { detectLevel, markLevels } from './levels.ts';

const errorIndex = levels.indexOf('error');

/**
 * True for a line that tells of an error: by its level, or, when it has none, by what it says; the start of a
 * stack trace says so too.
 */
export function isErrorLine(level: Level, text: string): boolean {
  return levels.indexOf(level === 'none' ? detectLevel(text) : level) >= errorIndex;
}

/** Index of the first line that tells of an error; levels that are not marked yet are found out. Changes nothing. */
export function findFirstError(lines: LineColumns): number | undefined {
  const marked = lines.levels.slice();
  markLevels({ ...lines, levels: marked });
  const index = marked.findIndex((level) => level >= errorIndex);
  return index < 0 ? undefined : index;
}
