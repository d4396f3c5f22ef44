import type { Disposes } from '../src/base/disposables.ts';
import { linePointer } from '../src/base/lineBatch.ts';
import type { LogAddress, LogHost, Reveal } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import { levels } from '../src/model/line.ts';
import type { LogPage } from '../src/model/page.ts';
import type { Pointer } from '../src/model/pointer.ts';
import type { LogQuery } from '../src/model/query.ts';
import type { CallOptions, Capabilities } from '../src/model/source.ts';
import { IndexedRows } from './document/indexedRows.ts';
import { RelativeRows } from './document/relativeRows.ts';
import type { Rows } from './document/rows.ts';
import { Listeners } from './listeners.ts';
import { openLog, type Opening } from './opening.ts';
import { Rate } from './tail/rate.ts';
import { Tail, type LiveState } from './tail/tail.ts';

export type SessionState =
  { readonly kind: 'opening' } | { readonly kind: 'failed'; readonly error: LogError } | { readonly kind: 'ready' };

/** A place to begin at, as a row of the opened log. */
export interface StartPlace {
  readonly row: number;
  readonly align: 'top' | 'center' | 'end';
}

/** `grown`: lines were written; `live`: how the log is kept up with has changed. */
export type SessionEvent = 'state' | 'grown' | 'live';

/** One log being shown: its rows, what keeps them up to date, and what has come since somebody looked. */
export class LogSession implements Disposes {
  readonly address: LogAddress;
  readonly rate = new Rate();
  readonly #host: LogHost;
  readonly #capabilities: Capabilities;
  readonly #events = new Listeners<SessionEvent>();
  readonly #ended = new AbortController();
  readonly #rows: IndexedRows | RelativeRows;
  #tail: Tail | undefined;
  #state: SessionState = { kind: 'opening' };
  #live: LiveState | undefined;
  #unseen = { lines: 0, errors: 0 };
  /** The newest page known: where following goes on. */
  #newest: LogPage | undefined;

  constructor(host: LogHost, address: LogAddress, capabilities: Capabilities) {
    this.#host = host;
    this.address = address;
    this.#capabilities = capabilities;
    this.#rows = this.#makeRows();
    this.#rows.onChange(() => {
      this.#followOnceRead();
    });
  }

  get rows(): Rows {
    return this.#rows;
  }

  get state(): SessionState {
    return this.#state;
  }

  get live(): LiveState | undefined {
    return this.#live;
  }

  /** What has been written since `seen` was last called. */
  get unseen(): { readonly lines: number; readonly errors: number } {
    return this.#unseen;
  }

  /** Lines have numbers that say where they are, also those not loaded. */
  get isNumbered(): boolean {
    return this.#rows instanceof IndexedRows && this.address.scope.host !== undefined;
  }

  onEvent(listener: (event: SessionEvent) => void): Disposes {
    return this.#events.add(listener);
  }

  seen(): void {
    this.#unseen = { lines: 0, errors: 0 };
  }

  read(query: Omit<LogQuery, 'execution' | 'step' | 'host'>, options: CallOptions): Promise<LogPage> {
    return this.#host.readLog({ ...this.address.scope, ...query }, options);
  }

  /** Opens the log; undefined when that failed or something else is shown meanwhile. */
  async open(reveal: Reveal): Promise<StartPlace | undefined> {
    this.#tail?.dispose();
    this.#become({ kind: 'opening' });
    try {
      const opening = await openLog(this.#host, this.address.scope, reveal, { signal: this.#ended.signal });
      const place = this.#begin(opening);
      this.#become({ kind: 'ready' });
      this.#follow(this.#rows instanceof RelativeRows ? this.#rows.reachedEnd : opening.end);
      return place;
    } catch (error) {
      if (!this.#ended.signal.aborted) this.#become({ kind: 'failed', error: LogError.from(error) });
      return undefined;
    }
  }

  /** Shows the newest lines of a log that can only be read on from what is loaded. */
  async toEnd(): Promise<void> {
    const rows = this.#rows;
    if (!(rows instanceof RelativeRows) || rows.reachedEnd) return;
    const page = await this.read({ position: { at: 'end' }, limit: { lines: 500 } }, { signal: this.#ended.signal });
    rows.restart(page, true);
    this.#follow(page);
  }

  /** The row of a line known by its pointer; reads it when it is not loaded. */
  async rowOf(pointer: Pointer): Promise<number> {
    const rows = this.#rows;
    const { signal } = this.#ended;
    if (rows instanceof RelativeRows) {
      const isLoaded = rows.rowOfPointer(pointer) !== undefined;
      const row = await rows.bring(pointer, { signal });
      if (!isLoaded) this.#follow(rows.reachedEnd);
      return row;
    }
    const page = await this.read({ position: { at: 'around', pointer }, limit: { lines: 100 } }, { signal });
    let index = 0;
    while (index < page.lines.count - 1 && linePointer(page.lines, index) !== pointer) index++;
    rows.put(page);
    return rows.rowOfIndex(page, index);
  }

  retryLive(): void {
    this.#tail?.retry();
  }

  /** Follows a log that had ended, because its writer was thought to be gone, but goes on. */
  resume(): void {
    if (this.#live?.kind === 'ended' && this.#newest) this.#follow({ ...this.#newest, complete: false });
  }

  dispose(): void {
    this.#ended.abort();
    this.#tail?.dispose();
    this.#rows.dispose();
    this.#events.clear();
  }

  #makeRows(): IndexedRows | RelativeRows {
    const read = (query: Pick<LogQuery, 'position' | 'limit'>, options: CallOptions): Promise<LogPage> =>
      this.read(query, options);
    const { seekByLine, totals } = this.#capabilities;
    return seekByLine && totals ? new IndexedRows(read) : new RelativeRows(read);
  }

  #begin({ end, page, place }: Opening): StartPlace {
    const rows = this.#rows;
    if (rows instanceof RelativeRows) rows.restart(page ?? end, !page);
    else {
      rows.put(end);
      if (page) rows.put(page);
    }
    switch (place.at) {
      case 'start':
        return { row: rows.first, align: 'top' };
      case 'end':
        return { row: rows.end - 1, align: 'end' };
      case 'line':
        return { row: rows.rowOf(place.line), align: 'center' };
      case 'index':
        return { row: rows.rowOfIndex(page ?? end, place.index), align: 'center' };
    }
  }

  #follow(end: LogPage | undefined): void {
    this.#tail?.dispose();
    this.#tail = undefined;
    if (!end) return;
    this.#newest = end;
    if (end.complete) {
      this.#liveIs({ kind: 'ended' });
      return;
    }
    const { scope } = this.address;
    this.#tail = new Tail(
      {
        tail: (position, options) => this.#host.tailLog({ ...scope, position }, options),
        readEnd:
          this.#rows instanceof IndexedRows
            ? (options) => this.read({ position: { at: 'end' }, limit: { lines: 500 } }, options)
            : undefined,
        arrived: (page) => {
          this.#arrived(page);
        },
        changed: (state) => {
          this.#liveIs(state);
        },
      },
      end.newer,
    );
  }

  /** Rows that are read on have come to the end. */
  #followOnceRead(): void {
    const rows = this.#rows;
    const isFollowed = this.#tail !== undefined || this.#live?.kind === 'ended';
    if (rows instanceof RelativeRows && rows.reachedEnd && this.#state.kind === 'ready' && !isFollowed)
      this.#follow(rows.reachedEnd);
  }

  #arrived(page: LogPage): void {
    this.#newest = page;
    const before = this.#rows.end;
    this.#rows.put(page);
    const lines = Math.max(0, this.#rows.end - before);
    this.rate.count(lines);
    this.#unseen = { lines: this.#unseen.lines + lines, errors: this.#unseen.errors + errorsIn(page) };
    if (lines > 0) this.#events.tell('grown');
  }

  #liveIs(state: LiveState): void {
    const wasBroken = this.#live?.kind === 'reconnecting' || this.#live?.kind === 'stopped';
    const isRecovery = wasBroken && ['live', 'catchingUp', 'polling'].includes(state.kind);
    this.#live = state;
    if (isRecovery) this.#rows.retry();
    this.#events.tell('live');
  }

  #become(state: SessionState): void {
    this.#state = state;
    this.#events.tell('state');
  }
}

const error = levels.indexOf('error');

function errorsIn({ lines }: LogPage): number {
  let count = 0;
  for (const level of lines.levels) if (level >= error) count++;
  return count;
}
