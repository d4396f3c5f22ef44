import type { Answer } from './accounts.ts';
import { bare, enveloped } from './accounts.ts';

export interface HostRow {
  host_id: string | number;
  host_name: string;
  host_ip: string;
  status: string;
  exit_code?: number;
}

export interface StepRow {
  readonly id: number;
  readonly name: string;
  readonly order: number;
  status: string;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  readonly hosts: HostRow[];
}

export interface ExecutionRow {
  readonly id: number;
  /** Beyond what a number can hold. */
  readonly executionId: string;
  readonly name: string;
  readonly user: string;
  readonly isLatest: boolean;
  readonly createdAt: number;
  status: string;
  message: string;
  finishedAt: number | undefined;
  readonly steps: StepRow[];
}

const words = ['pending', 'running', 'success', 'failed', 'cancelled', 'timeout', 'paused', 'retrying'];

/** Times are written with an offset, to the microsecond. */
export function isoTime(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString().replace(/Z$/, '000+00:00');
}

function seconds(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : (to - from) / 1_000;
}

function common(row: ExecutionRow) {
  const { id, executionId, name, status, user, message, createdAt, finishedAt } = row;
  return {
    ...{ id, execution_id: executionId, execution_type: 'quick_script', execution_type_display: '快速脚本', name },
    ...{
      description: '',
      status,
      status_display: status,
      trigger_type: 'manual',
      executed_by: 1,
      executed_by_name: user,
    },
    ...{
      execution_parameters: {},
      error_message: message,
      created_at: isoTime(createdAt),
      started_at: isoTime(createdAt),
    },
    ...{ finished_at: isoTime(finishedAt), duration: seconds(createdAt, finishedAt), retry_count: 0, max_retries: 3 },
    is_completed: ['success', 'failed', 'cancelled', 'timeout'].includes(status),
    is_running: ['pending', 'running'].includes(status),
    related_object_info: null,
  };
}

function briefStep({ id, name, order, status, startedAt, finishedAt }: StepRow) {
  const times = { started_at: isoTime(startedAt), finished_at: isoTime(finishedAt) };
  return { id, step_name: name, step_order: order, status, ...times, duration: seconds(startedAt, finishedAt) };
}

export function detailContent(row: ExecutionRow) {
  const own = common(row);
  const urls = (view: string) => `/api/realtime/sse/${view}/${row.executionId}/`;
  const steps = row.steps.toSorted((a, b) => a.order - b.order);
  return {
    ...own,
    execution_results: {},
    steps: steps.map((step) => ({ ...briefStep(step), step_type: 'script', host_count: step.hosts.length })),
    realtime_urls: own.is_running ? { logs: urls('logs'), status: urls('status'), combined: urls('combined') } : null,
  };
}

/** Exit codes and times of hosts are columns that the engine leaves empty. */
export function stepContent(step: StepRow) {
  const hosts = step.hosts.map(({ host_id: id, host_name: name, host_ip: ip, status, exit_code: code }) => ({
    ...{ id, name, ip, status, exit_code: code ?? null },
    ...{ started_at: null, finished_at: null },
  }));
  return { ...briefStep(step), hosts };
}

export function listAnswer(rows: readonly ExecutionRow[], query: URLSearchParams): Answer {
  const word = query.get('status');
  if (word !== null && word !== '' && !words.includes(word))
    return { status: 400, body: { status: [`Select a valid choice. ${word} is not one of the available choices.`] } };
  const has = (text: string, name: string) => text.toLowerCase().includes((query.get(name) ?? '').toLowerCase());
  const time = (name: string) => Date.parse(query.get(name) ?? '');
  const found = rows
    .filter((row) => query.get('include_retries') === 'true' || row.isLatest)
    .filter((row) => (word ? row.status === word : true) && has(row.name, 'name') && has(row.user, 'executed_by'))
    .filter(({ createdAt }) => !(createdAt < time('start_date')) && !(createdAt > time('end_date')))
    .toSorted((a, b) => b.createdAt - a.createdAt || b.id - a.id);
  const size = Math.min(100, Number(query.get('page_size')) || 10);
  const page = Number(query.get('page') ?? 1);
  if (!Number.isInteger(page) || page < 1 || (page > 1 && (page - 1) * size >= found.length))
    return bare(404, '无效页面。');
  const results = found.slice((page - 1) * size, page * size).map((row) => ({
    ...common(row),
    ...{ client_ip: '127.0.0.1', user_agent: '', total_retry_count: 0, has_retries: false, is_latest: row.isLatest },
  }));
  return enveloped({ total: found.length, page_size: size, page, results });
}
