import { Changes } from '../../../base/changes.ts';
import { News } from '../../../base/news.ts';
import type { WatchQuery } from '../../../model/query.ts';
import type { Change } from '../../../model/source.ts';
import type { Ear } from '../wake.ts';
import type { Wake } from '../wakeEntry.ts';

/** A host that writes all the time is told of at most this often. */
const toldEveryMilliseconds = 1_000;

/** What one watcher has not been told yet. */
export class Watcher implements Ear {
  readonly scope: WatchQuery;
  readonly news = new News();
  readonly #changes = new Changes();
  readonly #toldAt = new Map<string, number>();
  /** Hosts whose last lines came too soon after others to be told at once. */
  readonly #late = new Map<string, Change>();
  #timer: NodeJS.Timeout | undefined;

  constructor(scope: WatchQuery) {
    this.scope = scope;
  }

  hear(wake: Wake | undefined): void {
    if (!wake) {
      // Who waits finds out whether Redis is still there.
      this.news.tell();
      return;
    }
    const { lines, told: _, ...change } = wake;
    if (lines && this.#isSoon(change)) return;
    this.#changes.add(change);
    this.news.tell();
  }

  take(): Change | undefined {
    return this.#changes.take();
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #isSoon(change: Change): boolean {
    const key = JSON.stringify([change.execution, change.step, change.host]);
    const now = performance.now();
    const isSoon = now - (this.#toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < toldEveryMilliseconds;
    if (!isSoon) {
      if (this.#toldAt.size >= 10_000) this.#toldAt.clear();
      this.#toldAt.set(key, now);
      return false;
    }
    this.#late.set(key, change);
    this.#timer ??= setTimeout(() => this.#tellLate(), toldEveryMilliseconds).unref();
    return true;
  }

  #tellLate(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const [key, change] of this.#late) {
      this.#toldAt.set(key, now);
      this.#changes.add(change);
    }
    this.#late.clear();
    this.news.tell();
  }
}
