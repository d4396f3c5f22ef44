import type { ExecutionList } from '../../model/page.ts';
import type { ExecutionQuery } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { json, type Route } from '../http.ts';
import { pathParam } from './call.ts';
import { readExecutionQuery, readStepQuery } from './listParams.ts';
import { badParam, countParam } from './params.ts';
import { openApiDescription } from './openapi/description.ts';
import { toDetail, toList, toStepResult } from './records.ts';

/** Names this dialect's paths and shapes; another number would mean that old clients cannot read them. */
const version = '1';

const pageSize = { usual: 50, most: 1_000 };
/** Pages are counted through from the first; who wants to go further takes the cursor. */
const furthestPage = 100_000;
const mostHosts = 5_000;

export const recordRoutes: readonly Route[] = [
  { method: 'GET', path: '/api/openapi.json', needs: 'read', answer: () => json(openApiDescription()) },
  {
    method: 'GET',
    path: '/api/executor/capabilities/',
    needs: 'read',
    answer: (_, { source, admin }) =>
      json({
        product: 'execution-logs',
        version,
        capabilities: { ...source.capabilities, delete: source.capabilities.delete && admin !== undefined },
      }),
  },
  {
    method: 'GET',
    path: '/api/executor/execution-records/',
    needs: 'read',
    async answer({ query: params, signal }, { source }) {
      const asked = readExecutionQuery(params);
      const limit = Math.min(asked.limit ?? pageSize.usual, pageSize.most);
      const query = { ...asked, limit };
      const page = asked.cursor === undefined ? (countParam(params, 'page') ?? 1) : undefined;
      const list = await (page === undefined
        ? source.listExecutions(query, { signal })
        : listPage(source, query, page, { signal }));
      return json({ ...(page !== undefined && { page }), page_size: limit, ...toList(list, Date.now()) });
    },
  },
  {
    method: 'GET',
    path: '/api/executor/execution-records/:id/',
    needs: 'read',
    async answer(call, { source }) {
      const execution = await source.getExecution({ execution: pathParam(call, 'id') }, { signal: call.signal });
      return json(toDetail(execution, Date.now()));
    },
  },
  {
    method: 'GET',
    path: '/api/executor/execution-records/:id/steps/:step_id/result/',
    needs: 'read',
    async answer(call, { source }) {
      const ref = { execution: pathParam(call, 'id'), step: pathParam(call, 'step_id') };
      const { limit, ...query } = readStepQuery(ref, call.query);
      const bounded = { ...query, ...(limit !== undefined && { limit: Math.min(limit, mostHosts) }) };
      return json(toStepResult(await source.getStepResult(bounded, { signal: call.signal }), Date.now()));
    },
  },
];

/** Sources go from page to page; the document counts them. */
async function listPage(
  source: LogSource,
  query: ExecutionQuery & { readonly limit: number },
  page: number,
  options: CallOptions,
): Promise<ExecutionList> {
  let before = (page - 1) * query.limit;
  if (before > furthestPage) throw badParam('page', 'is too far in. Use "cursor" with the "next_cursor" of a page');
  let cursor: string | undefined;
  while (before > 0) {
    const skipped = await source.listExecutions(
      { ...query, limit: Math.min(before, pageSize.most), ...(cursor !== undefined && { cursor }) },
      options,
    );
    const { next, total } = skipped;
    if (next === undefined) return { executions: [], ...(total !== undefined && { total }) };
    before -= skipped.executions.length;
    cursor = next;
  }
  return source.listExecutions({ ...query, ...(cursor !== undefined && { cursor }) }, options);
}
