import { abortReason } from '../../../base/abort.ts';
import { leavable } from '../../../base/leavable.ts';
import { roomOf } from '../../../base/pageRequest.ts';
import { News } from '../../../base/news.ts';
import { readPage, type Reading } from '../../../base/readPage.ts';
import { LogError } from '../../../model/errors.ts';
import type { Execution, ExecutionRef } from '../../../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../../model/query.ts';
import type { CallOptions, Capabilities, Change, Deletion, LogAdmin, LogSource } from '../../../model/source.ts';
import type { LogStatistics, Metric, Statistics, StatisticsQuery } from '../../../model/statistics.ts';
import { pageRequestOf } from '../../../text/pageRequestOf.ts';
import { Asks } from '../asks.ts';
import type { RedisConnection } from '../connection.ts';
import { keptTail } from '../keptTail.ts';
import { Scripts } from '../scripts.ts';
import { WakeStream } from '../wake.ts';
import type { Wake } from '../wakeEntry.ts';
import { HeardLines } from './heardLines.ts';
import { Interruptions } from './interruptions.ts';
import type { Keys } from './keys.ts';
import { listExecutions, readExecution, readStepResult } from './lists.ts';
import { notFound } from './missing.ts';
import { LogReading } from './reading.ts';
import { removeExecution } from './remove.ts';
import { Shelf } from './shelf.ts';
import { readMetrics, readStatistics } from './statistics.ts';
import { Watcher } from './watch.ts';

/** Times in milliseconds. */
export interface Patience {
  /** How long tails and watches go on trying while Redis is away. */
  readonly patience: number;
  /** How often those who wait look by themselves, in case that nobody told them. */
  readonly recheck: number;
}

export const usualPatience: Patience = { patience: 300_000, recheck: 3_000 };

/** Browses what `PerHostSink` recorded. Disposes `redis`, over which all but the wake stream is read. */
export class PerHostSource implements LogSource, LogAdmin, LogStatistics {
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
  readonly #redis: RedisConnection;
  readonly #keys: Keys;
  readonly #asks: Asks;
  readonly #scripts: Scripts;
  readonly #shelf: Shelf;
  readonly #wake: WakeStream;
  readonly #patience: Patience;
  readonly #interruptions: Interruptions;
  readonly #news = new Set<News>();
  #watchers = 0;
  #closed: LogError | undefined;

  constructor(redis: RedisConnection, keys: Keys, patience: Patience = usualPatience) {
    this.#redis = redis;
    this.#keys = keys;
    this.#patience = patience;
    this.#asks = new Asks(redis);
    this.#scripts = new Scripts(redis);
    this.#shelf = new Shelf(this.#asks, this.#scripts, keys);
    this.#interruptions = new Interruptions(this.#asks, keys);
    this.#wake = new WakeStream(redis, keys.wake, patience.recheck, () => void this.#lookForInterruptions());
  }

  /** How many tails and watches wait for something to happen. */
  get waiting(): number {
    return [...this.#news].reduce((sum, news) => sum + news.waiting, 0);
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    this.#check(options?.signal);
    return listExecutions(this.#asks, this.#keys, query, options?.signal);
  }

  async getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution> {
    this.#check(options?.signal);
    return readExecution(this.#asks, this.#keys, ref.execution);
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    this.#check(options?.signal);
    return readStepResult(this.#asks, this.#keys, query, options?.signal);
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    return (await this.#read(query, options?.signal)).page;
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable((signal) => this.#tail(query, signal), options?.signal);
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => this.#watch(query, signal), options?.signal);
  }

  async statistics(query: StatisticsQuery, options?: CallOptions): Promise<Statistics> {
    this.#check(options?.signal);
    return readStatistics(this.#asks, this.#keys, query, options?.signal);
  }

  async metrics({ execution }: ExecutionRef, options?: CallOptions): Promise<readonly Metric[]> {
    this.#check(options?.signal);
    return readMetrics(this.#asks, this.#keys, execution);
  }

  async deleteExecution(what: Deletion, options?: CallOptions): Promise<void> {
    this.#check(options?.signal);
    this.#shelf.forget(what.execution);
    await removeExecution(this.#redis, this.#scripts, this.#keys, what, options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = new LogError('closed', `The connection to ${this.#redis.address.name} is closed.`);
    this.#wake.close();
    for (const news of this.#news) news.close(this.#closed);
    await this.#redis[Symbol.asyncDispose]();
  }

  async #read(query: LogQuery, signal: AbortSignal | undefined): Promise<Reading> {
    this.#check(signal);
    const request = pageRequestOf(query);
    const { execution, step, host, position, filter } = query;
    const scope = { execution, ...(step !== undefined && { step }), ...(host !== undefined && { host }) };
    const wanted = { scope, position, room: request.room, filters: filter !== undefined };
    return readPage(new LogReading(this.#shelf, wanted, signal), request, signal);
  }

  async *#tail(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    const news = new News();
    const { execution, step, host, position, limit, filter, withoutText } = query;
    const scope = { execution, ...(step !== undefined && { step }), ...(host !== undefined && { host }) };
    const lines = new HeardLines(scope, roomOf(limit));
    const hear = (wake: Wake | undefined): void => {
      lines.hear(wake);
      news.tell();
    };
    const heard = ({ total = 0 }: LogPage) => {
      const born = this.#shelf.recall(scope)?.state.born;
      return filter || withoutText || born === undefined ? undefined : lines.take(total, born);
    };
    const ear = this.#wake.add({ scope, hear });
    try {
      const waiting = this.#waiting(news);
      const read = (from: LogQuery['position']) => this.#read({ ...query, position: from }, signal);
      yield* keptTail({ read, heard, position, news: waiting, patience: this.#patience.patience, signal });
    } finally {
      this.#news.delete(news);
      ear.dispose();
    }
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    this.#check(signal);
    const watcher = new Watcher(query);
    const ear = this.#wake.add(watcher);
    this.#watchers++;
    try {
      await this.#wake.listen();
      await this.#lookAt(query);
      const news = this.#waiting(watcher.news);
      for (;;) {
        const { mark } = news;
        const change = watcher.take();
        if (change) yield change;
        else {
          this.#wake.check(this.#patience.patience);
          await news.since(mark, signal);
        }
      }
    } finally {
      this.#watchers--;
      watcher.close();
      this.#news.delete(watcher.news);
      ear.dispose();
    }
  }

  /** Waiting for news makes the source listen for them. */
  #waiting(news: News): Pick<News, 'mark' | 'since'> {
    this.#news.add(news);
    if (this.#closed) news.close(this.#closed);
    return {
      get mark() {
        return news.mark;
      },
      since: (mark, signal) => {
        void this.#wake.listen();
        return news.since(mark, signal);
      },
    };
  }

  /** Throws notFound unless what is watched is there, and what keeps from Redis. */
  async #lookAt({ execution, step }: WatchQuery): Promise<void> {
    if (execution === undefined) {
      await this.#asks.all([['EXISTS', this.#keys.executions]]);
      return;
    }
    const { steps } = await readExecution(this.#asks, this.#keys, execution);
    if (step !== undefined && !steps.some(({ id }) => id === step))
      throw notFound(`Execution "${execution}" has no step "${step}".`);
  }

  async #lookForInterruptions(): Promise<void> {
    if (this.#watchers === 0) {
      this.#interruptions.forget();
      return;
    }
    // While Redis is away nothing can be found out; the next look may.
    const changed = await this.#interruptions.look().catch(() => []);
    for (const execution of changed) this.#wake.tell({ execution, lines: false });
  }

  #check(signal: AbortSignal | undefined): void {
    if (this.#closed) throw this.#closed;
    if (signal?.aborted) throw abortReason(signal);
  }
}
