import { errorCodes } from '../../../model/errors.ts';
import { statuses } from '../../../model/status.ts';

/** JSON Schema 2020-12, as much of it as is used here. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly minimum?: number;
  readonly minLength?: number;
}

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const time: Schema = { type: ['string', 'null'], format: 'date-time' };
const count: Schema = { type: 'integer', minimum: 0 };
const countOrNull: Schema = { type: ['integer', 'null'], minimum: 0 };
const yes: Schema = { type: 'boolean' };
const state: Schema = { type: 'string', enum: statuses };
const counts: Schema = { type: 'object', additionalProperties: count };
const pointer: Schema = { type: 'string', description: 'Names one line. Opaque.' };

function object(properties: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  return { type: 'object', properties: { ...properties, ...optional }, required: Object.keys(properties) };
}

function list(items: Schema): Schema {
  return { type: 'array', items };
}

const timed = {
  status: { type: 'string', description: "ops-jobs' word for `state`." },
  state,
  started_at: time,
  finished_at: time,
  duration: { type: ['number', 'null'], description: 'Seconds; up to now while it goes on.' },
} satisfies Record<string, Schema>;

const rawStatus = { raw_status: { type: 'string', description: "The writer's own word." } } satisfies Record<
  string,
  Schema
>;

const record = {
  id: text,
  execution_id: text,
  execution_type: textOrNull,
  job_id: textOrNull,
  name: text,
  ...timed,
  created_at: time,
  executed_by_name: textOrNull,
  is_running: yes,
  is_completed: yes,
  error_message: text,
  execution_parameters: { type: 'object' },
  url: textOrNull,
} satisfies Record<string, Schema>;

const step = {
  id: text,
  name: text,
  step_name: text,
  step_order: { type: 'integer' },
  ...timed,
  message: textOrNull,
} satisfies Record<string, Schema>;

const stepExtras = { ...rawStatus, path: list(text), host_count: count, host_counts: counts } satisfies Record<
  string,
  Schema
>;

const oneOrEach = (each: Schema): Schema => ({ oneOf: [each, list(each)] });

const lines = {
  count,
  text: { type: 'string', description: "The lines' texts, joined by line feeds; empty when all of them are." },
  times: oneOrEach({ type: ['number', 'null'] }),
  streams: oneOrEach(count),
  levels: oneOrEach(count),
  flags: oneOrEach(count),
} satisfies Record<string, Schema>;

const linesExtras = {
  timesFrom: {
    type: 'number',
    description: 'Milliseconds since the epoch that `times` are counted from; 0 when absent.',
  },
  ends: {
    ...list(count),
    description: 'Where each line ends in `text`, in UTF-16 units; when a line holds a line feed.',
  },
  fields: list({ type: ['object', 'null'], additionalProperties: text }),
} satisfies Record<string, Schema>;

const countedLines = { lines: count, levels: counts } satisfies Record<string, Schema>;

const metric = { name: text, value: { type: 'number' } } satisfies Record<string, Schema>;
const metricExtras = { unit: text, step: text, host: text } satisfies Record<string, Schema>;

const documentExtras = { scanned: { type: 'object' }, gap: { type: 'object' } } satisfies Record<string, Schema>;
const documentPage = { finished: yes, next_pointer: textOrNull, last_pointer: pointer } satisfies Record<
  string,
  Schema
>;

const writtenTime: Schema = {
  type: ['string', 'number'],
  description: 'ISO 8601, or milliseconds since the epoch; now when absent.',
};

export const schemas = {
  Error: object({ error: object({ code: { type: 'string', enum: errorCodes }, message: text }) }),
  Capabilities: object({ product: text, version: text, capabilities: { type: 'object' } }),
  Record: object(record, rawStatus),
  RecordList: object(
    { page_size: count, results: list(object(record, rawStatus)), next_cursor: textOrNull },
    { page: count, total: count, notice: text },
  ),
  RecordDetail: object(
    {
      ...record,
      steps: list(object(step, stepExtras)),
      realtime_urls: { type: ['object', 'null'], additionalProperties: text },
    },
    { ...rawStatus, status_history: list(object({ state, at: time })) },
  ),
  StepResult: object(
    {
      ...step,
      step_id: text,
      hosts: list(
        object(
          {
            id: text,
            name: text,
            ip: textOrNull,
            ...timed,
            exit_code: { type: ['integer', 'null'] },
            message: textOrNull,
            lines: countOrNull,
            errors: countOrNull,
            first_error: textOrNull,
          },
          { ...rawStatus, ignored: yes },
        ),
      ),
      counts,
      next_cursor: textOrNull,
    },
    stepExtras,
  ),
  LogText: object({ logContent: text, ...documentPage }, documentExtras),
  WholeLog: object(
    {
      step_logs: { type: 'object' },
      summary: { type: 'object', additionalProperties: count },
      log_pointer: pointer,
      log_size: count,
      logs_meta: { type: 'object' },
      ...documentPage,
    },
    documentExtras,
  ),
  Lines: object(lines, linesExtras),
  LogPage: object(
    {
      lines: object(
        {
          ...lines,
          numbers: { ...oneOrEach(count), description: "One is the first line's, when they follow one another." },
          origins: list(object({ step: text, host: text, pointerPrefix: text })),
          originOf: oneOrEach(count),
        },
        { ...linesExtras, pointers: list(pointer) },
      ),
      newer: pointer,
      complete: yes,
    },
    {
      older: pointer,
      firstLine: count,
      total: count,
      scanned: { type: 'object' },
      gap: { type: 'object' },
      state: { type: 'object' },
    },
  ),
  NewExecution: object(
    { execution: { ...text, minLength: 1 }, name: text },
    {
      kind: text,
      job: text,
      user: text,
      invocation: object({ command: list(text), directory: text }),
      startedAt: writtenTime,
    },
  ),
  Created: object({ execution: text }),
  NewStep: object(
    { step: { ...text, minLength: 1 } },
    {
      name: text,
      order: { type: 'integer', minimum: 1 },
      path: list(text),
      status: { type: 'string', enum: ['pending', 'running'] },
      hosts: list(object({ id: text }, { name: text, address: text })),
      at: writtenTime,
    },
  ),
  Beginning: object({}, { at: writtenTime }),
  Ending: object(
    { status: { type: 'string', description: 'A state that is an end, in our words or in those of ops-jobs.' } },
    { rawStatus: text, message: text, exitCode: { type: 'integer' }, ignored: yes, at: writtenTime },
  ),
  ExecutionEnding: object(
    { status: { type: 'string', description: 'As in Ending.' } },
    {
      ...{ rawStatus: text, message: text, at: writtenTime },
      results: list(
        object(
          { step: text, host: text, status: text },
          { exitCode: { type: 'integer' }, message: text, ignored: yes, startedAt: writtenTime, endedAt: writtenTime },
        ),
      ),
    },
  ),
  Statistics: object({
    ...countedLines,
    steps: list(object({ step: text, ...countedLines })),
    hours: list(object({ hour: time, ...countedLines })),
    errors: list(object({ text, count, execution: text, pointer })),
    executions: object(
      { statuses: counts },
      {
        durations: object({
          count,
          mean: { type: 'number', description: 'Milliseconds, as the others.' },
          median: { type: 'number' },
          most: { type: 'number' },
          least: { type: 'number' },
        }),
      },
    ),
  }),
  Metrics: object({ metrics: list(object({ ...metric, at: time }, metricExtras)) }),
  NewMetric: object(metric, { ...metricExtras, at: writtenTime }),
  Appended: object({ lines: { ...count, description: 'How many lines the log has now.' } }),
} satisfies Record<string, Schema>;
