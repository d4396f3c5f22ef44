import { leavable } from '../../base/leavable.ts';
import type { Execution, ExecutionRef } from '../../model/execution.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionList, LogPage, StepResult } from '../../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../../model/query.ts';
import type { CallOptions, Capabilities, Change, Deletion, LogAdmin, LogSource } from '../../model/source.ts';
import type { LogStatistics, Metric, Statistics, StatisticsQuery } from '../../model/statistics.ts';
import type { Api } from '../api.ts';
import { fromWirePage } from './fromWire.ts';
import { executionParams, stepParams } from './listParams.ts';
import { nativeQuery } from './nativeQuery.ts';
import { nativeTail } from './nativeTail.ts';
import { nativeWatch } from './nativeWatch.ts';
import { paths } from './paths.ts';
import { fromDetail, fromList, fromStepResult } from './records.ts';
import { fromMetrics, fromStatistics, statisticsParams } from './statistics.ts';
import type { StreamPatience } from './streaming.ts';

/** What a service of ours serves. */
export class NativeClient implements LogSource, LogAdmin, LogStatistics {
  readonly capabilities: Capabilities;
  readonly #api: Api;
  readonly #patience: StreamPatience;

  constructor(api: Api, capabilities: Capabilities, patience: StreamPatience) {
    this.#api = api;
    this.capabilities = capabilities;
    this.#patience = patience;
  }

  async listExecutions(query: ExecutionQuery, { signal }: CallOptions = {}): Promise<ExecutionList> {
    const answer = await this.#api.json(paths.executions, { query: executionParams(query), signal });
    return fromList(answer, 'unavailable');
  }

  async getExecution({ execution }: ExecutionRef, { signal }: CallOptions = {}): Promise<Execution> {
    return fromDetail(await this.#api.json(paths.execution(execution), { signal }), 'unavailable');
  }

  async getStepResult(query: StepQuery, { signal }: CallOptions = {}): Promise<StepResult> {
    const path = `${paths.step(query.execution, query.step)}result/`;
    return fromStepResult(await this.#api.json(path, { query: stepParams(query), signal }), 'unavailable');
  }

  async readLog(query: LogQuery, { signal }: CallOptions = {}): Promise<LogPage> {
    const params = nativeQuery(query);
    return fromWirePage(await this.#api.json(paths.log(query), { query: params, signal }), 'unavailable');
  }

  tailLog(query: LogQuery, { signal: outer }: CallOptions = {}): AsyncIterable<LogPage> {
    return leavable((signal) => {
      const read = (from: LogQuery, until: AbortSignal): Promise<LogPage> => this.readLog(from, { signal: until });
      return nativeTail({ api: this.#api, read }, query, this.#patience, signal);
    }, outer);
  }

  watch(query: WatchQuery, { signal: outer }: CallOptions = {}): AsyncIterable<Change> {
    return leavable((signal) => {
      const list = (until: AbortSignal): Promise<ExecutionList> => this.listExecutions({}, { signal: until });
      return nativeWatch({ api: this.#api, list }, query, this.#patience, signal);
    }, outer);
  }

  async statistics(query: StatisticsQuery, { signal }: CallOptions = {}): Promise<Statistics> {
    const answer = await this.#api.json(paths.statistics, { query: statisticsParams(query), signal });
    return fromStatistics(answer, 'unavailable');
  }

  async metrics({ execution }: ExecutionRef, { signal }: CallOptions = {}): Promise<readonly Metric[]> {
    return fromMetrics(await this.#api.json(paths.metrics(execution), { signal }), 'unavailable');
  }

  async deleteExecution({ execution, unchanged }: Deletion, { signal }: CallOptions = {}): Promise<void> {
    if (!this.capabilities.delete) throw new LogError('invalidRequest', 'Nothing can be deleted through this service.');
    const query = new URLSearchParams();
    if (unchanged) query.set('if_state', unchanged.status);
    if (unchanged) query.set('if_lines', String(unchanged.lines));
    await this.#api.json(paths.execution(execution), { method: 'DELETE', signal, query });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#api.close();
  }
}
