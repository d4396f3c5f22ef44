import { abortReason, delay } from '../../../base/abort.ts';
import { leavable } from '../../../base/leavable.ts';
import { pageHosts, countStatuses } from '../../../base/pageHosts.ts';
import { pollingWatch } from '../../../base/pollingWatch.ts';
import type { ConnectOptions } from '../../../model/connect.ts';
import { LogError } from '../../../model/errors.ts';
import type { Execution, ExecutionRef, HostResult } from '../../../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../../model/query.ts';
import type { CallOptions, Capabilities, Change, LogSource } from '../../../model/source.ts';
import { isFinished } from '../../../model/status.ts';
import { pageRequestOf } from '../../../text/pageRequestOf.ts';
import { OpsJobsApi } from './api.ts';
import { readDetail, readStep } from './details.ts';
import { Feed } from './feed.ts';
import { listExecutions } from './listing.ts';
import { defaultPace, type Pace } from './pace.ts';

export interface OpsJobsOptions extends ConnectOptions {
  /** Milliseconds that a tail waits for a system that is out of reach; default 5 minutes. */
  readonly patience?: number;
  readonly pace?: Partial<Pace>;
}

/** Executions whose lines are kept for the next page that is asked for. */
const mostFeeds = 4;
/** Lists change less often than what is followed. */
const cadencesOfWatch = 4;

/** The real ops-jobs. Nothing is requested before something is asked. */
export function openOpsJobs(baseUrl: string, options: OpsJobsOptions = {}): OpsJobsSource {
  return new OpsJobsSource(baseUrl, options);
}

export class OpsJobsSource implements LogSource {
  readonly capabilities: Capabilities = {
    // A host's lines are counted from where they could first be read.
    pointers: 'session',
    seekByLine: true,
    seekByTime: true,
    totals: true,
    filters: true,
    wideScopes: true,
    watch: 'poll',
    hosts: true,
    delete: false,
    foreign: true,
  };
  readonly #api: OpsJobsApi;
  readonly #pace: Pace;
  readonly #patience: number;
  readonly #feeds = new Map<string, Feed>();
  readonly #ended = new AbortController();
  #watching = 0;

  constructor(baseUrl: string, { patience = 300_000, pace, ...options }: OpsJobsOptions) {
    this.#pace = { ...defaultPace, ...pace };
    this.#api = new OpsJobsApi(baseUrl, options, this.#pace);
    this.#patience = patience;
  }

  /** How many tails and watches wait for something to happen. */
  get waiting(): number {
    return [...this.#feeds.values()].reduce((sum, { news }) => sum + news.waiting, this.#watching);
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    this.#check(options);
    return listExecutions(this.#api, query, this.#asking(options));
  }

  async getExecution({ execution }: ExecutionRef, options?: CallOptions): Promise<Execution> {
    this.#check(options);
    return (await readDetail(this.#api, execution, this.#asking(options))).execution;
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    this.#check(options);
    const detail = await readDetail(this.#api, query.execution, this.#asking(options));
    const { step, hosts: listed } = await readStep(this.#api, detail, query.step, this.#asking(options));
    const writing = isFinished(step.status) ? [] : (this.#feeds.get(query.execution)?.writersOf(query.step) ?? []);
    // While a step runs the system may list no hosts yet.
    const unlisted = writing.filter((host) => !listed.some(({ id }) => id === host));
    const hosts = [...listed, ...unlisted.map((id): HostResult => ({ id, name: id, status: 'running' }))];
    return { step: { ...step, hosts: countStatuses(hosts) }, ...pageHosts(hosts, query, Date.now()) };
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    this.#check(options);
    const request = pageRequestOf(query);
    return this.#feed(query.execution).read(scopeOf(query), request, options?.signal);
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable((signal) => this.#tail(query, signal), options?.signal);
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => this.#watch(query, signal), options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const reason = new LogError('closed', 'The connection is closed.');
    this.#ended.abort(reason);
    for (const feed of this.#feeds.values()) feed.end(reason);
    this.#api.end(reason);
  }

  async *#tail(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    this.#check({ signal });
    const request = pageRequestOf(query);
    yield* this.#feed(query.execution).tail(scopeOf(query), request, signal);
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    this.#check({ signal });
    yield* pollingWatch(this, query, (stop) => this.#nextPoll(stop), signal);
  }

  async #nextPoll(signal: AbortSignal): Promise<void> {
    const both = AbortSignal.any([signal, this.#ended.signal]);
    this.#watching++;
    try {
      await delay(cadencesOfWatch * this.#api.budget.cadence, both);
    } finally {
      this.#watching--;
    }
  }

  #feed(execution: string): Feed {
    const known = this.#feeds.get(execution);
    const feed = known ?? new Feed(this.#api, execution, { pace: this.#pace, patience: this.#patience });
    // The one used last is the last to go.
    this.#feeds.delete(execution);
    this.#feeds.set(execution, feed);
    for (const [id, old] of this.#feeds) {
      if (this.#feeds.size <= mostFeeds) break;
      if (old.isInUse || old === feed) continue;
      old.end(new LogError('closed', 'The lines of this execution were let go.'));
      this.#feeds.delete(id);
    }
    return feed;
  }

  #asking(options: CallOptions | undefined) {
    return { signal: options?.signal, fresh: this.#pace.freshness };
  }

  #check(options?: CallOptions): void {
    if (this.#ended.signal.aborted) throw abortReason(this.#ended.signal);
    if (options?.signal?.aborted) throw abortReason(options.signal);
  }
}

function scopeOf({ execution, step, host }: LogQuery) {
  return { execution, ...(step !== undefined && { step }), ...(host !== undefined && { host }) };
}
