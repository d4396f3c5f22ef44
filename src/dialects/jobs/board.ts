import { isoTime } from '../../base/isoTime.ts';
import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { looks } from '../../base/looks.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import type { HttpAnswer, HttpCall } from '../http.ts';
import type { Asked, AskedJobs } from './asked.ts';
import { countParam, switchParam } from './call.ts';
import { eventStreamAnswer, eventText } from './events.ts';
import { errorOf, jobType, planOf } from './payload.ts';
import { jobStatus, type JobStatus } from './words.ts';

/** GAgent's groups; what is neither of the first two runs code. */
const groups = { task_creation: 'Task Creation', phagescope: 'PhageScope', code_executor: 'Code Executor' } as const;
type Group = keyof typeof groups;

const groupOfType: Readonly<Record<string, Group>> = {
  plan_decompose: 'task_creation',
  phagescope_track: 'phagescope',
};

/** How many executions are looked at for one board, and in how many pages: some hold few that may be seen. */
const mostLooked = 2_000;
const mostPages = 8;
/** How often a board is looked at again at least, and at most, in milliseconds. */
const everySoOften = 4_000;
const pause = 500;

export interface BoardQuery {
  readonly limit: number;
  readonly session?: string;
  readonly plan?: string;
  readonly finished: boolean;
}

export function boardQuery(call: HttpCall): BoardQuery {
  const session = call.query.get('session_id') ?? '';
  const plan = call.query.get('plan_id') ?? '';
  return {
    limit: countParam(call, 'limit', { usual: 50, most: 500 }),
    ...(session !== '' && { session }),
    ...(plan !== '' && { plan }),
    finished: switchParam(call, 'include_finished', true),
  };
}

/** The newest jobs of each group. */
export async function boardOf(source: LogSource, asked: AskedJobs, query: BoardQuery, options: CallOptions) {
  const items = new Map<Group, ReturnType<typeof itemOf>[]>();
  for await (const execution of executions(source, options)) {
    const about = asked.of(execution.id);
    if (!isWanted(execution, about, query)) continue;
    const item = itemOf(execution, about);
    const alike = items.get(item.category) ?? [];
    items.set(item.category, alike);
    if (alike.length < query.limit) alike.push(item);
  }
  const all = Object.entries(groups).map(([key, label]) => [key, groupOf(key, label, items.get(key as Group) ?? [])]);
  const total = [...items.values()].reduce((sum, { length }) => sum + length, 0);
  return { generated_at: isoTime(Date.now()), total, groups: Object.fromEntries(all) as Record<Group, object> };
}

/** The board whenever it changes, without an end. */
export function boardStream(call: HttpCall, source: LogSource, asked: AskedJobs, heartbeat: number): HttpAnswer {
  const query = boardQuery(call);
  const beat = { every: heartbeat, text: async () => eventText({ type: 'heartbeat' }) };
  const boards = async function* (signal: AbortSignal): AsyncGenerator<string, void> {
    const news = mergeStreams<unknown>(
      [source.watch({}, { signal })],
      [leavable((inner) => looks(everySoOften, inner), signal)],
    );
    let told = '';
    for await (const _ of news) {
      const board = await boardOf(source, asked, query, { signal });
      const words = JSON.stringify(board.groups);
      if (words !== told) yield eventText({ type: 'snapshot', board });
      told = words;
      await delay(pause, signal);
    }
  };
  return eventStreamAnswer({ opening: ': open\n\n', parts: [boards], beat, end: async () => '' }, call.signal);
}

async function* executions(source: LogSource, options: CallOptions): AsyncGenerator<ExecutionSummary, void> {
  let cursor: string | undefined;
  for (let looked = 0, pages = 0; looked < mostLooked && pages < mostPages; pages++) {
    const list = await source.listExecutions({ limit: 500, ...(cursor !== undefined && { cursor }) }, options);
    yield* list.executions;
    looked += list.executions.length;
    cursor = list.next;
    if (cursor === undefined) return;
  }
}

function isWanted(execution: ExecutionSummary, about: Asked | undefined, query: BoardQuery): boolean {
  const status = jobStatus(execution.status);
  if (!query.finished && (status === 'succeeded' || status === 'failed')) return false;
  if (query.session !== undefined && about?.session !== query.session) return false;
  return query.plan === undefined || String(planOf(execution, about) ?? '') === query.plan;
}

function itemOf(execution: ExecutionSummary, about: Asked | undefined) {
  const type = jobType(execution);
  const status = jobStatus(execution.status);
  return {
    category: Object.hasOwn(groupOfType, type) ? (groupOfType[type] ?? 'code_executor') : 'code_executor',
    job_id: execution.id,
    job_type: type,
    status,
    label: execution.name,
    session_id: about?.session ?? null,
    plan_id: planOf(execution, about),
    created_at: isoTime(execution.createdAt ?? execution.startedAt),
    started_at: isoTime(execution.startedAt),
    finished_at: isoTime(execution.endedAt),
    progress_status: status,
    error: errorOf(execution),
  };
}

function groupOf(key: string, label: string, items: readonly { readonly status: JobStatus }[]) {
  const count = (status: JobStatus): number => items.filter((item) => item.status === status).length;
  return {
    key,
    label,
    total: items.length,
    running: count('running'),
    queued: count('queued'),
    succeeded: count('succeeded'),
    failed: count('failed'),
    items,
  };
}
