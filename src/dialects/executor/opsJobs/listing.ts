import { matchesExecution } from '../../../base/matchExecution.ts';
import { limitOf } from '../../../base/pageHosts.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import type { ExecutionList } from '../../../model/page.ts';
import type { ExecutionFilter, ExecutionQuery } from '../../../model/query.ts';
import type { Asking, OpsJobsApi } from './api.ts';
import { summaryOf } from './records.ts';
import { wordOf } from './statuses.ts';
import { fieldsOf, listOf, numberOf } from '../../values.ts';

/** The server gives no more at once. */
const largestPage = 100;

/** So many requests are made at most to fill one page of a list that the server cannot filter as asked. */
const mostRequests = 5;

/** Where a list goes on: so many rows in, just after this execution if it is still thereabouts. */
const cursorForm = /^(\d{1,9})\.(\d{1,20})$/;

/**
 * Executions, newest first, retries included. The server narrows as far as it can; what it cannot do exactly is
 * done here, over a bounded number of its pages: a page may be short, or empty, and still have a next one.
 */
export async function listExecutions(api: OpsJobsApi, query: ExecutionQuery, asking: Asking): Promise<ExecutionList> {
  const limit = limitOf(query.limit, 50);
  const parts = query.cursor === undefined ? undefined : cursorForm.exec(query.cursor);
  if (query.cursor !== undefined && !parts)
    throw new LogError('invalidRequest', 'That is no place in this list; read it from its start again.');
  const narrowed = serverFilter(query.filter);
  const size = narrowed.exact && limit <= largestPage && Number(parts?.[1] ?? 0) % limit === 0 ? limit : largestPage;
  const executions: ExecutionSummary[] = [];
  let offset = Number(parts?.[1] ?? 0);
  let lastId = parts?.[2];
  let total: number | undefined;
  for (let requests = 0; requests < mostRequests && executions.length < limit; requests++) {
    const page = Math.floor(offset / size) + 1;
    const rows = await readRows(api, { ...narrowed.query, page: String(page), page_size: String(size) }, asking);
    total = rows?.total ?? total;
    if (!rows) return told(executions, narrowed.exact ? total : undefined);
    let at = offset - (page - 1) * size;
    // What has been started since has moved the rows on.
    const known = rows.executions.findIndex(({ id }) => id === lastId);
    if (known >= at) at = known + 1;
    for (; at < rows.executions.length && executions.length < limit; at++) {
      const execution = rows.executions[at];
      if (!execution) break;
      if (matchesExecution(execution, query.filter)) executions.push(execution);
      lastId = execution.id;
    }
    offset = (page - 1) * size + at;
    if (offset >= rows.total) return told(executions, narrowed.exact ? total : undefined);
  }
  return { ...told(executions, narrowed.exact ? total : undefined), next: `${offset}.${lastId ?? '0'}` };
}

function told(executions: readonly ExecutionSummary[], total: number | undefined): ExecutionList {
  return { executions, ...(total !== undefined && { total }) };
}

/** Undefined when there is no such page: the list has become shorter. */
async function readRows(api: OpsJobsApi, query: Readonly<Record<string, string>>, asking: Asking) {
  try {
    const content = await api.get('execution-records/', query, asking);
    const executions = listOf(content['results']).map((row) => summaryOf(fieldsOf(row), api.base));
    return { executions, total: numberOf(content['total']) ?? executions.length };
  } catch (error) {
    if (error instanceof LogError && error.code === 'notFound' && query['page'] !== '1') return undefined;
    throw error;
  }
}

/** The filter as far as the server has one; exact when it says all that was asked. */
function serverFilter(filter: ExecutionFilter = {}): { query: Record<string, string>; exact: boolean } {
  const { statuses, text, user, since, until } = filter;
  const query: Record<string, string> = { include_retries: 'true' };
  const word = statuses?.length === 1 && statuses[0] !== undefined ? wordOf(statuses[0]) : undefined;
  if (word !== undefined) query['status'] = word;
  // Ids are digits, which the server does not search; other text can only stand in names.
  const inName = text !== undefined && /\D/.test(text);
  if (inName) query['name'] = text;
  if (user !== undefined) query['executed_by'] = user;
  if (since !== undefined) query['start_date'] = new Date(since).toISOString();
  if (until !== undefined) query['end_date'] = new Date(until).toISOString();
  const exact = (!statuses || word !== undefined) && (!text || inName) && user === undefined && until === undefined;
  return { query, exact };
}
