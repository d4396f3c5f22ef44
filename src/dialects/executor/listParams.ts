import { statuses, type Status } from '../../model/status.ts';
import type { ExecutionQuery, ExecutionFilter, HostSort, StepQuery } from '../../model/query.ts';
import { badParam, countParam, textParam, timeParam, wordParam, wordsParam } from './params.ts';
import { statusesOf } from './words.ts';

const sorts: readonly HostSort[] = ['result', 'name', 'duration', 'exitCode'];
const day = 86_400_000;

/** `readExecutionQuery` reads it back. */
export function executionParams({ filter, cursor, limit }: ExecutionQuery): URLSearchParams {
  const params = new URLSearchParams();
  if (limit !== undefined) params.set('page_size', String(limit));
  if (cursor !== undefined) params.set('cursor', cursor);
  if (filter?.statuses) params.set('state', filter.statuses.join(','));
  if (filter?.text !== undefined) params.set('search', filter.text);
  if (filter?.job !== undefined) params.set('job', filter.job);
  if (filter?.user !== undefined) params.set('executed_by', filter.user);
  if (filter?.since !== undefined) params.set('start_date', String(filter.since));
  if (filter?.until !== undefined) params.set('end_date', String(filter.until));
  return params;
}

export function readExecutionQuery(params: URLSearchParams): ExecutionQuery {
  const filter = readExecutionFilter(params);
  const cursor = textParam(params, 'cursor');
  const limit = countParam(params, 'page_size');
  return {
    ...(filter && { filter }),
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit }),
  };
}

/** `readStepQuery` reads it back. */
export function stepParams({ statuses: wanted, text, sort, cursor, limit }: StepQuery): URLSearchParams {
  const params = new URLSearchParams();
  if (wanted) params.set('state', wanted.join(','));
  if (text !== undefined) params.set('search', text);
  if (sort !== undefined) params.set('sort', sort);
  if (cursor !== undefined) params.set('cursor', cursor);
  if (limit !== undefined) params.set('limit', String(limit));
  return params;
}

export function readStepQuery(ref: { execution: string; step: string }, params: URLSearchParams): StepQuery {
  const wanted = readStatuses(params);
  const text = textParam(params, 'search');
  const sort = wordParam(params, 'sort', sorts);
  const cursor = textParam(params, 'cursor');
  const limit = countParam(params, 'limit');
  return {
    ...ref,
    ...(wanted && { statuses: wanted }),
    ...(text !== undefined && { text }),
    ...(sort && { sort }),
    ...(cursor !== undefined && { cursor }),
    ...(limit !== undefined && { limit }),
  };
}

function readExecutionFilter(params: URLSearchParams): ExecutionFilter | undefined {
  const wanted = readStatuses(params);
  const search = textParam(params, 'search');
  const name = textParam(params, 'name');
  if (search !== undefined && name !== undefined) throw badParam('search', 'cannot be used beside "name"');
  const text = search ?? name;
  const job = textParam(params, 'job');
  const user = textParam(params, 'executed_by');
  const since = timeParam(params, 'start_date');
  const until = readEnd(params);
  const filter: ExecutionFilter = {
    ...(wanted && { statuses: wanted }),
    ...(text !== undefined && { text }),
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** An end that is a date, without a time, means the end of that day. */
function readEnd(params: URLSearchParams): number | undefined {
  const end = timeParam(params, 'end_date');
  const isDate = /^\d{4}-\d\d-\d\d$/.test(params.get('end_date')?.trim() ?? '');
  return end !== undefined && isDate ? end + day : end;
}

/** `state` in our words, `status` in ops-jobs'. */
function readStatuses(params: URLSearchParams): readonly Status[] | undefined {
  const states = wordsParam(params, 'state', statuses);
  if (states) return states;
  const words = textParam(params, 'status');
  if (words === undefined) return undefined;
  return words.split(',').flatMap((word) => {
    const meant = statusesOf(word.trim());
    if (meant.length === 0) throw badParam('status', 'knows pending, running, success, failed, cancelled, timeout, …');
    return meant;
  });
}
