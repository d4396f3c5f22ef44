import { abortReason, delay } from '../../../base/abort.ts';
import { afterPointer } from '../../../base/pageRequest.ts';
import { LogError } from '../../../model/errors.ts';
import type { LogPage } from '../../../model/page.ts';
import type { LogQuery, Position } from '../../../model/query.ts';
import { keptTail } from '../keptTail.ts';
import type { Endings } from './endings.ts';
import type { Feed } from './feed.ts';
import type { Live } from './live.ts';
import { placePointer, type Place } from './pointers.ts';
import type { Asked, Reader, SharedReading } from './reader.ts';
import { receivedAt } from './streamId.ts';

/** So many foreign entries may a tail pass before it tells how far it has come. */
const mostUntold = 2_000;
const pauseMilliseconds = 250;

export interface TailParts {
  readonly reader: Reader;
  readonly feed: Feed;
  readonly endings: Endings;
  readonly patience: number;
}

/** What is there, read by pages, then what is written, out of what is read live for all. */
export async function* tail(parts: TailParts, query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
  const letGo = parts.feed.use();
  try {
    const following = new Following(parts, parts.reader.ask(query), signal);
    const read = (position: Position) => following.read(position);
    yield* keptTail({ read, position: query.position, news: following, patience: parts.patience, signal });
  } finally {
    letGo();
  }
}

/** Where one tail is. */
class Following {
  readonly #parts: TailParts;
  readonly #asked: Asked;
  readonly #signal: AbortSignal;
  #live: Live | undefined;
  #last: SharedReading | undefined;
  /** Where it really is: foreign lines are passed without a word. */
  #place: Place | undefined;
  #untold = 0;
  /** When the newest line was received. */
  #newest = 0;
  /** The end has been reported: another look, at the stream itself, tells whether this was all. */
  #mayBeOver = false;
  mark = 0;

  constructor(parts: TailParts, asked: Asked, signal: AbortSignal) {
    this.#parts = parts;
    this.#asked = asked;
    this.#signal = signal;
  }

  async read(position: Position): Promise<SharedReading> {
    this.#live = await this.#parts.feed.live();
    this.mark = this.#live.news.mark;
    const reading = this.#readHeld(this.#live) ?? (await this.#readStream(position));
    const { lines, complete, gap, scanned } = reading.page;
    if (lines.count > 0) this.#newest = receivedAt(reading.end.id);
    this.#place = reading.end;
    this.#untold += scanned?.lines ?? 0;
    const isQuiet = reading.atEnd && lines.count === 0 && !complete && !gap && this.#untold < mostUntold;
    if (!isQuiet) this.#untold = 0;
    // The same pointer again says that there is nothing new.
    const newer = isQuiet ? this.#last?.page.newer : undefined;
    this.#last = newer === undefined ? reading : { ...reading, page: { ...reading.page, newer } };
    return this.#last;
  }

  /** Resolves when it is worth reading again. */
  async since(_mark: number, signal?: AbortSignal): Promise<void> {
    const live = this.#live;
    if (!live || this.#mayBeOver) return;
    const settled = new AbortController();
    const settlesIn = this.#last?.settlesIn;
    const timer = settlesIn === undefined ? undefined : setTimeout(() => settled.abort(), settlesIn + 1);
    try {
      await live.news.since(this.mark, AbortSignal.any([settled.signal, ...(signal ? [signal] : [])]));
    } catch (error) {
      if (signal?.aborted) throw abortReason(signal);
      if (settled.signal.aborted) return;
      if (LogError.from(error).code !== 'unavailable') throw error;
      // The next reading finds out what is wrong; it should not be asked too fast.
      await delay(pauseMilliseconds, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Out of what has been read live; undefined when that is not all there is to know. */
  #readHeld(live: Live): SharedReading | undefined {
    const place = this.#place;
    const held = place && live.behind(place);
    if (!held) return undefined;
    const isReported = this.#parts.endings.reportedAt(this.#asked.query) !== undefined;
    const reading = this.#parts.reader.pageOf(this.#asked, place, held.entries, held.end);
    if (isReported && reading.page.lines.count === 0) return undefined;
    this.#mayBeOver = isReported;
    return reading;
  }

  #readStream(position: Position): Promise<SharedReading> {
    this.#mayBeOver = false;
    const from = this.#place ? afterPointer(placePointer(this.#asked.maker.prefix, this.#place)) : position;
    return this.#parts.reader.read(this.#asked, from, this.#signal, this.#newest);
  }
}
