import { delay } from '../../base/abort.ts';
import { LineBatchBuilder } from '../../base/lineBatch.ts';
import type { News } from '../../base/news.ts';
import { afterPointer } from '../../base/pageRequest.ts';
import type { Reading } from '../../base/readPage.ts';
import { LogError } from '../../model/errors.ts';
import type { LogPage, TailState } from '../../model/page.ts';
import type { Position } from '../../model/query.ts';

const shortestPause = 500;
const longestPause = 30_000;

/** `nothing` when it is known that nothing more has come, undefined when that takes reading. */
export type Heard = Reading | 'nothing' | undefined;

export interface KeptTail {
  readonly read: (position: Position) => Promise<Reading>;
  /** What has been heard to come after a page that reached the end. */
  readonly heard?: (last: LogPage) => Heard;
  readonly position: Position;
  readonly news: Pick<News, 'mark' | 'since'>;
  /** How long in milliseconds it goes on trying while Redis is away. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/**
 * Reads on for ever, waiting for news at the end, until a page is complete. While Redis is away it says so by pages
 * without lines and goes on from where it was; throws unavailable when that takes longer than its patience.
 */
export async function* keptTail({
  read,
  heard,
  position,
  news,
  patience,
  signal,
}: KeptTail): AsyncGenerator<LogPage, void> {
  let last: LogPage | undefined;
  let told: TailState['kind'] | undefined;
  let brokenAt: number | undefined;
  let isAtEnd = false;
  for (let attempts = 0; ;) {
    const { mark } = news;
    const known = last && isAtEnd ? heard?.(last) : undefined;
    if (known === 'nothing') {
      await news.since(mark, signal);
      continue;
    }
    let reading: Reading;
    try {
      reading = known ?? (await read(last ? afterPointer(last.newer) : position));
    } catch (error) {
      if (!last || !isBreak(error)) throw error;
      brokenAt ??= performance.now();
      isAtEnd = false;
      const pause = pauseAfter(attempts++);
      if (performance.now() + pause - brokenAt > patience) throw error;
      told = 'reconnecting';
      yield { ...emptyAfter(last), state: { kind: told, at: Date.now() + pause, why: error.message } };
      await delay(pause, signal);
      continue;
    }
    attempts = 0;
    brokenAt = undefined;
    const { page, atEnd } = reading;
    const kind = atEnd ? 'live' : 'catchingUp';
    const isNew = !last || page.complete || page.newer !== last.newer || kind !== told;
    if (isNew) yield kind === told ? page : { ...page, state: { kind } };
    if (page.complete) return;
    told = kind;
    last = page;
    isAtEnd = atEnd;
    if (atEnd) await news.since(mark, signal);
  }
}

function isBreak(error: unknown): error is LogError {
  return error instanceof LogError && error.code === 'unavailable';
}

/** Growing pauses, scattered so that many tails don't come back at once. */
function pauseAfter(attempts: number): number {
  return Math.min(longestPause, shortestPause * 2 ** Math.min(attempts, 10)) * (0.5 + Math.random() / 2);
}

function emptyAfter({ newer, older }: LogPage): LogPage {
  return { lines: new LineBatchBuilder().build(), newer, ...(older !== undefined && { older }), complete: false };
}
