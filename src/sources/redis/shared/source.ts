import { abortReason } from '../../../base/abort.ts';
import { leavable } from '../../../base/leavable.ts';
import { pageHosts } from '../../../base/pageHosts.ts';
import { LogError } from '../../../model/errors.ts';
import type { Execution, ExecutionRef } from '../../../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../../model/query.ts';
import type { CallOptions, Capabilities, Change, LogSource } from '../../../model/source.ts';
import type { RedisConnection } from '../connection.ts';
import { Catalog } from './catalog.ts';
import { defaultSettling, Endings, type Settling } from './endings.ts';
import { Feed } from './feed.ts';
import { Knowledge } from './known.ts';
import { pageExecutions } from './lists.ts';
import { LogStream } from './logStream.ts';
import { Reader } from './reader.ts';
import { Reports } from './reports.ts';
import { scanRoom } from './scan.ts';
import { tail } from './tail.ts';

export interface SharedLayout {
  /** The stream of all lines; default `agent_logs`. */
  readonly stream?: string;
  /** The stream of what became of tasks; default `agent_results`. */
  readonly results?: string;
  /** How long in milliseconds a tail goes on trying while Redis is away; default five minutes. */
  readonly patience?: number;
  readonly settling?: Settling;
}

/** Opens what other systems write into the streams they share, to browse; disposing it closes `redis` too. */
export function openSharedSource(redis: RedisConnection, layout: SharedLayout = {}): SharedSource {
  return new SharedSource(redis, layout);
}

/** Reads one stream of all executions' lines, and the results next to it. It never writes, trims or deletes anything. */
export class SharedSource implements LogSource {
  readonly capabilities: Capabilities = {
    pointers: 'stable',
    seekByLine: false,
    seekByTime: true,
    totals: false,
    filters: true,
    wideScopes: true,
    watch: 'push',
    hosts: true,
    delete: false,
    foreign: true,
    inferred: true,
  };
  readonly #redis: RedisConnection;
  readonly #reports: Reports;
  readonly #catalog: Catalog;
  readonly #knowledge: Knowledge;
  readonly #endings: Endings;
  readonly #reader: Reader;
  readonly #feed: Feed;
  readonly #patience: number;
  #closed: LogError | undefined;

  constructor(redis: RedisConnection, { stream, results, patience, settling }: SharedLayout) {
    const logs = new LogStream(redis, stream ?? 'agent_logs');
    this.#redis = redis;
    this.#reports = new Reports(redis, results ?? 'agent_results');
    this.#catalog = new Catalog(logs);
    this.#knowledge = new Knowledge(this.#reports, this.#catalog);
    this.#endings = new Endings(redis, this.#knowledge, settling ?? defaultSettling);
    this.#reader = new Reader(logs, this.#knowledge, this.#endings);
    this.#feed = new Feed(redis, logs, this.#reports);
    this.#patience = patience ?? 300_000;
  }

  /** How many tails and watches wait for something to be written. */
  get waiting(): number {
    return this.#feed.waiting;
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    this.#check(options);
    await this.#reports.refresh();
    await this.#catalog.extend(scanRoom, options?.signal);
    this.#check(options);
    return pageExecutions(this.#knowledge.all(), query, this.#knowledge.missing('looked through for executions'));
  }

  async getExecution({ execution }: ExecutionRef, options?: CallOptions): Promise<Execution> {
    this.#check(options);
    const known = await this.#knowledge.find(execution, options?.signal);
    this.#check(options);
    return known.execution(this.#knowledge.missing('looked through for steps'));
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    this.#check(options);
    const known = await this.#knowledge.find(query.execution, options?.signal);
    this.#check(options);
    const step = known.steps.find(({ id }) => id === query.step);
    if (!step) throw this.#knowledge.noStep(query);
    return { step, ...pageHosts(known.hosts(query.step), query, Date.now()) };
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    this.#check(options);
    const { page } = await this.#reader.read(this.#reader.ask(query), query.position, options?.signal);
    this.#check(options);
    return page;
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable((signal) => this.#tail(query, signal), options?.signal);
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => this.#watch(query, signal), options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = new LogError('closed', 'The connection to the logs is closed.');
    await this.#feed.stop(this.#closed);
    await this.#redis[Symbol.asyncDispose]();
  }

  async *#tail(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    this.#check({ signal });
    const parts = { reader: this.#reader, feed: this.#feed, endings: this.#endings, patience: this.#patience };
    yield* tail(parts, query, signal);
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    this.#check({ signal });
    const letGo = this.#feed.use();
    try {
      const live = await this.#feed.live();
      using watching = live.watch(query);
      if (query.execution !== undefined) {
        await this.#reports.refresh();
        await this.#knowledge.check({ ...query, execution: query.execution }, signal);
      }
      for (;;) {
        const { mark } = live.news;
        const change = watching.changes.take();
        if (change) yield change;
        else await live.news.since(mark, signal);
      }
    } finally {
      letGo();
    }
  }

  #check(options?: CallOptions): void {
    if (this.#closed) throw this.#closed;
    if (options?.signal?.aborted) throw abortReason(options.signal);
  }
}
