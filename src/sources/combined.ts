import { leavable } from '../base/leavable.ts';
import type { Execution, ExecutionRef } from '../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../model/page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from '../model/query.ts';
import type { CallOptions, Capabilities, Change, LogAdmin, LogSource } from '../model/source.ts';
import { Either } from './combined/either.ts';
import { listBoth } from './combined/list.ts';
import { watchAll, watchOne } from './combined/watch.ts';

/**
 * Where executions run and where they are kept after they have ended, as one: an execution is looked for live first,
 * then in the archive, also while it moves and while live is unavailable. The archive holds whole executions only, and
 * its copies keep their pointers, so that a pointer, a page and a tail go on after the move as if nothing had happened.
 * Disposes both.
 */
export function combined(live: LogSource, archive: LogSource): LogSource {
  return new CombinedSource(live, archive);
}

export { combinedStatistics } from './combined/statistics.ts';

/** Deletes from both; what runs is refused as `live` refuses it. */
export function combinedAdmin(live: LogAdmin, archive: LogAdmin): LogAdmin {
  const either = new Either(live, archive);
  return {
    deleteExecution: (ref, options) => either.askBoth((admin) => admin.deleteExecution(ref, options), options),
    ...usedBytesOf([live, archive]),
  };
}

/** What those take who can tell: what is live only passes through. */
function usedBytesOf(admins: readonly LogAdmin[]): Pick<LogAdmin, 'usedBytes'> {
  const known = admins.filter((admin) => admin.usedBytes !== undefined);
  if (known.length === 0) return {};
  return {
    async usedBytes(options) {
      const all = await Promise.all(known.map(async (admin) => (await admin.usedBytes?.(options)) ?? 0));
      return all.reduce((sum, bytes) => sum + bytes, 0);
    },
  };
}

class CombinedSource implements LogSource {
  readonly #live: LogSource;
  readonly #archive: LogSource;
  readonly #either: Either<LogSource>;

  constructor(live: LogSource, archive: LogSource) {
    this.#live = live;
    this.#archive = archive;
    this.#either = new Either(live, archive);
  }

  /** What both can do. */
  get capabilities(): Capabilities {
    const { capabilities: one } = this.#live;
    const { capabilities: other } = this.#archive;
    return {
      pointers: one.pointers === 'stable' ? other.pointers : 'session',
      seekByLine: one.seekByLine && other.seekByLine,
      seekByTime: one.seekByTime && other.seekByTime,
      totals: one.totals && other.totals,
      filters: one.filters && other.filters,
      wideScopes: one.wideScopes && other.wideScopes,
      watch: one.watch === 'push' ? other.watch : 'poll',
      hosts: one.hosts && other.hosts,
      delete: one.delete && other.delete,
    };
  }

  listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    return listBoth([this.#live, this.#archive], query, options);
  }

  getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution> {
    return this.#either.ask((source) => source.getExecution(ref, options), options);
  }

  getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    return this.#either.ask((source) => source.getStepResult(query, options), options);
  }

  readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    return this.#either.ask((source) => source.readLog(query, options), options);
  }

  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage> {
    return leavable((signal) => this.#tail(query, signal), options?.signal);
  }

  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change> {
    return leavable((signal) => {
      const { execution } = query;
      return execution === undefined
        ? watchAll(this.#live, this.#archive, signal)
        : watchOne(this.#live, this.#archive, { ...query, execution }, signal);
    }, options?.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#live[Symbol.asyncDispose](), this.#archive[Symbol.asyncDispose]()]);
  }

  /** A tail whose log moves away under it goes on behind the last line it gave. */
  async *#tail(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    let { position } = query;
    yield* this.#either.askInTurn(async function* (source) {
      for await (const page of source.tailLog({ ...query, position }, { signal })) {
        position = { at: 'after', pointer: page.newer };
        yield page;
      }
    }, signal);
  }
}
