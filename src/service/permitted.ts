import { abortReason, onAbort } from '../base/abort.ts';
import { leavable } from '../base/leavable.ts';
import type { Served } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import type { Execution, ExecutionRef } from '../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../model/query.ts';
import type { Job, Runner } from '../model/runner.ts';
import type { LogSink } from '../model/sink.ts';
import type { CallOptions, Capabilities, Change, Deletion, LogSource } from '../model/source.ts';
import type { LogStatistics } from '../model/statistics.ts';
import { PermittedSink } from './permittedSink.ts';
import type { Grant } from './tokens.ts';
import { refused, Visibility } from './visibility.ts';
import { listVisible } from './visibleList.ts';

/** What is served, narrowed to what a token may see and do: no route can forget to ask. */
export function permitted(served: Served, grant: Grant): Served {
  const visible = new Visibility(served.source, grant);
  const { admin, runner, statistics } = served;
  const sinkFor = served.sinkFor?.bind(served);
  return {
    source: new PermittedSource(served.source, visible),
    ...(sinkFor &&
      grant.may('write') && {
        sinkFor: async (execution: string) => {
          const open = (): Promise<LogSink> => sinkFor(execution, grant.name);
          // To ask for the sink of what is there is a sign of life; what is not yet there has none.
          if (await visible.checkWritable(execution)) await open();
          return new PermittedSink(open, visible);
        },
      }),
    ...(admin &&
      grant.may('delete') && {
        admin: {
          deleteExecution: async (ref: Deletion, options?: CallOptions) => {
            await visible.check(ref.execution);
            await admin.deleteExecution(ref, options);
          },
        },
      }),
    ...(statistics && { statistics: permittedStatistics(statistics, visible) }),
    ...(runner && { runner: permittedRunner(runner, visible, grant) }),
  };
}

/** Counts of an execution for those who may see it, of several for those who may see all. */
function permittedStatistics(statistics: LogStatistics, visible: Visibility): LogStatistics {
  return {
    async statistics(query, options) {
      visible.checkValid();
      if (query.execution !== undefined) await visible.check(query.execution);
      else if (!visible.everything) throw refused();
      return statistics.statistics(query, options);
    },
    async metrics(ref, options) {
      await visible.check(ref.execution);
      return statistics.metrics(ref, options);
    },
  };
}

/** Jobs whose executions the bearer could see if the bearer started them; what is started is the bearer's. */
function permittedRunner(runner: Runner, visible: Visibility, grant: Grant): Runner {
  const jobs = async (options?: CallOptions): Promise<readonly Job[]> => {
    visible.checkValid();
    return (await runner.jobs(options)).filter(({ name }) => grant.sees({ id: '', name, user: grant.name }));
  };
  return {
    jobs,
    async start(request, options) {
      visible.checkValid();
      if (!grant.may('run')) throw refused();
      if (!visible.everything && !(await jobs(options)).some(({ id }) => id === request.job)) throw refused();
      return runner.start({ ...request, user: grant.name }, options);
    },
  };
}

class PermittedSource implements LogSource {
  readonly capabilities: Capabilities;
  readonly #source: LogSource;
  readonly #visible: Visibility;

  constructor(source: LogSource, visible: Visibility) {
    this.capabilities = source.capabilities;
    this.#source = source;
    this.#visible = visible;
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    this.#visible.checkValid();
    if (this.#visible.everything) return this.#source.listExecutions(query, options);
    return listVisible(this.#source, query, (execution) => this.#visible.sees(execution), options);
  }

  async getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution> {
    await this.#visible.check(ref.execution);
    return this.#source.getExecution(ref, options);
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    await this.#visible.check(query.execution);
    return this.#source.getStepResult(query, options);
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    await this.#visible.check(query.execution);
    return this.#source.readLog(query, options);
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return this.#stream(options, query.execution, (signal) => this.#source.tailLog(query, { signal }));
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    if (query.execution !== undefined || this.#visible.everything)
      return this.#stream(options, query.execution, (signal) => this.#source.watch(query, { signal }));
    return this.#stream(options, undefined, (signal) => this.#visibleChanges(query, signal));
  }

  /** What is served is its owner's. */
  async [Symbol.asyncDispose](): Promise<void> {}

  /** A stream that ends when its reader leaves or when the token is taken back. */
  #stream<T>(
    options: CallOptions | undefined,
    execution: string | undefined,
    open: (signal: AbortSignal) => AsyncIterable<T>,
  ): AsyncIterable<T> {
    const visible = this.#visible;
    const generate = async function* (left: AbortSignal): AsyncGenerator<T, void> {
      visible.checkValid();
      if (execution !== undefined) await visible.check(execution);
      const either = new AbortController();
      const forget = [left, visible.ended].map((signal) => onAbort(signal, () => either.abort(abortReason(signal))));
      try {
        yield* open(either.signal);
      } finally {
        for (const one of forget) one();
      }
    };
    return leavable(generate, options?.signal);
  }

  async *#visibleChanges(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    for await (const change of this.#source.watch(query, { signal }))
      if (await this.#isVisible(change.execution)) yield change;
  }

  async #isVisible(execution: string): Promise<boolean> {
    try {
      await this.#visible.check(execution);
      return true;
    } catch (error) {
      if (error instanceof LogError && error.code === 'forbidden') return false;
      throw error;
    }
  }
}
