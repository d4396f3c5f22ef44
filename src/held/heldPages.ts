import type { News } from '../base/news.ts';
import { afterPointer } from '../base/pageRequest.ts';
import type { Reading } from '../base/readPage.ts';
import { LogError, type ErrorCode } from '../model/errors.ts';
import type { LogPage, TailState } from '../model/page.ts';
import type { Position } from '../model/query.ts';

/** How lines are kept up with. */
export interface Upkeep {
  readonly state: TailState | undefined;
  /** Why it broke. */
  readonly failure: LogError | undefined;
}

/** What is held of a log, and what says that there is more. */
export interface HeldTail {
  readonly news: News;
  readonly upkeep: Upkeep;
  readonly read: (position: Position) => Promise<Reading>;
}

/** Pages from `position` on, as there is news of them, until the log is complete; what is held comes before a failure does. */
export async function* tailPages(
  { news, upkeep, read }: HeldTail,
  position: Position,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  let last: LogPage | undefined;
  let told: TailState | undefined;
  for (;;) {
    const { mark } = news;
    const { state, failure } = upkeep;
    const { page, atEnd } = await read(last ? afterPointer(last.newer) : position);
    if (page.newer !== last?.newer || page.complete || state !== told)
      yield { ...page, ...(state && state !== told && { state }) };
    if (page.complete) return;
    told = state;
    last = page;
    if (!atEnd) continue;
    if (failure) throw failure;
    await news.since(mark, signal);
  }
}

/**
 * A page of what is held already, if it stands well before the end; else the system is to be asked first, as it is
 * when reading fails for one of `yetToCome`.
 */
export async function pageBeforeEnd(
  { at }: Position,
  read: () => Promise<Reading>,
  yetToCome: readonly ErrorCode[],
): Promise<LogPage | undefined> {
  if (at === 'end' || at === 'line' || at === 'time') return undefined;
  try {
    const { page, atEnd } = await read();
    return atEnd && !page.complete ? undefined : page;
  } catch (error) {
    if (error instanceof LogError && yetToCome.includes(error.code)) return undefined;
    throw error;
  }
}
