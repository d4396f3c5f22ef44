import { LineColumnsBuilder } from '../../../base/lineBatch.ts';
import type { Transcript } from '../../../held/transcript.ts';
import { linesOfEntry, unnamed, type Entry } from './entries.ts';
import type { Known, LogReading, News, RunPlace } from './reading.ts';
import type { SeenStep } from './runs.ts';

/** Entries may be told late, or in any order within the second in which they were written. */
const tolerance = 2_000;
/** Keys are kept of the newest entries: of so many, and of as many as were written in so many milliseconds. */
const fewestKeys = 50_000;
const keptFor = 60_000;
const mostSteps = 1_000;
const mostHosts = 10_000;
/** Lines that are kept together. */
const mostTogether = { lines: 1_000, bytes: 262_144 } as const;

interface Newest {
  readonly time: number;
  readonly written: string | undefined;
}

/** The log of one run as far as it is known, and what it tells of the run's steps. */
export class RunLog implements Known {
  readonly #steps = new Map<string, SeenStep>();
  /** Times of the entries that are known, by their keys, in the order in which they became known. */
  readonly #keys = new Map<string, number>();
  #newest: Newest = { time: Number.NEGATIVE_INFINITY, written: undefined };
  #newestKey: string | undefined;
  #read = false;
  /** When it was last read as a whole, milliseconds since the epoch. */
  readAt = 0;

  get isEmpty(): boolean {
    return !this.#read;
  }

  /** In the order in which they were first seen. */
  get steps(): readonly SeenStep[] {
    return [...this.#steps.values()];
  }

  /** The newest entry's time as the system wrote it. */
  get newest(): string | undefined {
    return this.#newest.written;
  }

  get newestKey(): string | undefined {
    return this.#newestKey;
  }

  has({ key }: Entry): boolean {
    return this.#keys.has(key);
  }

  isOld({ time }: Entry): boolean {
    return time === undefined || time < this.#newest.time - tolerance;
  }

  async readAll(reading: LogReading, place: RunPlace, transcript: Transcript, signal: AbortSignal): Promise<boolean> {
    const at = Date.now();
    const news = await reading.paged(place, this, signal);
    this.#take(news, transcript);
    this.#read = true;
    this.readAt = at;
    return news.entries.length > 0;
  }

  /** As `readAll`, by what is new only where that is enough. */
  async readNews(reading: LogReading, place: RunPlace, transcript: Transcript, signal: AbortSignal): Promise<boolean> {
    const since = this.#newest.written;
    const news = since === undefined || !this.#read ? undefined : await reading.since(place, since, this, signal);
    if (!news) return this.readAll(reading, place, transcript, signal);
    this.#take(news, transcript);
    return news.entries.length > 0;
  }

  #take({ entries, cut }: News, transcript: Transcript): void {
    const first = entries[0];
    if (cut && first) transcript.lose(this.#stepOf(first).id, hostOf(first, this.#stepOf(first)), 'dropped');
    let builder = new LineColumnsBuilder();
    let place: { readonly step: SeenStep; readonly host: string } | undefined;
    const flush = (): void => {
      if (place) transcript.add(place.step.id, place.host, builder.build());
      builder = new LineColumnsBuilder();
    };
    for (const entry of entries) {
      const step = this.#stepOf(entry);
      const host = hostOf(entry, step);
      const isFull = builder.count >= mostTogether.lines || builder.bytes >= mostTogether.bytes;
      if (isFull || place?.step !== step || place.host !== host) flush();
      place = { step, host };
      this.#see(step, host, entry);
      for (const line of linesOfEntry(entry)) builder.add(line);
    }
    flush();
    this.#forget();
  }

  #see(step: SeenStep, host: string, { key, time, written, level }: Entry): void {
    this.#keys.set(key, time ?? Number.NaN);
    this.#newestKey = key;
    if (time !== undefined && time >= this.#newest.time) this.#newest = { time, written };
    step.firstAt = least(step.firstAt, time);
    step.lastAt = time !== undefined && time > (step.lastAt ?? 0) ? time : step.lastAt;
    if (level === 'error' || level === 'fatal') step.errors++;
    if (host !== unnamed) step.hosts.add(host);
  }

  #stepOf({ step: name }: Entry): SeenStep {
    const id = this.#steps.has(name) || this.#steps.size < mostSteps ? name : unnamed;
    const known = this.#steps.get(id);
    if (known) return known;
    const step: SeenStep = { id, firstAt: undefined, lastAt: undefined, errors: 0, hosts: new Set() };
    this.#steps.set(id, step);
    return step;
  }

  /** The oldest go first; a read never goes back as far. */
  #forget(): void {
    if (this.#keys.size <= 2 * fewestKeys) return;
    for (const [key, time] of this.#keys) {
      if (this.#keys.size <= fewestKeys || time >= this.#newest.time - keptFor) return;
      this.#keys.delete(key);
    }
  }
}

function hostOf({ host }: Entry, { hosts }: SeenStep): string {
  return hosts.has(host) || hosts.size < mostHosts ? host : unnamed;
}

function least(known: number | undefined, time: number | undefined): number | undefined {
  if (known === undefined || time === undefined) return known ?? time;
  return Math.min(known, time);
}
