import type { LogPage } from '../model/page.ts';
import type { Position } from '../model/query.ts';
import type { News } from './news.ts';
import { afterPointer } from './pageRequest.ts';
import type { Reading } from './readPage.ts';

/** Reads on from `position` for ever, waiting for news at the end, until a page is complete. */
export async function* tailPages(
  read: (position: Position) => Promise<Reading>,
  news: Pick<News, 'mark' | 'since'>,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  let last: LogPage | undefined;
  for (;;) {
    const mark = news.mark;
    const { page, atEnd } = await read(last ? afterPointer(last.newer) : position);
    if (!last || page.complete || page.newer !== last.newer) yield page;
    if (page.complete) return;
    last = page;
    if (atEnd) await news.since(mark, signal);
  }
}
