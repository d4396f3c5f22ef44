import { LineColumnsBuilder } from '../../../base/lineBatch.ts';
import type { Transcript } from '../../../held/transcript.ts';
import type { JobEntry } from './entries.ts';

/** A job has one log; this is where it stands. */
export const place = { step: 'log', host: 'job' } as const;

/** How many entries GAgent holds of a job that runs, or has just ended: an answer with so many may leave out older ones. */
const windowSize = 400;
/** How many entries are remembered to tell new ones from old ones. */
const mostRemembered = 1_000_000;

/** The entries of one answer, in their order. */
export interface EntryWindow {
  readonly entries: readonly JobEntry[];
  /** How many there are in the whole log, when the server says so. */
  readonly total?: number;
}

/**
 * Puts together what answers and events tell of one log. Entries have no ids: the same time, level and message are the
 * same entry, as often as it was told at once.
 */
export class JobLines {
  readonly #transcript: Transcript;
  readonly #known = new Map<number, number>();
  /** Entries of answers that may come again as events of the stream that is open. */
  readonly #expected = new Map<number, number>();
  /** How many are known, lost ones among them. */
  #count = 0;

  constructor(transcript: Transcript) {
    this.#transcript = transcript;
  }

  /** A stream begins: what comes in it was not told by one before. */
  subscribed(): void {
    this.#expected.clear();
  }

  /** Adds what is new in an answer. Where it begins after the last that is known, what is missing is a gap. */
  addWindow(window: EntryWindow): void {
    const { entries } = window;
    const told = new Map<number, number>();
    const fresh = entries.filter(({ key }) => increased(told, key) > (this.#known.get(key) ?? 0));
    const first = entries[0];
    if (first && fresh[0] === first) this.#tellMissing(window);
    for (const { key } of fresh) increased(this.#expected, key);
    this.#add(fresh);
  }

  addEvent(entry: JobEntry): void {
    const expected = this.#expected.get(entry.key) ?? 0;
    if (expected > 1) this.#expected.set(entry.key, expected - 1);
    else if (expected === 1) this.#expected.delete(entry.key);
    else this.#add([entry]);
  }

  #tellMissing({ entries, total }: EntryWindow): void {
    if (total !== undefined) {
      const missing = total - entries.length - this.#count;
      if (missing <= 0) return;
      this.#transcript.lose(place.step, place.host, 'dropped', missing);
      this.#count += missing;
      return;
    }
    if (entries.length === windowSize) this.#transcript.lose(place.step, place.host, 'dropped');
  }

  #add(entries: readonly JobEntry[]): void {
    if (entries.length === 0) return;
    const builder = new LineColumnsBuilder();
    for (const { key, lines } of entries) {
      increased(this.#known, key);
      for (const line of lines) builder.add(line);
    }
    this.#count += entries.length;
    for (const key of this.#known.keys()) {
      if (this.#known.size <= mostRemembered) break;
      this.#known.delete(key);
    }
    this.#transcript.add(place.step, place.host, builder.build());
  }
}

function increased(counts: Map<number, number>, key: number): number {
  const count = (counts.get(key) ?? 0) + 1;
  counts.set(key, count);
  return count;
}
