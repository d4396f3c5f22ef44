import { recordedTime, writtenTime, type Generation, type Place } from './times.ts';

export interface Entry {
  readonly time: number;
  readonly level: string;
  readonly message: string;
  readonly metadata: object;
}

export interface JobRow {
  readonly id: string;
  type: string | undefined;
  status: string;
  readonly name: string;
  readonly owner: string;
  readonly createdAt: number;
  finishedAt: number | undefined;
  readonly entries: Entry[];
  stats: object;
  result: object | null;
  error: string | null;
  place: Place;
}

export function isTerminal({ status }: JobRow): boolean {
  return ['succeeded', 'failed', 'completed'].includes(status);
}

export function entryOf(entry: Entry, generation: Generation, place: Place) {
  const { time, ...rest } = entry;
  return { timestamp: writtenTime(time, generation, place), ...rest };
}

/** The payload without its log. */
export function briefOf(row: JobRow, generation: Generation) {
  const { id, type, status, name, owner, stats, result, error, place } = row;
  const at = (time: number | undefined): string | null => recordedTime(time, generation, place);
  return {
    job_id: id,
    ...(type !== undefined && { job_type: type }),
    ...{ plan_id: null, task_id: 7, mode: 'single_node' },
    ...(generation === 'H' && { owner_id: owner, session_id: null }),
    ...{ status, error, result, stats, params: { expand_depth: 1 }, metadata: { target_task_name: name } },
    ...{ created_at: at(row.createdAt), started_at: at(row.createdAt), finished_at: at(row.finishedAt) },
    ...{ action_logs: [], action_cursor: null },
  };
}

/** In memory there are only the newest entries; in SQLite all of them. */
export function payloadOf(row: JobRow, generation: Generation, window: number) {
  const { entries, place } = row;
  const held = place === 'memory' && entries.length > window ? entries.slice(-window) : entries;
  return { ...briefOf(row, generation), logs: held.map((entry) => entryOf(entry, generation, place)) };
}

export function boardOf(rows: readonly JobRow[], limit: number) {
  const items = rows.map((row) => {
    const { job_id, status, created_at, started_at, finished_at, error } = briefOf(row, 'H');
    const about = { job_type: row.type ?? 'plan_decompose', label: row.name, session_id: null, plan_id: null };
    const times = { created_at, started_at, finished_at };
    return { category: 'task_creation', job_id, status, ...about, ...times, progress_percent: 0, error };
  });
  const group = (key: string, label: string, own: typeof items) => ({
    [key]: { key, label, total: own.length, running: 0, queued: 0, succeeded: 0, failed: 0, items: own },
  });
  return {
    generated_at: '2026-11-21 01:19:15',
    total: items.length,
    groups: {
      ...group('task_creation', 'Task Creation', items.reverse().slice(0, limit)),
      ...group('phagescope', 'PhageScope', []),
      ...group('code_executor', 'Code Executor', []),
    },
  };
}
