import {
  appendParameters,
  changeParameters,
  deletionParameters,
  hostParameters,
  listParameters,
  statisticsParameters,
  logParameters,
  streamParameters,
  type QueryParameter,
} from './parameters.ts';
import type { schemas } from './schemas.ts';

type Named = keyof typeof schemas;

/** What a route takes and gives. */
export interface Operation {
  readonly summary: string;
  readonly query?: readonly QueryParameter[];
  readonly body?: { readonly schema: Named; readonly lines?: boolean; readonly optional?: boolean };
  /** Its answer of success: JSON, server-sent events, or nothing. */
  readonly answer: readonly Named[] | 'events' | 'nothing';
  readonly status?: number;
}

const records = '/api/executor/execution-records/';
const record = `${records}:id/`;
const step = `${record}steps/:step_id/`;
const host = `${step}hosts/:host_id/`;
const realtime = '/api/realtime/sse/';

/** By method and path. */
export const operations: Readonly<Record<string, Operation>> = {
  'GET /api/openapi.json': { summary: 'This description', answer: [] },
  'GET /api/executor/capabilities/': { summary: 'What is served here, and what it can do', answer: ['Capabilities'] },
  [`GET ${records}`]: { summary: 'Executions, newest first', query: listParameters, answer: ['RecordList'] },
  [`GET ${record}`]: { summary: 'An execution and its steps, without logs', answer: ['RecordDetail'] },
  [`GET ${step}result/`]: { summary: 'How a step went on its hosts', query: hostParameters, answer: ['StepResult'] },
  [`GET ${host}logs/`]: { summary: "A host's log", query: logParameters, answer: ['LogText', 'LogPage'] },
  [`GET ${step}logs/`]: {
    summary: "A step's hosts' logs as one",
    query: logParameters,
    answer: ['LogText', 'LogPage'],
  },
  [`GET ${record}logs/`]: { summary: 'All logs as one', query: logParameters, answer: ['WholeLog', 'LogPage'] },
  [`GET ${realtime}logs/:execution_id/`]: { summary: 'Lines as they come', query: streamParameters, answer: 'events' },
  [`GET ${realtime}status/:execution_id/`]: { summary: 'Statuses', query: streamParameters, answer: 'events' },
  [`GET ${realtime}combined/:execution_id/`]: {
    summary: 'Lines and statuses',
    query: streamParameters,
    answer: 'events',
  },
  [`GET ${realtime}changes/`]: { summary: 'What changes anywhere', query: changeParameters, answer: 'events' },
  'GET /api/executor/statistics/': {
    summary: 'Counts of lines, errors and durations',
    query: statisticsParameters,
    answer: ['Statistics'],
  },
  [`GET ${record}metrics/`]: { summary: 'Numbers that a run told of itself', answer: ['Metrics'] },
  [`POST ${record}metrics/`]: { summary: 'Tell a number of a run', body: { schema: 'NewMetric' }, answer: 'nothing' },
  [`POST ${records}`]: {
    summary: 'Create an execution',
    body: { schema: 'NewExecution' },
    answer: ['Created'],
    status: 201,
  },
  [`POST ${record}steps/`]: { summary: 'Announce or start a step', body: { schema: 'NewStep' }, answer: 'nothing' },
  [`POST ${host}start/`]: {
    summary: 'Start a step on a host',
    body: { schema: 'Beginning', optional: true },
    answer: 'nothing',
  },
  [`POST ${host}lines/`]: {
    summary: "Append to a host's log",
    query: appendParameters,
    body: { schema: 'Lines', lines: true },
    answer: ['Appended'],
  },
  [`POST ${host}finish/`]: { summary: 'End a step on a host', body: { schema: 'Ending' }, answer: 'nothing' },
  [`POST ${step}finish/`]: { summary: 'End a step', body: { schema: 'Ending' }, answer: 'nothing' },
  [`POST ${record}finish/`]: { summary: 'End an execution', body: { schema: 'ExecutionEnding' }, answer: 'nothing' },
  [`POST ${record}alive/`]: { summary: 'Say that its writer is still there', answer: 'nothing' },
  [`DELETE ${record}`]: {
    summary: 'Delete an execution that has ended, and its logs',
    query: deletionParameters,
    answer: 'nothing',
  },
};
