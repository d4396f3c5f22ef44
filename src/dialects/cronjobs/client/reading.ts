import { LogError } from '../../../model/errors.ts';
import type { Api } from '../../api.ts';
import { pathSegment } from '../../pathSegment.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from '../../values.ts';
import { askObject } from './answers.ts';
import { entryOf, type Entry } from './entries.ts';
import type { Pace } from './pace.ts';
import type { ReadTime } from './zone.ts';

/** The most that the system gives at once: of a log, and of what is new. */
const largestPage = 1_000;
const largestNews = 200;
const mostPages = 2_000;
/** The same page so many times in a row means that the system does not page. */
const mostRepeats = 3;
/** A run and its lines may be given times by clocks of different zones. */
const slack = 15 * 3_600_000;
/** What one read holds before it is handed on. */
const mostEntries = 1_000_000;
const mostCharacters = 64 * 1_048_576;

/** What is asked of a run's log. */
export interface RunPlace {
  readonly run: string;
  readonly job: string | undefined;
  /** Nothing older is the run's, milliseconds since the epoch. */
  readonly from: number | undefined;
}

/** What is known of the log already. */
export interface Known {
  readonly isEmpty: boolean;
  has(entry: Entry): boolean;
  /** Nothing that would stand before an entry of this time is unknown. */
  isOld(entry: Entry): boolean;
}

export interface News {
  /** What was unknown, oldest first. */
  readonly entries: readonly Entry[];
  /** There is more before them, which was too much to be read. */
  readonly cut: boolean;
}

/** What the system gives of logs, in the shapes that it has for that. */
export class LogReading {
  readonly #api: Api;
  readonly #pace: Pace;
  readonly #readTime: ReadTime;
  /** A run's own log can be asked for; else it is picked from its job's. */
  #ownLogs = true;
  #realtime = true;
  #pause: number;

  constructor(api: Api, pace: Pace, readTime: ReadTime) {
    this.#api = api;
    this.#pace = pace;
    this.#readTime = readTime;
    this.#pause = pace.polling;
  }

  /** Milliseconds between two polls, as the system wants it. */
  get pause(): number {
    return this.#pause;
  }

  /**
   * Everything unknown, by pages that go back from the newest until they reach what is known and old: what is
   * written meanwhile shifts the pages, so that they overlap, and ends up before the first of them.
   */
  async paged(place: RunPlace, known: Known, signal: AbortSignal): Promise<News> {
    const found = new Map<string, Entry>();
    let size = known.isEmpty ? largestPage : largestNews;
    let characters = 0;
    for (let offset = 0, pages = 0, repeats = 0, before: string | undefined; ; pages++) {
      const page = await this.#page(place, offset, size, signal);
      for (const entry of page.entries) {
        if (known.has(entry) || found.has(entry.key)) continue;
        found.set(entry.key, entry);
        characters += entry.message.length;
      }
      const last = page.entries.at(-1);
      repeats = page.lastId === before ? repeats + 1 : 1;
      before = page.lastId;
      const met = last !== undefined && known.has(last) && known.isOld(last);
      if (met || page.isLast || page.isBefore(place.from) || repeats >= mostRepeats)
        return { entries: [...found.values()].reverse(), cut: false };
      const full = found.size >= mostEntries || characters >= mostCharacters || pages >= mostPages;
      if (full) return { entries: [...found.values()].reverse(), cut: true };
      offset += page.rows;
      size = largestPage;
    }
  }

  /**
   * What came since the time of the newest known entry, which comes again; undefined when that cannot be said, or
   * when there is more than the system gives so.
   */
  async since({ run, job }: RunPlace, written: string, known: Known, signal: AbortSignal): Promise<News | undefined> {
    if (job === undefined || !this.#realtime) return undefined;
    const path = `/api/cronjobs/${pathSegment(job)}/logs/realtime`;
    const query = new URLSearchParams({ since_timestamp: written, limit: String(largestNews) });
    let told: Fields;
    try {
      told = await askObject(this.#api, path, { query, signal, timeout: this.#pace.answer });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.#realtime = false;
      this.#api.trace(`${path} is not to be had: ${LogError.from(error).message}`);
      return undefined;
    }
    this.#pause = this.#bounded(numberOf(told['poll_interval']));
    const rows = listOf(told['logs']);
    if (told['has_more'] === true || rows.length >= largestNews) return undefined;
    const entries = rows.flatMap((row) => entryOf(row, run, true, this.#readTime) ?? []);
    return { entries: entries.filter((entry) => !known.has(entry)).reverse(), cut: false };
  }

  async #page(place: RunPlace, offset: number, size: number, signal: AbortSignal) {
    const told = await this.#ask(place, offset, size, signal);
    const rows = listOf(told['logs']);
    const entries = rows.flatMap((row) => entryOf(row, place.run, !this.#ownLogs, this.#readTime) ?? []);
    const oldest = fieldsOf(rows.at(-1));
    // A system may give less at once than it was asked for, and say so.
    const limit = Math.min(size, numberOf(told['limit']) ?? size);
    return {
      entries,
      rows: rows.length,
      isLast: rows.length === 0 || rows.length < limit || told['has_more'] === false,
      /** Unlike any other where it has none. */
      lastId: textOf(oldest['id']) ?? String(offset),
      isBefore: (time: number | undefined) => (this.#readTime(oldest['timestamp']) ?? Infinity) < (time ?? 0) - slack,
    };
  }

  async #ask({ run, job }: RunPlace, offset: number, size: number, signal: AbortSignal): Promise<Fields> {
    const limit = String(size);
    const options = { signal, timeout: this.#pace.answer };
    if (this.#ownLogs) {
      const path = `/api/job-runs/${pathSegment(run)}/logs`;
      try {
        const query = new URLSearchParams({ limit, offset: String(offset) });
        return await askObject(this.#api, path, { query, ...options });
      } catch (error) {
        // The run is there, so that it must be the path that is not.
        if (job === undefined || !isRefusal(error)) throw error;
        this.#ownLogs = false;
        this.#api.trace(`${path} is not to be had: ${LogError.from(error).message}`);
      }
    }
    if (job === undefined) throw new LogError('notFound', `The run "${run}" names no job, whose log could be read.`);
    const query = new URLSearchParams({ skip: String(offset), limit });
    return askObject(this.#api, `/api/cronjobs/${pathSegment(job)}/logs`, { query, ...options });
  }

  #bounded(milliseconds: number | undefined): number {
    const { bounds, polling } = this.#pace;
    return Math.min(bounds[1], Math.max(bounds[0], milliseconds ?? polling));
  }
}

/** The path is not there, or does not take what it is asked. */
function isRefusal(error: unknown): boolean {
  return error instanceof LogError && (error.code === 'notFound' || error.code === 'invalidRequest');
}
