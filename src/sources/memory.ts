import { abortReason } from '../base/abort.ts';
import { Changes, concerns } from '../base/changes.ts';
import type { ChunkedSource } from '../base/chunkedLog.ts';
import { leavable } from '../base/leavable.ts';
import { matchesExecution } from '../base/matchExecution.ts';
import { News } from '../base/news.ts';
import { limitOf, pageHosts } from '../base/pageHosts.ts';
import { readPage, type Reading } from '../base/readPage.ts';
import { tailPages } from '../base/tailPages.ts';
import { checkUnchanged } from '../base/unchanged.ts';
import { LogError } from '../model/errors.ts';
import type { Execution, ExecutionRef } from '../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../model/query.ts';
import type {
  Append,
  Ending,
  ExecutionEnd,
  HostEnd,
  HostRef,
  LogSink,
  Loss,
  NewExecution,
  NewMetric,
  StepRef,
  StepStart,
} from '../model/sink.ts';
import type { CallOptions, Capabilities, Change, Deletion, LogAdmin, LogSource } from '../model/source.ts';
import type { LogStatistics, Metric, Statistics, StatisticsQuery } from '../model/statistics.ts';
import { isFinished } from '../model/status.ts';
import { pageRequestOf } from '../text/pageRequestOf.ts';
import { HeldScope } from './memory/heldScope.ts';
import { executionOf, hostsOf, isScopeFinished, stepOf, summaryOf } from './memory/read.ts';
import { Records } from './memory/records.ts';
import { applyResults } from './memory/results.ts';
import { addMetric, statisticsOf } from './memory/statistics.ts';
import { addHost, addLines, addLoss, beginStep, endExecution, endOf, newExecution } from './memory/write.ts';

/** Holds executions and their logs as long as it lives: what tests and examples record into. */
export class MemoryStore implements LogSource, LogSink, LogAdmin, LogStatistics {
  readonly capabilities: Capabilities = {
    pointers: 'session',
    seekByLine: true,
    seekByTime: true,
    totals: true,
    filters: true,
    wideScopes: true,
    watch: 'push',
    hosts: true,
    delete: true,
  };
  readonly #records = new Records();
  /** Copies that are not finished: written, never read. */
  readonly #copies = new Records();
  readonly #news = new News();
  readonly #watchers = new Map<Changes, WatchQuery>();
  #closed: LogError | undefined;

  /** How many tails and watches wait for something to happen. */
  get waiting(): number {
    return this.#news.waiting;
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    this.#check(options);
    const all = [...this.#records.executions.values()].map(summaryOf).reverse();
    const found = all.filter((execution) => matchesExecution(execution, query.filter));
    found.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    const start = query.cursor === undefined ? 0 : found.findIndex(({ id }) => id === query.cursor) + 1;
    if (start === 0 && query.cursor !== undefined)
      throw new LogError('invalidRequest', 'The list has changed; read it from its start again.');
    const executions = found.slice(start, start + limitOf(query.limit, 50));
    const next = start + executions.length < found.length ? executions.at(-1)?.id : undefined;
    return { executions, total: found.length, ...(next !== undefined && { next }) };
  }

  async getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution> {
    this.#check(options);
    return executionOf(this.#records.execution(ref));
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    this.#check(options);
    const execution = this.#records.execution(query);
    const step = this.#records.step(query);
    return { step: stepOf(execution, step), ...pageHosts(hostsOf(execution, step), query, Date.now()) };
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    return (await this.#read(query, options?.signal)).page;
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable(
      (signal) =>
        tailPages((position) => this.#read({ ...query, position }, signal), this.#news, query.position, signal),
      options?.signal,
    );
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => this.#watch(query, signal), options?.signal);
  }

  async createExecution(about: NewExecution): Promise<void> {
    this.#check();
    if ([this.#records, this.#copies].some(({ executions }) => executions.has(about.execution))) return;
    const { executions } = about.copy ? this.#copies : this.#records;
    executions.set(about.execution, newExecution(about));
    this.#tell({ execution: about.execution });
  }

  async startStep(start: StepStart): Promise<void> {
    this.#check();
    beginStep(this.#written(start).execution(start), start);
    this.#tell({ execution: start.execution, step: start.step });
  }

  async startHost({ at, ...ref }: HostRef & { readonly at: number }): Promise<void> {
    this.#check();
    const records = this.#written(ref);
    const { result } = addHost(records.execution(ref), records.step(ref), { id: ref.host, name: ref.host });
    if (isFinished(result.status)) return;
    result.status = 'running';
    result.startedAt ??= at;
    this.#tell(ref);
  }

  async append(batch: Append): Promise<void> {
    this.#check();
    const { execution, step, host } = batch;
    const records = this.#written(batch);
    const held = records.execution(batch);
    if (addLines(held, records.step(batch), records.host(batch), batch)) this.#tell({ execution, step, host });
  }

  async lose(loss: Loss): Promise<void> {
    this.#check();
    const { execution, step, host } = loss;
    const records = this.#written(loss);
    const held = records.execution(loss);
    if (addLoss(held, records.step(loss), records.host(loss), loss)) this.#tell({ execution, step, host });
  }

  async metric(metric: NewMetric): Promise<void> {
    this.#check();
    addMetric(this.#written(metric).execution(metric), metric);
    this.#tell({ execution: metric.execution });
  }

  async finishHost({ execution, step, host, exitCode, ignored, ...ending }: HostEnd): Promise<void> {
    this.#check();
    const { result } = this.#written({ execution }).host({ execution, step, host });
    if (isFinished(result.status)) return;
    Object.assign(result, endOf(ending), exitCode !== undefined && { exitCode }, ignored && { ignored });
    this.#tell({ execution, step, host });
  }

  async finishStep({ execution, step, ...ending }: StepRef & Ending): Promise<void> {
    this.#check();
    const held = this.#written({ execution }).step({ execution, step });
    if (isFinished(held.step.status)) return;
    Object.assign(held.step, endOf(ending));
    this.#tell({ execution, step });
  }

  async finishExecution({ execution, results, ...ending }: ExecutionEnd): Promise<void> {
    this.#check();
    const held = this.#written({ execution }).execution({ execution });
    if (isFinished(held.status)) return;
    applyResults(held, results ?? []);
    endExecution(held, ending);
    this.#copies.executions.delete(execution);
    this.#records.executions.set(execution, held);
    this.#tell({ execution });
  }

  async statistics(query: StatisticsQuery, options?: CallOptions): Promise<Statistics> {
    this.#check(options);
    return statisticsOf(this.#records, query);
  }

  async metrics(ref: ExecutionRef, options?: CallOptions): Promise<readonly Metric[]> {
    this.#check(options);
    return [...this.#records.execution(ref).statistics.metrics.values()];
  }

  async deleteExecution(ref: Deletion, options?: CallOptions): Promise<void> {
    this.#check(options);
    const { status, log } = this.#records.execution(ref);
    if (!isFinished(status))
      throw new LogError('invalidRequest', `Execution "${ref.execution}" is running. Stop it before deleting it.`);
    checkUnchanged(ref, { status, lines: log.rows });
    this.#records.executions.delete(ref.execution);
    this.#tell({ execution: ref.execution, removed: true });
  }

  /** Forgets the lines of a host up to number `to`, as stores of bounded size do. */
  trim(ref: HostRef, to: number): void {
    for (const chunk of this.#records.host(ref).log.chunks)
      if (chunk.firstNumber + chunk.count - 1 <= to) chunk.lines = undefined;
    this.#tell(ref);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed ??= new LogError('closed', 'The store is closed.');
    this.#news.close(this.#closed);
  }

  async #read(query: LogQuery, signal: AbortSignal | undefined): Promise<Reading> {
    this.#check({ ...(signal && { signal }) });
    const request = pageRequestOf(query);
    return readPage(this.#chunks(query), request, signal);
  }

  #chunks(query: LogQuery): ChunkedSource {
    return {
      look: async (look) => {
        this.#check();
        const { log } = this.#records.scope(query);
        const finished = isScopeFinished(this.#records, query);
        return look(new HeldScope(query, this.#records.execution(query), log, finished));
      },
      nextTurn: () => new Promise((resolve) => setTimeout(resolve, 0)),
    };
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    this.#check({ signal });
    if (query.execution !== undefined) this.#records.scope({ ...query, execution: query.execution });
    const changes = new Changes();
    this.#watchers.set(changes, query);
    try {
      for (;;) {
        const mark = this.#news.mark;
        const change = changes.take();
        if (change) yield change;
        else await this.#news.since(mark, signal);
      }
    } finally {
      this.#watchers.delete(changes);
    }
  }

  /** What holds an execution that is being written. */
  #written({ execution }: ExecutionRef): Records {
    return this.#copies.executions.has(execution) ? this.#copies : this.#records;
  }

  #tell({ execution, step, host, removed }: Change): void {
    if (this.#copies.executions.has(execution)) return;
    const change: Change = {
      execution,
      ...(step !== undefined && { step }),
      ...(host !== undefined && { host }),
      ...(removed && { removed }),
    };
    for (const [changes, query] of this.#watchers) if (concerns(change, query)) changes.add(change);
    this.#news.tell();
  }

  #check(options?: CallOptions): void {
    if (this.#closed) throw this.#closed;
    if (options?.signal?.aborted) throw abortReason(options.signal);
  }
}
