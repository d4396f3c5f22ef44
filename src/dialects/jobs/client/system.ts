import { delay } from '../../../base/abort.ts';
import { matchesExecution } from '../../../base/matchExecution.ts';
import { limitOf } from '../../../base/pageHosts.ts';
import { pollingWatch } from '../../../base/pollingWatch.ts';
import { Transcript } from '../../../held/transcript.ts';
import type { Follower, TranscriptSystem } from '../../../held/transcriptSystem.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import type { ExecutionList } from '../../../model/page.ts';
import type { ExecutionQuery, WatchQuery } from '../../../model/query.ts';
import type { Change } from '../../../model/source.ts';
import { isFinished } from '../../../model/status.ts';
import { summariesOn } from './board.ts';
import type { JobsConnection } from './connection.ts';
import { followJob, type JobsPace } from './followJob.ts';
import { JobReading } from './jobReading.ts';
import { JobsApi } from './jobsApi.ts';
import { summaryOf } from './told.ts';

/** How many jobs that were opened by their ids are listed; the oldest go first. */
const mostOpened = 200;

/** How many of them are looked at again for a list, those that still run and were opened last. */
const mostLooks = 10;

const noList =
  'This server keeps no list of its jobs. Open a job by its id; jobs that were opened since then are listed here.';

/** A GAgent of either version, or a service of ours under the same paths. */
export class JobsSystem implements TranscriptSystem {
  readonly can = { hosts: false, watch: 'poll', inferred: true } as const;
  readonly transcripts = { scheme: 'jobs' };
  readonly #api: JobsApi;
  readonly #connection: JobsConnection;
  readonly #pace: JobsPace;
  readonly #readings = new WeakMap<Transcript, JobReading>();
  readonly #opened = new Map<string, ExecutionSummary>();
  #pauses = 0;
  #isFound = false;

  constructor(connection: JobsConnection, pace: JobsPace) {
    this.#api = new JobsApi(connection);
    this.#connection = connection;
    this.#pace = pace;
  }

  get waiting(): number {
    return this.#pauses;
  }

  /** The board where there is one, and what was opened by its id. */
  async list(query: ExecutionQuery, signal: AbortSignal): Promise<ExecutionList> {
    const limit = limitOf(query.limit, 50);
    const board = await this.#api.board(signal);
    this.#found();
    const onBoard = board ? summariesOn(board) : [];
    await this.#lookAgain(new Set(onBoard.map(({ id }) => id)), signal);
    const all = new Map(this.#opened);
    for (const summary of onBoard) all.set(summary.id, summary);
    const { type } = this.#connection;
    const found = [...all.values()]
      .filter((summary) => (type === undefined || summary.kind === type) && matchesExecution(summary, query.filter))
      .toSorted((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    const start = query.cursor === undefined ? 0 : found.findIndex(({ id }) => id === query.cursor) + 1;
    if (start === 0 && query.cursor !== undefined)
      throw new LogError('invalidRequest', 'The list has changed; read it from its start again.');
    const executions = found.slice(start, start + limit);
    const next = start + executions.length < found.length ? executions.at(-1)?.id : undefined;
    return {
      executions,
      total: found.length,
      ...(next !== undefined && { next }),
      ...(!board && { notice: noList }),
    };
  }

  async refresh(transcript: Transcript, signal: AbortSignal): Promise<void> {
    try {
      await this.#reading(transcript).refresh(signal);
      this.#found();
    } catch (error) {
      if (error instanceof LogError && error.code === 'notFound') this.#opened.delete(transcript.execution);
      throw error;
    }
  }

  async follow(transcript: Transcript, follower: Follower): Promise<void> {
    const { patience = 300_000 } = this.#connection.options;
    await followJob(this.#reading(transcript), follower, { api: this.#api, pace: this.#pace, patience });
  }

  watch(query: WatchQuery, signal: AbortSignal): AsyncIterable<Change> {
    const asked = async (execution: string): Promise<Transcript> => {
      const transcript = new Transcript(execution, this.transcripts);
      await this.refresh(transcript, signal);
      return transcript;
    };
    const source = {
      listExecutions: (list: ExecutionQuery) => this.list(list, signal),
      getExecution: async (ref: { readonly execution: string }) => (await asked(ref.execution)).described,
      getStepResult: async (step: { readonly execution: string; readonly step: string }) =>
        (await asked(step.execution)).stepResult(step),
    };
    return pollingWatch(source, query, (until) => this.#pause(until), signal);
  }

  async #pause(signal: AbortSignal): Promise<void> {
    this.#pauses++;
    try {
      await delay(this.#pace.watching, signal);
    } finally {
      this.#pauses--;
    }
  }

  async dispose(): Promise<void> {
    this.#api.close();
  }

  /** Which version it is, or a service of ours, is not for a client to know. */
  #found(): void {
    if (!this.#isFound) this.#connection.options.found?.({ name: 'GAgent' });
    this.#isFound = true;
  }

  #reading(transcript: Transcript): JobReading {
    const known = this.#readings.get(transcript);
    if (known) return known;
    const { type } = this.#connection;
    const reading = new JobReading(transcript, { api: this.#api, type, seen: (summary) => this.#remember(summary) });
    this.#readings.set(transcript, reading);
    return reading;
  }

  /** What is on no board tells of its end to those who ask only. */
  async #lookAgain(onBoard: ReadonlySet<string>, signal: AbortSignal): Promise<void> {
    const open = [...this.#opened.values()].filter(({ id, status }) => !isFinished(status) && !onBoard.has(id));
    const looks = open.slice(-mostLooks).map(async ({ id }) => {
      try {
        this.#remember(summaryOf(id, await this.#api.job(id, signal)));
      } catch (error) {
        if (!(error instanceof LogError)) throw error;
        // It may be had later; what is gone for good is not listed.
        if (error.code === 'notFound') this.#opened.delete(id);
      }
    });
    await Promise.all(looks);
  }

  #remember(summary: ExecutionSummary): void {
    this.#opened.set(summary.id, summary);
    const oldest = this.#opened.keys().next().value;
    if (this.#opened.size > mostOpened && oldest !== undefined) this.#opened.delete(oldest);
  }
}
