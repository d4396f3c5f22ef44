import { levels, type Level, type LineColumns } from '../model/line.ts';
import { detectLevel, markLevels } from './levels.ts';

const errorIndex = levels.indexOf('error');

/** True for a line that tells of an error: by its level, or, when it carries none, by what it says. */
export function isErrorLine(level: Level, text: string): boolean {
  const known = level === 'none' ? detectLevel(text) : level;
  return levels.indexOf(known) >= errorIndex;
}

/** Index of the first line that tells of an error. Leaves the columns as they are. */
export function findFirstError(lines: LineColumns): number | undefined {
  const marked = { ...lines, levels: lines.levels.slice() };
  markLevels(marked);
  const index = marked.levels.findIndex((level) => level >= errorIndex);
  return index < 0 ? undefined : index;
}
