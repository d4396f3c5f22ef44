import { formatCount } from '../amounts.ts';
import type { Translate } from '../words.ts';
import type { Find } from './find.ts';
import type { FindStatus } from './findWidget.ts';

/** How far a search has come. Which match one is at can be told only where lines have numbers. */
export function statusOf(find: Find, line: number | undefined, t: Translate, language: string): FindStatus {
  const { state, lines, progress } = find.search;
  const { isNumbered } = find;
  const count = formatCount(lines.length, language);
  const at = line === undefined ? undefined : find.ordinal(line);
  const place = at === undefined ? '?' : formatCount(at, language);
  // Reading on to the next match has no known end, but can be stopped.
  const readingOn = find.isReadingOn ? 0 : undefined;
  switch (state.kind) {
    case 'searching': {
      const words = isNumbered ? t('{0} of {1} so far', place, count) : t('{0} found so far', count);
      return { words, tone: 'quiet', progress: progress ?? 0 };
    }
    case 'failed':
      return { words: state.error.message, tone: 'bad', progress: undefined };
    case 'cancelled': {
      const words = isNumbered ? t('{0} of {1}, stopped', place, count) : t('{0} found, stopped', count);
      return { words, tone: 'quiet', progress: readingOn };
    }
    case 'done': {
      if (lines.length === 0) return { words: t('No results'), tone: 'bad', progress: undefined };
      const words = isNumbered ? t('{0} of {1}', place, count) : t('{0} found', count);
      return { words, tone: 'quiet', progress: readingOn };
    }
  }
}
