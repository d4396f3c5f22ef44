import { matchesExecution } from '../../../base/matchExecution.ts';
import { limitOf } from '../../../base/pageHosts.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import type { ExecutionList } from '../../../model/page.ts';
import type { ExecutionFilter, ExecutionQuery } from '../../../model/query.ts';
import type { Api } from '../../api.ts';
import { pathSegment } from '../../pathSegment.ts';
import { fieldsOf } from '../../values.ts';
import { askList } from './answers.ts';
import type { JobNames } from './jobNames.ts';
import type { Pace } from './pace.ts';
import { summaryOf } from './runs.ts';
import { wordOf } from './statuses.ts';
import type { ReadTime } from './zone.ts';

/** Runs that are asked for at once. */
const rowsAtOnce = 100;
/** So many requests are made at most to fill one page of a list that the system cannot filter as asked. */
const mostRequests = 5;
/** Where the runs of all jobs cannot be asked for, those of so many jobs are, this far back. */
const mostJobs = 50;
const mostRunsOfJob = 1_000;

/** Where a list goes on: so many rows in, after this run, which was begun then. */
const cursorForm = /^(\d{1,7})\.(\d{0,16})\.([^.\s]{1,1000})$/;

interface Place {
  readonly offset: number;
  readonly createdAt: number | undefined;
  readonly id: string;
}

interface Rows {
  readonly runs: readonly ExecutionSummary[];
  readonly isLast: boolean;
  readonly notice?: string;
}

/** The list of runs, newest first: of all jobs at once, or put together from those of each job. */
export class RunList {
  readonly #api: Api;
  readonly #names: JobNames;
  readonly #pace: Pace;
  readonly #readTime: ReadTime;
  /** The system has one list of all runs. */
  #hasHistory = true;

  constructor(api: Api, names: JobNames, pace: Pace, readTime: ReadTime) {
    this.#api = api;
    this.#names = names;
    this.#pace = pace;
    this.#readTime = readTime;
  }

  /** The system narrows as far as it can, the rest is done here: a page may be short, or empty, and have a next one. */
  async list(query: ExecutionQuery, signal: AbortSignal): Promise<ExecutionList> {
    const limit = limitOf(query.limit, 50);
    let place = placeOf(query.cursor);
    const executions: ExecutionSummary[] = [];
    let notice: string | undefined;
    for (let requests = 0; requests < mostRequests && executions.length < limit; requests++) {
      // One row again, to see whether runs that were begun since have moved the others on.
      const from = Math.max(0, (place?.offset ?? 0) - 1);
      const rows = await this.#rows(query.filter ?? {}, from, signal);
      ({ notice } = rows);
      let at = place ? firstAfter(place, rows.runs) : 0;
      for (; at < rows.runs.length && executions.length < limit; at++) {
        const run = rows.runs[at];
        if (!run) break;
        if (matchesExecution(run, query.filter)) executions.push(run);
        place = { offset: from + at + 1, createdAt: run.createdAt, id: run.id };
      }
      if (at >= rows.runs.length && rows.isLast) return { executions, ...(notice !== undefined && { notice }) };
      // All of these were told already, and are still not the last.
      if (place && place.offset < from + at) place = { ...place, offset: from + at };
    }
    return { executions, ...(place && { next: cursorOf(place) }), ...(notice !== undefined && { notice }) };
  }

  async #rows(filter: ExecutionFilter, skip: number, signal: AbortSignal): Promise<Rows> {
    const names = await this.#names.all(signal);
    const only = filter.statuses?.length === 1 ? filter.statuses[0] : undefined;
    const status = only === undefined ? undefined : wordOf(only);
    if (filter.job !== undefined) return this.#ofJob(filter.job, names, status, skip, signal);
    if (this.#hasHistory) {
      const history = await this.#history(names, status, skip, signal);
      if (history) return history;
      this.#hasHistory = false;
    }
    return this.#merged(names, status, skip, signal);
  }

  async #history(
    names: ReadonlyMap<string, string>,
    status: string | undefined,
    skip: number,
    signal: AbortSignal,
  ): Promise<Rows | undefined> {
    try {
      return await this.#ask('/api/cronjobs/history/runs', names, status, skip, rowsAtOnce, signal);
    } catch (error) {
      // Where there is no such path, "history" is taken for the id of a job.
      const { code, message } = LogError.from(error);
      if (code !== 'notFound' && code !== 'invalidRequest') throw error;
      this.#api.trace(`There is no list of all runs: ${message}`);
      return undefined;
    }
  }

  async #ofJob(
    job: string,
    names: ReadonlyMap<string, string>,
    status: string | undefined,
    skip: number,
    signal: AbortSignal,
    rows = rowsAtOnce,
  ): Promise<Rows> {
    try {
      const path = `/api/cronjobs/${pathSegment(job)}/runs`;
      return await this.#ask(path, names, status, skip, rows, signal, job);
    } catch (error) {
      if (error instanceof LogError && error.code === 'notFound') return { runs: [], isLast: true };
      throw error;
    }
  }

  async #merged(
    names: ReadonlyMap<string, string>,
    status: string | undefined,
    skip: number,
    signal: AbortSignal,
  ): Promise<Rows> {
    const jobs = [...names.keys()];
    const runs: ExecutionSummary[] = [];
    let isLast = true;
    const wanted = Math.min(mostRunsOfJob, skip + rowsAtOnce);
    for (const job of jobs.slice(0, mostJobs)) {
      const own = await this.#ofJob(job, names, status, 0, signal, wanted);
      runs.push(...own.runs);
      isLast &&= own.isLast;
    }
    runs.sort((a, b) => (b.createdAt ?? 0) - (a.createdAt ?? 0));
    const rows = runs.slice(skip, skip + rowsAtOnce);
    const hidden =
      jobs.length > mostJobs ? `Only runs of the first ${mostJobs} of ${jobs.length} jobs are listed.` : '';
    const ends = (isLast && skip + rowsAtOnce >= runs.length) || rows.length === 0;
    return { runs: rows, isLast: ends, ...(hidden !== '' && { notice: hidden }) };
  }

  async #ask(
    path: string,
    names: ReadonlyMap<string, string>,
    status: string | undefined,
    skip: number,
    limit: number,
    signal: AbortSignal,
    job?: string,
  ): Promise<Rows> {
    const query = new URLSearchParams({ skip: String(skip), limit: String(limit) });
    if (status !== undefined) query.set('status_filter', status);
    const list = await askList(this.#api, path, ['runs', 'job_runs', 'items', 'results'], {
      query,
      signal,
      timeout: this.#pace.answer,
    });
    const runs = list.flatMap((run) => summaryOf(fieldsOf(run), names, this.#readTime, job) ?? []);
    return { runs, isLast: list.length < limit };
  }
}

/** Index of the first row that has not been told when the list was told up to `place`. */
function firstAfter(place: Place, runs: readonly ExecutionSummary[]): number {
  const known = runs.findIndex(({ id }) => id === place.id);
  if (known >= 0) return known + 1;
  // It is further on, or gone: what is newer has been told.
  const { createdAt } = place;
  if (createdAt === undefined) return Math.min(1, runs.length);
  const older = runs.findIndex((run) => (run.createdAt ?? 0) <= createdAt);
  return older < 0 ? runs.length : older;
}

function placeOf(cursor: string | undefined): Place | undefined {
  if (cursor === undefined) return undefined;
  const [, offset, createdAt = '', id = ''] = cursorForm.exec(cursor) ?? [];
  try {
    if (offset !== undefined)
      return {
        offset: Number(offset),
        createdAt: createdAt === '' ? undefined : Number(createdAt),
        id: decodeURIComponent(id),
      };
  } catch {
    // It has been damaged.
  }
  throw new LogError('invalidRequest', 'That is no place in this list; read it from its start again.');
}

function cursorOf({ offset, createdAt, id }: Place): string {
  return `${offset}.${createdAt ?? ''}.${encodeURIComponent(id).replaceAll('.', '%2E')}`;
}
