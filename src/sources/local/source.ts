import { existsSync } from 'node:fs';
import { abortReason } from '../../base/abort.ts';
import { ChunkCache } from '../../base/chunkCache.ts';
import type { ChunkedSource } from '../../base/chunkedLog.ts';
import { leavable } from '../../base/leavable.ts';
import { readPage, type Reading } from '../../base/readPage.ts';
import { tailPages } from '../../base/tailPages.ts';
import { Tally } from '../../base/tally.ts';
import { LogError } from '../../model/errors.ts';
import type { Execution, ExecutionRef } from '../../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../model/query.ts';
import type { CallOptions, Capabilities, Change, Deletion, LogAdmin, LogSource } from '../../model/source.ts';
import type { LogStatistics, Metric, Statistics, StatisticsQuery } from '../../model/statistics.ts';
import { pageRequestOf } from '../../text/pageRequestOf.ts';
import { ChunkPlaces } from './chunkPlaces.ts';
import { Database, nextTurn } from './database.ts';
import { Origins } from './hostLogs.ts';
import { listExecutions, stepResult } from './lists.ts';
import { Poller } from './poller.ts';
import { abandonedCopies, removeCopy, removeExecution } from './remove.ts';
import { executionOf } from './rows.ts';
import { findExecution } from './scope.ts';
import { metricsOf } from './metrics.ts';
import { ScopeLog, type Held } from './scopeLog.ts';
import { statistics } from './statistics.ts';
import { usedBytes } from './usedBytes.ts';
import { Watcher } from './watch.ts';

/** Opens the store at `path` to browse; one that is not there yet is empty. */
export function openLocalSource(path: string): LocalSource {
  return new LocalSource(path);
}

const busyMilliseconds = 4;

/** A store's connection, and what is remembered of it. */
interface Opened {
  readonly db: Database;
  readonly held: Held;
}

export class LocalSource implements LogSource, LogAdmin, LogStatistics {
  readonly capabilities: Capabilities = {
    pointers: 'stable',
    seekByLine: true,
    seekByTime: true,
    totals: true,
    filters: true,
    wideScopes: true,
    watch: 'push',
    hosts: true,
    delete: true,
  };
  readonly #path: string;
  readonly #poller: Poller;
  #opened: Opened | undefined;
  #pauseAt = 0;
  #closed: LogError | undefined;

  constructor(path: string) {
    this.#path = path;
    this.#poller = new Poller(() => this.#stamp());
  }

  /** How many tails and watches wait for something to happen. */
  get waiting(): number {
    return this.#poller.waiting;
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    const opened = await this.#open(options?.signal);
    return listExecutions(opened?.db, query, options?.signal);
  }

  async getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution> {
    const { db } = await this.#open(options?.signal, ref.execution);
    return db.read(() => executionOf(db, findExecution(db, ref.execution)));
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    const { db } = await this.#open(options?.signal, query.execution);
    return stepResult(db, query, options?.signal);
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    return (await this.#read(query, options?.signal)).page;
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable(
      (signal) =>
        tailPages((position) => this.#read({ ...query, position }, signal), this.#poller, query.position, signal),
      options?.signal,
    );
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => this.#watch(query, signal), options?.signal);
  }

  async statistics(query: StatisticsQuery, options?: CallOptions): Promise<Statistics> {
    const { execution } = query;
    const opened = await (execution === undefined
      ? this.#open(options?.signal)
      : this.#open(options?.signal, execution));
    return opened ? statistics(opened.db, query, options?.signal) : new Tally().statistics();
  }

  async metrics({ execution }: ExecutionRef, options?: CallOptions): Promise<readonly Metric[]> {
    const { db } = await this.#open(options?.signal, execution);
    return db.read(() => metricsOf(db, execution));
  }

  async deleteExecution(what: Deletion, options?: CallOptions): Promise<void> {
    const { db } = await this.#open(options?.signal, what.execution);
    await removeExecution(db, what, options?.signal);
  }

  async usedBytes(options?: CallOptions): Promise<number> {
    const opened = await this.#open(options?.signal);
    return opened ? opened.db.read(() => usedBytes(opened.db)) : 0;
  }

  async abandonedCopies(options?: CallOptions): Promise<readonly string[]> {
    const opened = await this.#open(options?.signal);
    return opened ? opened.db.read(() => abandonedCopies(opened.db)) : [];
  }

  async removeCopy(ref: ExecutionRef, options?: CallOptions): Promise<void> {
    const opened = await this.#open(options?.signal);
    if (opened) await removeCopy(opened.db, ref, options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = new LogError('closed', 'The log store is closed.');
    this.#poller.close(this.#closed);
    this.#opened?.db.close(this.#closed);
  }

  async #read(query: LogQuery, signal: AbortSignal | undefined): Promise<Reading> {
    const request = pageRequestOf(query);
    return readPage(this.#chunks(query, signal), request, signal);
  }

  #chunks(query: LogQuery, signal: AbortSignal | undefined): ChunkedSource {
    return {
      look: async (look) => {
        const { db, held } = await this.#open(signal, query.execution);
        return db.read(() => look(new ScopeLog(db, held, query)));
      },
      nextTurn,
    };
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    const first = await (query.execution === undefined ? this.#open(signal) : this.#open(signal, query.execution));
    const watcher = first ? await first.db.read(() => new Watcher(first.db, query)) : new Watcher(undefined, query);
    for (;;) {
      const mark = this.#poller.mark;
      const change = watcher.take();
      if (change) {
        yield change;
        continue;
      }
      const opened = await this.#open(signal);
      if (opened) await opened.db.read(() => watcher.look(opened.db));
      const next = watcher.take();
      if (next) yield next;
      else await this.#poller.since(mark, signal);
    }
  }

  async #open(signal: AbortSignal | undefined): Promise<Opened | undefined>;
  async #open(signal: AbortSignal | undefined, execution: string): Promise<Opened>;
  /** The store, when there is one; throws notFound when there is none and `execution` is sought. */
  async #open(signal: AbortSignal | undefined, execution?: string): Promise<Opened | undefined> {
    this.#check(signal);
    await this.#pause();
    if (!this.#opened) {
      const db = await Database.forReading(this.#path);
      this.#keep(db);
      this.#check(signal);
    }
    if (!this.#opened && execution !== undefined)
      throw new LogError('notFound', `There is no execution "${execution}".`);
    return this.#opened;
  }

  /** Reads are done at once: who reads page after page would keep everything else waiting for the last one. */
  async #pause(): Promise<void> {
    if (performance.now() < this.#pauseAt) return;
    await nextTurn();
    this.#pauseAt = performance.now() + busyMilliseconds;
    this.#check(undefined);
  }

  /** Others may have opened it, or closed everything, in the meantime. */
  #keep(db: Database | undefined): void {
    if (!db) return;
    if (this.#opened || this.#closed) db.close(new LogError('closed', 'The log store is closed.'));
    else this.#opened = { db, held: { origins: new Origins(db), chunks: new ChunkCache(), places: new ChunkPlaces() } };
  }

  /** What tells one state of the store from the next; a store that was moved away is let go. */
  #stamp(): unknown {
    const opened = this.#opened;
    if (!opened) return existsSync(this.#path) ? Symbol('may have become a store') : 'none';
    if (opened.db.isCurrent) return opened.db.version;
    this.#opened = undefined;
    opened.db.close(new LogError('unavailable', `The log store ${this.#path} was moved away. Read again.`));
    return 'moved';
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed) throw this.#closed;
    if (signal?.aborted) throw abortReason(signal);
  }
}
