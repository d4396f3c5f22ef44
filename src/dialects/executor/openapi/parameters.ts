import { levels, streams } from '../../../model/line.ts';
import { statuses } from '../../../model/status.ts';
import type { Schema } from './schemas.ts';

/** A parameter of a query string. */
export interface QueryParameter {
  readonly name: string;
  readonly schema: Schema;
  readonly description?: string;
  readonly required?: boolean;
}

const text: Schema = { type: 'string' };
const count: Schema = { type: 'integer', minimum: 1 };
const on: Schema = { type: 'boolean' };
const words = (all: readonly string[]): string => `Between commas: ${all.join(', ')}.`;
const time = 'ISO 8601, or milliseconds since the epoch.';

export const listParameters: readonly QueryParameter[] = [
  { name: 'page', schema: count, description: 'From 1; not beside `cursor`.' },
  { name: 'page_size', schema: count, description: 'Default 50, at most 1,000.' },
  { name: 'cursor', schema: text, description: '`next_cursor` of the page before.' },
  { name: 'status', schema: text, description: "ops-jobs' words, between commas." },
  { name: 'state', schema: text, description: words(statuses) },
  { name: 'job', schema: text, description: 'Runs of this job, by its id.' },
  { name: 'executed_by', schema: text },
  { name: 'name', schema: text, description: 'Sought in name and id.' },
  { name: 'search', schema: text, description: 'As `name`.' },
  { name: 'start_date', schema: text, description: `Created then or later. ${time}` },
  { name: 'end_date', schema: text, description: `Created before; a date without time counts whole. ${time}` },
];

export const deletionParameters: readonly QueryParameter[] = [
  { name: 'if_state', schema: { type: 'string', enum: statuses }, description: 'Only while it is in this state.' },
  { name: 'if_lines', schema: { type: 'integer', minimum: 0 }, description: 'With `if_state`: and has so many lines.' },
];

export const hostParameters: readonly QueryParameter[] = [
  { name: 'status', schema: text, description: "ops-jobs' words, between commas." },
  { name: 'state', schema: text, description: words(statuses) },
  { name: 'search', schema: text, description: 'Sought in id, name and address.' },
  { name: 'sort', schema: { type: 'string', enum: ['result', 'name', 'duration', 'exitCode'] } },
  { name: 'cursor', schema: text, description: '`next_cursor` of the page before.' },
  { name: 'limit', schema: count, description: 'Default 200, at most 5,000.' },
];

const filterParameters: readonly QueryParameter[] = [
  { name: 'text', schema: text, description: 'Lines that hold it.' },
  { name: 'regex', schema: on, description: '`text` is a regular expression.' },
  { name: 'case', schema: on, description: '`text` keeps capitals apart.' },
  { name: 'word', schema: on, description: '`text` stands as a word.' },
  { name: 'exclude', schema: text, description: 'Not the lines that hold it.' },
  { name: 'exclude_regex', schema: on },
  { name: 'exclude_case', schema: on },
  { name: 'exclude_word', schema: on },
  { name: 'levels', schema: text, description: words(levels) },
  { name: 'streams', schema: text, description: words(streams) },
  { name: 'since', schema: text, description: `Of that time or later. ${time}` },
  { name: 'until', schema: text, description: `Earlier than that. ${time}` },
];

export const logParameters: readonly QueryParameter[] = [
  {
    name: 'format',
    schema: { type: 'string', enum: ['text', 'lines'] },
    description: '`text`: pages of text, read back from the end. `lines`: a LogPage.',
  },
  {
    name: 'pointer',
    schema: text,
    description: 'text: required; empty for the newest page, else `next_pointer` of a page. lines: with `at`.',
  },
  { name: 'limit', schema: count, description: 'Lines; default 500 as text, 1,000 as lines.' },
  { name: 'bytes', schema: count, description: 'Default 1 MiB, at most 4 MiB. One line is always given.' },
  {
    name: 'at',
    schema: { type: 'string', enum: ['start', 'end', 'before', 'after', 'around', 'time', 'line'] },
    description: 'lines: where the page stands. Default `before` with a pointer, else `end`.',
  },
  { name: 'time', schema: text, description: `With at=time. ${time}` },
  { name: 'line', schema: count, description: 'With at=line.' },
  { name: 'without_text', schema: on, description: 'lines: every column but the text.' },
  ...filterParameters,
];

export const streamParameters: readonly QueryParameter[] = [
  {
    name: 'format',
    schema: { type: 'string', enum: ['events', 'lines'] },
    description: 'Many lines per event: `lines`.',
  },
  { name: 'step_id', schema: text },
  { name: 'host_id', schema: text, description: 'With its `step_id`.' },
  { name: 'last_id', schema: text, description: 'Resume after this id; the header Last-Event-ID wins over it.' },
  { name: 'at', schema: { type: 'string', enum: ['start', 'end', 'after'] }, description: 'Default `start`.' },
  { name: 'pointer', schema: text, description: 'With at=after.' },
  { name: 'limit', schema: count, description: 'Lines of the first page of at=end.' },
  { name: 'bytes', schema: count },
  { name: 'without_text', schema: on },
  ...filterParameters,
];

export const statisticsParameters: readonly QueryParameter[] = [
  { name: 'execution', schema: text },
  { name: 'job', schema: text, description: 'All runs of this job. With neither, everything.' },
  { name: 'since', schema: text, description: `Lines from the hour of that time on. ${time}` },
  { name: 'until', schema: text, description: `Lines before the end of the hour of that time. ${time}` },
];

export const changeParameters: readonly QueryParameter[] = [
  { name: 'execution', schema: text },
  { name: 'step', schema: text },
];

export const appendParameters: readonly QueryParameter[] = [
  {
    name: 'first',
    schema: count,
    description: 'Number of the first line: what is there already changes nothing. Without it, after what is there.',
  },
];
