import { lineAt } from '../../src/base/lineBatch.ts';
import { LogError } from '../../src/model/errors.ts';
import type { ExecutionRef } from '../../src/model/execution.ts';
import type { LogLine, LineColumns } from '../../src/model/line.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { LogScope, WatchQuery } from '../../src/model/query.ts';
import type {
  Append,
  Ending,
  HostEnd,
  HostRef,
  LogSink,
  NewExecution,
  StepRef,
  StepStart,
} from '../../src/model/sink.ts';
import type { CallOptions, Change, LogSource } from '../../src/model/source.ts';
import { MemoryStore } from '../../src/sources/memory.ts';

/** Where a test's lines become jobs. */
export interface JobStore {
  begin(id: string, about: NewExecution): Promise<void>;
  write(id: string, lines: LineColumns, from: number): Promise<void>;
  end(id: string, ending: Ending): Promise<void>;
}

/** A job has one log, so each host of an execution is a job here; the first of them is the execution's own. */
export class JobPerHost implements LogSink {
  readonly #store: JobStore;
  /** Knows what may be written, and what has been. */
  readonly #rules = new MemoryStore();
  readonly #about = new Map<string, NewExecution>();
  readonly #jobs = new Map<string, string>();
  readonly #written = new Map<string, number>();

  constructor(store: JobStore) {
    this.#store = store;
  }

  async createExecution(about: NewExecution): Promise<void> {
    await this.#rules.createExecution(about);
    if (this.#about.has(about.execution)) return;
    this.#about.set(about.execution, about);
    await this.#store.begin(about.execution, about);
  }

  async startStep(start: StepStart): Promise<void> {
    await this.#rules.startStep(start);
    const about = this.#about.get(start.execution);
    for (const { id: host } of start.hosts) {
      const key = keyOf({ ...start, host });
      if (!about || this.#jobs.has(key)) continue;
      const others = this.jobsOf(start.execution).length;
      const job = others === 0 ? start.execution : `${start.execution}~${others}`;
      this.#jobs.set(key, job);
      if (others > 0) await this.#store.begin(job, about);
    }
  }

  async startHost(host: HostRef & { readonly at: number }): Promise<void> {
    await this.#rules.startHost(host);
  }

  async append(batch: Append): Promise<void> {
    await this.#rules.append(batch);
    const job = this.jobOf(batch);
    if (job === undefined) throw new LogError('notFound', batch.host);
    const known = this.#written.get(job) ?? 0;
    const from = Math.max(0, known + 1 - batch.firstNumber);
    await this.#store.write(job, batch.lines, from);
    this.#written.set(job, Math.max(known, batch.firstNumber + batch.lines.count - 1));
  }

  async finishHost(end: HostEnd): Promise<void> {
    await this.#rules.finishHost(end);
    const job = this.jobOf(end);
    if (job !== undefined) await this.#store.end(job, end);
  }

  async finishStep(end: StepRef & Ending): Promise<void> {
    await this.#rules.finishStep(end);
  }

  async finishExecution(end: ExecutionRef & Ending): Promise<void> {
    await this.#rules.finishExecution(end);
    for (const job of new Set([end.execution, ...this.jobsOf(end.execution)])) await this.#store.end(job, end);
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  jobOf({ execution, step = '', host = '' }: LogScope): string | undefined {
    return this.#jobs.get(keyOf({ execution, step, host }));
  }

  hostOf(job: string): HostRef | undefined {
    const key = [...this.#jobs].find(([, id]) => id === job)?.[0];
    return key === undefined ? undefined : placeIn(key);
  }

  firstOf(execution: string, step: string): HostRef | undefined {
    return [...this.#jobs.keys()].map(placeIn).find((place) => place.execution === execution && place.step === step);
  }

  jobsOf(execution: string): string[] {
    return [...this.#jobs].filter(([key]) => placeIn(key).execution === execution).map(([, job]) => job);
  }
}

function keyOf({ execution, step, host }: HostRef): string {
  return JSON.stringify([execution, step, host]);
}

function placeIn(key: string): HostRef {
  const [execution = '', step = '', host = ''] = JSON.parse(key) as string[];
  return { execution, step, host };
}

/** Jobs under the names of the hosts that they stand for: one log each, and nothing wider. */
export function underHosts(source: LogSource, jobs: JobPerHost): LogSource {
  const theirs = <T extends LogScope>(query: T): T => {
    const job = jobs.jobOf(query);
    return job === undefined ? query : { ...query, execution: job, step: 'log', host: 'job' };
  };
  const page = (read: LogPage, { step = '', host = '' }: LogScope): LogPage => ({
    ...read,
    lines: { ...read.lines, origins: read.lines.origins.map((origin) => ({ ...origin, step, host })) },
  });
  return {
    capabilities: { ...source.capabilities, wideScopes: false },
    async listExecutions(query, options) {
      const list = await source.listExecutions(query, options);
      return { ...list, executions: list.executions.filter(({ id }) => !id.includes('~')) };
    },
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(theirs(query), options),
    readLog: async (query, options) => page(await source.readLog(theirs(query), options), query),
    async *tailLog(query, options) {
      for await (const one of source.tailLog(theirs(query), options)) yield page(one, query);
    },
    watch: (query, options) => watchUnderHosts(source, jobs, query, options),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

/** What befalls a job befalls its host, its step and its execution. */
async function* watchUnderHosts(
  source: LogSource,
  jobs: JobPerHost,
  query: WatchQuery,
  options?: CallOptions,
): AsyncGenerator<Change, void> {
  const { execution, step } = query;
  const place = execution === undefined || step === undefined ? undefined : jobs.firstOf(execution, step);
  if (place) {
    const job = jobs.jobOf(place) ?? '';
    for await (const { host } of source.watch({ execution: job, step: 'log' }, options))
      if (host !== undefined) yield place;
    return;
  }
  if (execution !== undefined) await source.getExecution({ execution }, options);
  for await (const change of source.watch({}, options)) {
    const of = jobs.hostOf(change.execution);
    const whose = of?.execution ?? change.execution;
    if (execution !== undefined && whose !== execution) continue;
    if (of) yield { execution: of.execution, step: of.step };
    yield { execution: whose };
  }
}

/** Lines one by one. */
export function linesFrom(lines: LineColumns, from: number): LogLine[] {
  const origins = [{ step: '', host: '', pointerPrefix: '' }];
  const batch = { ...lines, numbers: new Float64Array(lines.count), origins, originOf: new Uint16Array(lines.count) };
  return Array.from({ length: Math.max(0, lines.count - from) }, (_, i) => lineAt(batch, from + i));
}
