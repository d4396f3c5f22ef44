import { usualType } from './words.ts';

/** This dialect as OpenAPI 3.1 tells it, by method and path; schemas are JSON Schema 2020-12. */

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const time = { type: ['string', 'null'], format: 'date-time' };
const count = { type: 'integer', minimum: 0 };
const id = { type: ['string', 'integer', 'null'], description: 'A number where it looks like one.' };
const status = { type: 'string', enum: ['queued', 'running', 'succeeded', 'failed'] };
const anything = { type: 'object' };

function object(properties: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) {
  return { type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) };
}

function list(items: object) {
  return { type: 'array', items };
}

const entry = object({
  timestamp: time,
  level: { type: 'string', enum: ['debug', 'info', 'warning', 'error', 'stdout', 'stderr'] },
  message: text,
  metadata: { type: 'object', description: 'Step, host, stream, number and pointer of the line, and its fields.' },
});

const action = object({
  ...{ id: count, plan_id: id, job_id: text, job_type: text, sequence: count, session_id: textOrNull },
  ...{ user_message: textOrNull, action_kind: text, action_name: text },
  status: { type: 'string', enum: ['queued', 'running', 'completed', 'failed'] },
  ...{ success: { type: ['boolean', 'null'] }, message: textOrNull, details: anything },
  ...{ created_at: time, updated_at: time },
});

const job = {
  job_id: text,
  job_type: { type: 'string', description: `The execution's kind; ${usualType} when it has none.` },
  ...{ status, plan_id: id, task_id: id, mode: textOrNull, owner_id: textOrNull, session_id: textOrNull },
  result: { type: ['object', 'null'] },
  stats: object({
    ...{ executed: count, failed: count, skipped: count, total_steps: count, current_step: count },
    progress_percent: count,
  }),
  ...{ params: anything, metadata: anything, error: textOrNull },
  ...{ created_at: time, started_at: time, finished_at: time },
};

const group = object({
  ...{ key: text, label: text, total: count, running: count, queued: count, succeeded: count, failed: count },
  items: list(
    object({
      ...{ category: text, job_id: text, job_type: text, status, label: text, session_id: textOrNull, plan_id: id },
      ...{ created_at: time, started_at: time, finished_at: time, progress_status: status, error: textOrNull },
    }),
  ),
});

export const jobsSchemas = {
  JobWithLogs: object({ ...job, logs: list(entry) }),
  JobWithActions: object({ ...job, logs: list(entry), action_logs: list(action), action_cursor: textOrNull }),
  JobTail: object({
    ...{ job_id: text, log_path: text, total_lines: count, lines: list(text), truncated: { type: 'boolean' } },
  }),
  JobBoard: object({
    generated_at: time,
    total: count,
    groups: object({ task_creation: group, phagescope: group, code_executor: group }),
  }),
  JobControl: object({ action: { type: 'string', enum: ['pause', 'resume', 'skip_step'] } }),
  JobControlled: object({ success: { type: 'boolean' }, job_id: text, action: text, status, message: text }),
  Decompose: object(
    { async_mode: { type: 'boolean', enum: [true] } },
    { plan_id: id, session_id: text, mode: text, pipeline: { type: 'string', description: 'Which one is run.' } },
  ),
  Decomposing: object({
    success: { type: 'boolean' },
    message: text,
    result: object({ job_id: text, status }),
    job: object({ ...job, logs: list(entry) }),
  }),
} satisfies Record<string, object>;

type Named = keyof typeof jobsSchemas;

/** What a route takes and gives. */
export interface JobsOperation {
  readonly summary: string;
  readonly query?: readonly { readonly name: string; readonly schema: object; readonly description?: string }[];
  readonly body?: { readonly schema: Named };
  readonly answer: readonly Named[] | 'events';
}

const boardParameters = [
  {
    name: 'limit',
    schema: { type: 'integer', minimum: 1 },
    description: 'Jobs of each group; default 50, at most 500.',
  },
  { name: 'session_id', schema: text, description: 'Jobs that were started here for it.' },
  { name: 'plan_id', schema: text, description: 'Jobs of this plan, or runs of this pipeline.' },
  { name: 'include_finished', schema: { type: 'boolean' }, description: 'Default true.' },
];
const tailParameters = [
  { name: 'tail', schema: { type: 'integer', minimum: 1 }, description: 'Default 200, at most 2,000.' },
];

export const jobsOperations: Readonly<Record<string, JobsOperation>> = {
  'GET /api/jobs/openapi.json': { summary: 'This description', answer: [] },
  'GET /jobs/board': { summary: 'Jobs by what they are', query: boardParameters, answer: ['JobBoard'] },
  'GET /jobs/board/stream': { summary: 'The board whenever it changes', query: boardParameters, answer: 'events' },
  'GET /jobs/:job_id': { summary: 'A job with its newest lines and its actions', answer: ['JobWithActions'] },
  'GET /jobs/:job_id/stream': { summary: 'A job, then what happens to it', answer: 'events' },
  'GET /tasks/decompose/jobs/:job_id': { summary: 'A job with its newest lines', answer: ['JobWithLogs'] },
  'GET /tasks/decompose/jobs/:job_id/stream': { summary: 'A job, then what happens to it', answer: 'events' },
  'GET /jobs/:job_id/logs': { summary: "A job's last lines as texts", query: tailParameters, answer: ['JobTail'] },
  'POST /jobs/:job_id/control': {
    summary: 'Refused, in an answer of success',
    body: { schema: 'JobControl' },
    answer: ['JobControlled'],
  },
  'POST /tasks/:task_id/decompose': {
    summary: 'Run a pipeline in the background',
    body: { schema: 'Decompose' },
    answer: ['Decomposing'],
  },
};
