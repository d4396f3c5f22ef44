import { abortReason, anySignal, unlessAborted } from '../base/abort.ts';
import { leavable } from '../base/leavable.ts';
import { checkQuery } from '../base/pageRequest.ts';
import type { Reading } from '../base/readPage.ts';
import { LogError } from '../model/errors.ts';
import type { Execution, ExecutionRef } from '../model/execution.ts';
import type { ExecutionList, LogPage, StepResult } from '../model/page.ts';
import type { ExecutionQuery, LogQuery, Position, StepQuery, WatchQuery } from '../model/query.ts';
import type { CallOptions, Capabilities, Change, LogSource } from '../model/source.ts';
import { Following } from './following.ts';
import { pageBeforeEnd, tailPages } from './heldPages.ts';
import { Transcript } from './transcript.ts';
import type { TranscriptSystem } from './transcriptSystem.ts';

/** Executions whose lines are kept for the next page that is asked for. */
const mostTranscripts = 8;

interface Kept {
  readonly transcript: Transcript;
  readonly following: Following;
  refreshing?: Promise<void> | undefined;
  readers: number;
}

/** A `LogSource` of what a system says when it is asked again and again: holds its lines, and gives them pointers. */
export class TranscriptSource implements LogSource {
  readonly capabilities: Capabilities;
  readonly #system: TranscriptSystem;
  readonly #kept = new Map<string, Kept>();
  readonly #ended = new AbortController();
  #watching = 0;

  constructor(system: TranscriptSystem) {
    this.#system = system;
    this.capabilities = {
      pointers: 'session',
      seekByLine: true,
      seekByTime: true,
      totals: true,
      filters: true,
      wideScopes: true,
      delete: false,
      foreign: true,
      ...system.can,
    };
  }

  /** How many tails and watches wait for something to happen. */
  get waiting(): number {
    const watching = this.#system.waiting ?? this.#watching;
    return [...this.#kept.values()].reduce((sum, { transcript }) => sum + transcript.news.waiting, watching);
  }

  async listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList> {
    return this.#within(options, (signal) => this.#system.list(query, signal));
  }

  async getExecution({ execution }: ExecutionRef, options?: CallOptions): Promise<Execution> {
    return (await this.#fresh(execution, options)).transcript.described;
  }

  async getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult> {
    return (await this.#fresh(query.execution, options)).transcript.stepResult(query);
  }

  async readLog(query: LogQuery, options?: CallOptions): Promise<LogPage> {
    checkQuery(query);
    const known = await this.#readKnown(query, options);
    if (known) return known;
    const { transcript } = await this.#fresh(query.execution, options);
    return (await transcript.read(query, options?.signal)).page;
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
    for (const { transcript, following } of this.#kept.values()) {
      following.end(reason);
      transcript.news.close(reason);
    }
    await this.#system.dispose?.();
  }

  async *#tail(query: LogQuery, signal: AbortSignal): AsyncGenerator<LogPage, void> {
    checkQuery(query);
    this.#check({ signal });
    const kept = this.#keep(query.execution);
    const { transcript, following } = kept;
    following.join();
    try {
      await this.#refresh(kept, signal);
      // Nobody reads it up to date while the system does.
      while (kept.refreshing) await this.#refresh(kept, signal);
      if (!transcript.isFinished) following.begin();
      const read = (position: Position): Promise<Reading> => transcript.read({ ...query, position }, signal);
      yield* tailPages({ news: transcript.news, upkeep: following, read }, query.position, signal);
    } finally {
      following.leave();
      this.#letGo();
    }
  }

  async *#watch(query: WatchQuery, signal: AbortSignal): AsyncGenerator<Change, void> {
    this.#check({ signal });
    if (query.execution !== undefined) await this.#checkScope(query.execution, query.step, signal);
    const until = anySignal([signal, this.#ended.signal]);
    this.#watching++;
    try {
      yield* this.#system.watch(query, until.signal);
    } finally {
      this.#watching--;
      until.dispose();
    }
  }

  async #checkScope(execution: string, step: string | undefined, signal: AbortSignal): Promise<void> {
    const { transcript } = await this.#fresh(execution, { signal });
    if (step !== undefined) transcript.stepResult({ execution, step, limit: 1 });
  }

  async #readKnown(query: LogQuery, options: CallOptions | undefined): Promise<LogPage | undefined> {
    this.#check(options);
    const transcript = this.#kept.get(query.execution)?.transcript;
    if (!transcript?.told) return undefined;
    const read = (): Promise<Reading> => transcript.read(query, options?.signal);
    return pageBeforeEnd(query.position, read, ['invalidPointer', 'notFound']);
  }

  async #fresh(execution: string, options: CallOptions | undefined): Promise<Kept> {
    this.#check(options);
    const kept = this.#keep(execution);
    kept.readers++;
    try {
      await this.#refresh(kept, options?.signal);
      return kept;
    } finally {
      kept.readers--;
      this.#letGo();
    }
  }

  /** Those who ask at the same time ask once; who leaves does not stop the others. */
  async #refresh(kept: Kept, signal: AbortSignal | undefined): Promise<void> {
    if (kept.following.isOn && kept.transcript.told) return;
    kept.refreshing ??= kept.following.letGo
      .then(() => this.#system.refresh(kept.transcript, this.#ended.signal))
      .finally(() => {
        kept.refreshing = undefined;
      });
    const { refreshing } = kept;
    await (signal ? unlessAborted(refreshing, signal) : refreshing);
  }

  #keep(execution: string): Kept {
    const known = this.#kept.get(execution);
    const transcript = known?.transcript ?? new Transcript(execution, this.#system.transcripts);
    const kept = known ?? { transcript, following: new Following(this.#system, transcript), readers: 0 };
    // The one used last is the last to go.
    this.#kept.delete(execution);
    this.#kept.set(execution, kept);
    return kept;
  }

  #letGo(): void {
    for (const [id, { transcript, following, readers }] of this.#kept) {
      if (following.isWanted || readers > 0) continue;
      if (this.#kept.size > mostTranscripts || !transcript.told) this.#kept.delete(id);
    }
  }

  async #within<T>(options: CallOptions | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#check(options);
    const until = anySignal([options?.signal, this.#ended.signal]);
    try {
      return await unlessAborted(work(until.signal), until.signal);
    } finally {
      until.dispose();
    }
  }

  #check(options?: CallOptions): void {
    if (this.#ended.signal.aborted) throw abortReason(this.#ended.signal);
    if (options?.signal?.aborted) throw abortReason(options.signal);
  }
}
