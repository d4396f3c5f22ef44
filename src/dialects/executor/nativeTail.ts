import { anySignal, delay } from '../../base/abort.ts';
import { Backoff } from '../../base/backoff.ts';
import { joinLines } from '../../base/joinLines.ts';
import { afterPointer } from '../../base/pageRequest.ts';
import { LogError } from '../../model/errors.ts';
import type { LogPage, TailState } from '../../model/page.ts';
import type { LogQuery } from '../../model/query.ts';
import type { Api } from '../api.ts';
import type { StreamEvent } from '../eventStream.ts';
import { fromWirePage } from './fromWire.ts';
import { nativeQuery } from './nativeQuery.ts';
import { paths } from './paths.ts';
import { SeenLines } from './seenLines.ts';
import { Attempts, dataOf, openStream, type StreamPatience } from './streaming.ts';

export interface TailPlace {
  readonly api: Api;
  readonly read: (query: LogQuery, signal: AbortSignal) => Promise<LogPage>;
}

/** So long nothing comes from a stream that has caught up, in milliseconds. */
const quiet = 250;

/** How long a page may take while streams cannot be had: a server that says nothing at all is told to be away. */
const longestRead = 15_000;

/** A tail over a stream of events that resumes where it broke, and over pages where streams cannot be had. */
export async function* nativeTail(
  place: TailPlace,
  query: LogQuery,
  patience: StreamPatience,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  const ends = anySignal([signal, place.api.ended]);
  try {
    yield* new NativeTail(place, query, patience, ends.signal).pages();
  } finally {
    ends.dispose();
  }
}

class NativeTail {
  readonly #place: TailPlace;
  readonly #patience: StreamPatience;
  readonly #signal: AbortSignal;
  readonly #attempts: Attempts;
  readonly #seen = new SeenLines();
  /** How long to keep polling before a stream is tried again. */
  readonly #untilStream = new Backoff({ first: 30_000, longest: 600_000 });
  #query: LogQuery;
  /** The reader was told of trouble and not yet that it is over. */
  #troubled = false;
  /** How many events the attempt under way has brought. */
  #heard = 0;

  constructor(place: TailPlace, query: LogQuery, patience: StreamPatience, signal: AbortSignal) {
    this.#place = place;
    this.#query = query;
    this.#patience = patience;
    this.#signal = signal;
    this.#attempts = new Attempts(patience.patience);
  }

  async *pages(): AsyncGenerator<LogPage, void> {
    for (;;) {
      try {
        if (yield* this.#streamed()) return;
        throw new LogError('unavailable', `${this.#place.api.base.origin} ended the stream before the log has ended.`);
      } catch (error) {
        const { at, why, pause } = this.#attempts.failed(error, this.#signal);
        this.#place.api.trace(`The tail broke: ${why}`);
        if (this.#heard === 0 && (yield* this.#polled(why))) return;
        yield* this.#tell({ kind: 'reconnecting', at, why });
        await delay(pause, this.#signal);
      }
    }
  }

  /** Whether the log has ended; false when only the stream has. */
  async *#streamed(): AsyncGenerator<LogPage, boolean> {
    this.#heard = 0;
    this.#seen.resumes();
    const { api } = this.#place;
    const { execution, step, host } = this.#query;
    const params = nativeQuery(this.#query);
    if (step !== undefined) params.set('step_id', step);
    if (host !== undefined) params.set('host_id', host);
    const url = api.streamUrl(paths.logStream(execution), params);
    const events = openStream(api, url, ['lines', 'end'], this.#patience.silence, this.#signal);
    try {
      for (;;) {
        const next = events.next();
        if (this.#troubled && this.#heard > 0 && (await isQuiet(next))) yield* this.#tell({ kind: 'live' });
        const { done, value } = await next;
        if (done) return false;
        if (yield* this.#take(value)) return true;
      }
    } finally {
      await events.return();
    }
  }

  async *#take(event: StreamEvent): AsyncGenerator<LogPage, boolean> {
    if (event.event === 'open') {
      if (this.#troubled) yield* this.#tell({ kind: 'catchingUp' });
      return false;
    }
    this.#heard++;
    this.#attempts.succeeded();
    if (event.event === 'heartbeat' && this.#troubled) yield* this.#tell({ kind: 'live' });
    if (event.event !== 'lines') return false;
    const page = this.#arrived(fromWirePage(dataOf(event), 'unavailable'));
    yield page;
    return page.complete;
  }

  /** Reads pages for a while; whether the log has ended. */
  async *#polled(why: string): AsyncGenerator<LogPage, boolean> {
    const { polling } = this.#patience;
    const state: TailState = { kind: 'polling', seconds: polling / 1_000, why };
    const end = Date.now() + this.#untilStream.next();
    for (let told = false; ; told = true) {
      const page = await this.#read();
      if (!page) return false;
      this.#attempts.succeeded();
      if (!told) this.#troubled = true;
      if (page.lines.count > 0 || page.gap || page.complete || !told) yield told ? page : { ...page, state };
      if (page.complete) return true;
      if (Date.now() >= end) return false;
      if (page.lines.count === 0) await delay(polling, this.#signal);
    }
  }

  /** The next page; undefined when that cannot be had either. */
  async #read(): Promise<LogPage | undefined> {
    try {
      const { api, read } = this.#place;
      return this.#arrived(await api.within(this.#signal, (until) => read(this.#query, until), longestRead));
    } catch (error) {
      this.#attempts.failed(error, this.#signal);
      return undefined;
    }
  }

  #arrived(page: LogPage): LogPage {
    this.#query = { ...this.#query, position: afterPointer(page.newer) };
    const lines = this.#seen.fresh(page.lines);
    if (lines === page.lines || page.firstLine === undefined) return { ...page, lines };
    return { ...page, lines, firstLine: page.firstLine + page.lines.count - lines.count };
  }

  /** A page that only tells how the tail keeps up; none before the first pointer is known. */
  *#tell(state: TailState): Generator<LogPage, void> {
    this.#troubled = state.kind !== 'live';
    const { position } = this.#query;
    if (position.at === 'after') yield { lines: joinLines([]), newer: position.pointer, complete: false, state };
  }
}

async function isQuiet(next: Promise<unknown>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), quiet);
  });
  const came = next.then(
    () => false,
    () => false,
  );
  const result = await Promise.race([came, waited]);
  clearTimeout(timer);
  return result;
}
