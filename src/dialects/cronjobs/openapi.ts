import { statuses } from '../../model/status.ts';
import { levelWords, statusWords } from './words.ts';

/** This dialect as OpenAPI 3.1 tells it, by method and path; schemas are JSON Schema 2020-12. */

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const time = { type: ['string', 'null'], format: 'date-time' };
const count = { type: 'integer', minimum: 0 };
const number = { type: 'number' };
const numberOrNull = { type: ['number', 'null'] };
const yes = { type: 'boolean' };
const state = { type: 'string', enum: statuses };
const status = { type: 'string', enum: statusWords };
const counts = { type: 'object', additionalProperties: count };

function object(properties: Readonly<Record<string, object>>, optional: Readonly<Record<string, object>> = {}) {
  return { type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) };
}

function list(items: object) {
  return { type: 'array', items };
}

const timed = { status, state, started_at: time, completed_at: time, duration_ms: numberOrNull };

const run = {
  ...{ id: text, job_run_id: text, job_id: textOrNull, name: text, ...timed },
  ...{ created_at: time, error_message: textOrNull, user: textOrNull },
};
const steps = list(object({ step: text, name: text, ...timed }));

const job = object({
  ...{ id: text, name: text, cron_expression: textOrNull, enabled: yes, next_run_at: time },
  problem: { type: ['string', 'null'], description: 'Why it cannot be run.' },
  last_run: { type: ['object', 'null'], properties: run },
});

const line = object({
  id: { type: 'string', description: "The line's pointer. Opaque." },
  job_run_id: text,
  timestamp: { type: 'string', format: 'date-time' },
  level: { type: 'string', enum: levelWords },
  message: { type: 'string', description: 'Without colours.' },
  details: { type: ['object', 'null'] },
  ...{ step: text, paper_id: textOrNull, error_code: textOrNull, duration_ms: numberOrNull },
  ...{ logger_name: text, host: text },
});

const frequentError = object({ message: text, count, job_run_id: text, log_id: text });
const metric = object({
  ...{ job_run_id: text, timestamp: time, metric_name: text, metric_value: number, metric_unit: textOrNull },
  ...{ step: textOrNull, host: textOrNull },
});
const metricSummary = object({
  ...{ metric_name: text, unit: textOrNull, count, min: number, max: number, mean: number, last: numberOrNull },
});
const exact = { type: 'boolean', description: 'False: there may be more than `total` says.' };

export const cronjobSchemas = {
  CronJob: job,
  CronJobs: object({ jobs: list(job), total: count, skip: count, limit: count }),
  CronRun: object({ ...run, steps }),
  CronRuns: object({ job_id: text, runs: list(object(run)), skip: count, limit: count, has_more: yes }),
  CronStarted: object({ job_run_id: text, task_id: text, status: text, message: text }),
  CronLogs: object({
    ...{ logs: list(line), total: count, total_exact: exact, skip: count, limit: count, has_more: yes },
    search_time_ms: count,
  }),
  CronRealtime: object({
    ...{ job_run_id: text, logs: list(line), last_log_id: textOrNull, has_more: yes, poll_interval: count },
  }),
  CronRunLogs: object({
    ...{ job_run_id: text, logs: list(line), total: count, total_exact: exact, limit: count, offset: count },
    has_more: yes,
  }),
  CronStatusHistory: object({
    job_run_id: text,
    history: list(object({ job_run_id: text, from_status: textOrNull, to_status: status, state, timestamp: time })),
    total: count,
  }),
  CronMetrics: object({ job_run_id: text, metrics: list(metric), total: count }),
  CronMetricSummaries: object({ job_run_id: text, metrics: list(metricSummary) }),
  CronRunSummary: object(
    { ...run, steps, total_logs: { type: ['integer', 'null'], minimum: 0 } },
    { by_level: counts, top_errors: list(frequentError) },
  ),
  CronStatistics: object({
    total_logs: count,
    by_level: counts,
    by_step: list(object({ step: text, count, by_level: counts })),
    by_hour: list(object({ hour: time, count, by_level: counts })),
    top_errors: list(frequentError),
    runs: object({ total: count, by_status: counts, duration_ms: { type: ['object', 'null'] } }),
  }),
  CronCleaned: object({ deleted_count: count, days: count, has_more: yes, message: text }),
} satisfies Record<string, object>;

type Named = keyof typeof cronjobSchemas;

/** What a route takes and gives. */
interface CronjobOperation {
  readonly summary: string;
  readonly query?: readonly { readonly name: string; readonly schema: object; readonly description?: string }[];
  readonly answer: readonly Named[] | 'events';
}

const level = { name: 'level', schema: text, description: `Exactly this one, in any case: ${levelWords.join(', ')}.` };
const span = [
  { name: 'start_time', schema: text, description: 'ISO 8601, or milliseconds since the epoch.' },
  { name: 'end_time', schema: text, description: 'As `start_time`; included.' },
];
const wish = [
  level,
  { name: 'step', schema: text, description: "A step's id or name." },
  ...span,
  { name: 'search', schema: text, description: 'Plain text, ignoring case.' },
];
const paging = (skip: string) => [
  { name: skip, schema: count, description: 'Default 0.' },
  { name: 'limit', schema: { type: 'integer', minimum: 1 }, description: 'At most 1,000.' },
];
const jobs = '/api/cronjobs/';
const ofRun = '/api/job-runs/:run_id';

export const cronjobOperations: Readonly<Record<string, CronjobOperation>> = {
  [`GET ${jobs}`]: {
    summary: 'Jobs',
    query: [...paging('skip'), { name: 'enabled_only', schema: yes }],
    answer: ['CronJobs'],
  },
  [`POST ${jobs}`]: { summary: 'Refused: jobs are files', answer: [] },
  [`GET ${jobs}:job_id/`]: { summary: 'A job', answer: ['CronJob'] },
  [`POST ${jobs}:job_id/trigger`]: { summary: 'Start a job', answer: ['CronStarted'] },
  [`GET ${jobs}:job_id/runs`]: {
    summary: "A job's runs, newest first",
    query: [...paging('skip'), { name: 'status_filter', schema: status }],
    answer: ['CronRuns'],
  },
  [`GET ${jobs}runs/:run_id`]: { summary: 'A run and its steps', answer: ['CronRun'] },
  [`GET ${jobs}:job_id/logs`]: {
    summary: "Lines of all of a job's runs, newest first",
    query: [...wish, ...paging('skip')],
    answer: ['CronLogs'],
  },
  [`GET ${jobs}:job_id/logs/realtime`]: {
    summary: 'Lines since a time, for those who poll',
    query: [
      { name: 'since_timestamp', schema: text, description: 'Included.' },
      level,
      { name: 'limit', schema: { type: 'integer', minimum: 1 }, description: 'Default 50, at most 200.' },
    ],
    answer: ['CronRealtime'],
  },
  [`GET ${jobs}:job_id/statistics`]: {
    summary: "Counts of a job's lines and runs",
    query: span,
    answer: ['CronStatistics'],
  },
  [`GET ${ofRun}/logs`]: { summary: 'Lines of a run', query: [...wish, ...paging('offset')], answer: ['CronRunLogs'] },
  [`GET ${ofRun}/logs/stream`]: { summary: 'Lines of a run as they come', query: [level], answer: 'events' },
  [`GET ${ofRun}/status-history`]: { summary: 'How a run went on', answer: ['CronStatusHistory'] },
  [`GET ${ofRun}/metrics`]: { summary: 'What a run told of itself', answer: ['CronMetrics'] },
  [`GET ${ofRun}/metrics/summary`]: { summary: 'The same, summed up', answer: ['CronMetricSummaries'] },
  [`GET ${ofRun}/summary`]: { summary: 'A run and what is in its logs', answer: ['CronRunSummary'] },
  'GET /api/logs/statistics': {
    summary: 'Counts of all lines and executions',
    query: span,
    answer: ['CronStatistics'],
  },
  'POST /api/maintenance/cleanup': {
    summary: 'Delete runs of jobs that ended long ago',
    query: [{ name: 'days', schema: { type: 'integer', minimum: 1 }, description: 'Default 90.' }],
    answer: ['CronCleaned'],
  },
};
