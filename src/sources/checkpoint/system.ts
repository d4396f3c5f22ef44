import { delay } from '../../base/abort.ts';
import { matchesExecution } from '../../base/matchExecution.ts';
import { limitOf, pageHosts } from '../../base/pageHosts.ts';
import { pollingWatch } from '../../base/pollingWatch.ts';
import type { Told, Transcript } from '../../held/transcript.ts';
import type { Follower, TranscriptSystem } from '../../held/transcriptSystem.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionRef, ExecutionSummary } from '../../model/execution.ts';
import type { ExecutionList, StepResult } from '../../model/page.ts';
import type { ExecutionQuery, StepQuery, WatchQuery } from '../../model/query.ts';
import type { Change } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { Taken } from './addLines.ts';
import { CheckpointFiles } from './files.ts';
import { summaryOf, toldOf } from './toldOf.ts';

/** Checkpoint files as they are asked for again and again. */
export class CheckpointSystem implements TranscriptSystem {
  readonly can = { hosts: true, watch: 'poll', seekByTime: false } as const;
  readonly transcripts = { scheme: 'checkpoint' };
  readonly #files: CheckpointFiles;
  readonly #pause: number;
  readonly #taken = new WeakMap<Transcript, Taken>();

  /** `pause` is how long nobody looks while somebody follows, in milliseconds. */
  constructor(folder: string, pause: number) {
    this.#files = new CheckpointFiles(folder);
    this.#pause = pause;
  }

  async list(query: ExecutionQuery): Promise<ExecutionList> {
    const notices = await this.#files.look();
    return { ...this.#page(query), ...(notices.length > 0 && { notice: notices.join(' ') }) };
  }

  async refresh(transcript: Transcript): Promise<void> {
    const run = await this.#files.run(transcript.execution);
    const told = toldOf(run);
    const taken = this.#taken.get(transcript) ?? new Taken();
    this.#taken.set(transcript, taken);
    taken.add(transcript, run.state, isFinished(told.execution.status));
    transcript.tell(told);
  }

  async follow(transcript: Transcript, { signal, tell }: Follower): Promise<void> {
    for (;;) {
      try {
        await this.refresh(transcript);
        tell({ kind: 'live' });
      } catch (error) {
        const failure = LogError.from(error);
        if (failure.code !== 'unavailable') throw failure;
        // A drive that is away comes back.
        tell({ kind: 'polling', seconds: this.#pause / 1_000, why: failure.message });
      }
      if (transcript.isFinished) return;
      await delay(this.#pause, signal);
    }
  }

  /** Compares with what was seen before the watch began, so that nothing happens between a list and its watch. */
  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change> {
    const seen = {
      listExecutions: (list: ExecutionQuery) => Promise.resolve(this.#page(list)),
      getExecution: ({ execution }: ExecutionRef) => Promise.resolve(this.#told(execution).execution),
      getStepResult: (step: StepQuery) => Promise.resolve(this.#stepResult(step)),
    };
    const look = async (until: AbortSignal): Promise<void> => {
      await delay(this.#pause, until);
      await (query.execution === undefined ? this.#files.look() : this.#files.run(query.execution));
    };
    return pollingWatch(seen, query, look, signal);
  }

  #page({ filter, cursor, limit }: ExecutionQuery): ExecutionList {
    const executions = this.#files.runs
      .map(summaryOf)
      .filter((execution) => matchesExecution(execution, filter))
      .toSorted(newestFirst);
    const rest = cursor === undefined ? executions : executions.filter((one) => comesAfter(one, cursor));
    const page = rest.slice(0, limitOf(limit, 50));
    const last = page.at(-1);
    return {
      executions: page,
      total: executions.length,
      ...(last && page.length < rest.length && { next: cursorOf(last) }),
    };
  }

  #told(execution: string): Told {
    return toldOf(this.#files.known(execution));
  }

  #stepResult(query: StepQuery): StepResult {
    const { execution, hosts } = this.#told(query.execution);
    const step = execution.steps.find(({ id }) => id === query.step);
    if (!step) throw new LogError('notFound', `Execution "${query.execution}" has no step "${query.step}".`);
    return { step, ...pageHosts(hosts.get(step.id) ?? [], query, Date.now()) };
  }
}

function newestFirst(a: ExecutionSummary, b: ExecutionSummary): number {
  return (b.createdAt ?? 0) - (a.createdAt ?? 0) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** A cursor is the last row's time and id: the list goes on behind it, whatever has come or gone. */
function cursorOf({ createdAt, id }: ExecutionSummary): string {
  return `${createdAt ?? 0} ${id}`;
}

function comesAfter(execution: ExecutionSummary, cursor: string): boolean {
  const [, time, id] = /^(\d+) (.+)$/s.exec(cursor) ?? [];
  if (id === undefined)
    throw new LogError('invalidRequest', 'This cursor is none of this list. Read it from its start.');
  return newestFirst(execution, { ...execution, createdAt: Number(time), id }) > 0;
}
