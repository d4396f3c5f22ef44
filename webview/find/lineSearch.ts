import { delay } from '../../src/base/abort.ts';
import type { Disposes } from '../../src/base/disposables.ts';
import { pageBounds } from '../../src/bridge/logHost.ts';
import { LogError } from '../../src/model/errors.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { LogFilter, LogQuery, Position } from '../../src/model/query.ts';
import type { CallOptions } from '../../src/model/source.ts';
import { LineList } from './lineList.ts';

export type ReadLines = (
  query: Pick<LogQuery, 'position' | 'limit' | 'filter' | 'withoutText'>,
  options: CallOptions,
) => Promise<LogPage>;

export type SearchState =
  | { readonly kind: 'searching' }
  /** Everything written so far has been looked at. */
  | { readonly kind: 'done' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: LogError };

const pageLines = 10_000;
/** A log that grows is looked at again this often at most, and not before the new lines have been shown. */
const pauseMilliseconds = 300;

/** Looks through a whole log, loaded or not, for the lines that pass a filter, from its start to its end. */
export class LineSearch implements Disposes {
  readonly lines = new LineList();
  readonly filter: LogFilter;
  readonly #read: ReadLines;
  readonly #changed: () => void;
  readonly #ended = new AbortController();
  #position: Position = { at: 'start' };
  #state: SearchState = { kind: 'searching' };
  #isRunning = false;
  #hasMore = false;
  #scanned = 0;
  #total: number | undefined;

  constructor(read: ReadLines, filter: LogFilter, changed: () => void) {
    this.#read = read;
    this.filter = filter;
    this.#changed = changed;
    void this.#run();
  }

  get state(): SearchState {
    return this.#state;
  }

  /** Share of the log looked at, 0 to 1; undefined when nobody knows how long it is. */
  get progress(): number | undefined {
    return this.#total === undefined ? undefined : Math.min(1, this.#scanned / Math.max(1, this.#total));
  }

  /** Lines have been written: goes on where it stopped. */
  more(): void {
    this.#hasMore = true;
    if (this.#state.kind === 'done' && !this.#isRunning) void this.#run(pauseMilliseconds);
  }

  cancel(): void {
    if (this.#state.kind !== 'searching') return;
    this.#ended.abort();
    this.#become({ kind: 'cancelled' });
  }

  dispose(): void {
    this.#ended.abort();
  }

  async #run(wait = 0): Promise<void> {
    const { signal } = this.#ended;
    this.#isRunning = true;
    try {
      if (wait > 0) await delay(wait, signal);
      do {
        this.#hasMore = false;
        while (!this.#take(await this.#next(signal))) this.#changed();
        this.#become({ kind: 'done' });
        await delay(pauseMilliseconds, signal);
      } while (this.#isWanted());
    } catch (error) {
      if (!signal.aborted) this.#become({ kind: 'failed', error: LogError.from(error) });
    } finally {
      this.#isRunning = false;
    }
  }

  #isWanted(): boolean {
    return this.#hasMore;
  }

  #next(signal: AbortSignal): Promise<LogPage> {
    const limit = { lines: pageLines, bytes: pageBounds.bytes };
    return this.#read({ position: this.#position, limit, filter: this.filter, withoutText: true }, { signal });
  }

  /** True when the end has been reached. */
  #take(page: LogPage): boolean {
    if (this.#ended.signal.aborted) return true;
    const { lines, scanned, newer, complete } = page;
    this.lines.addAll(lines.numbers);
    this.#scanned += scanned?.lines ?? lines.count;
    this.#total = scanned?.total ?? page.total ?? this.#total;
    this.#position = { at: 'after', pointer: newer };
    return complete || (scanned ? scanned.lines === 0 : lines.count === 0);
  }

  #become(state: SearchState): void {
    if (this.#ended.signal.aborted && state.kind !== 'cancelled') return;
    this.#state = state;
    this.#changed();
  }
}
