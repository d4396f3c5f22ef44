import type { LogPage } from '../../model/page.ts';
import { defaultPageLimit, type LogScope, type PageLimit } from '../../model/query.ts';
import { json, type HttpCall, type Route, type Served } from '../http.ts';
import { pathParam } from './call.ts';
import { hostLine, timedLine } from './logText.ts';
import { readDocumentPosition, readFilter, readLimit, readLogQuery } from './logQueryParams.ts';
import { wordParam } from './params.ts';
import { toWholeExecution } from './wholeExecution.ts';
import { toWirePage } from './wire.ts';

/** Lines of a page of the document's form when its asker does not say. */
const usualLines = 500;
/** No page holds more bytes: while one is written as JSON, everybody else waits. */
const mostBytes = 4 * 1_048_576;

const record = '/api/executor/execution-records/:id';

/** How a scope's lines look in the document's form. */
type DocumentForm = (page: LogPage, call: HttpCall, served: Served) => object | Promise<object>;

/** One host's log, a step's, and the whole execution's: as text, page by page back, or with `format=lines` as a `WirePage`. */
export const logRoutes: readonly Route[] = [
  logRoute(
    `${record}/steps/:step_id/hosts/:host_id/logs/`,
    (call) => ({
      execution: pathParam(call, 'id'),
      step: pathParam(call, 'step_id'),
      host: pathParam(call, 'host_id'),
    }),
    (page) => ({ logContent: contentOf(page, timedLine) }),
  ),
  logRoute(
    `${record}/steps/:step_id/logs/`,
    (call) => ({ execution: pathParam(call, 'id'), step: pathParam(call, 'step_id') }),
    (page) => ({ logContent: contentOf(page, hostLine) }),
  ),
  logRoute(
    `${record}/logs/`,
    (call) => ({ execution: pathParam(call, 'id') }),
    (page, call, { source }) => toWholeExecution(source, pathParam(call, 'id'), page, { signal: call.signal }),
  ),
];

function logRoute(path: string, scopeOf: (call: HttpCall) => LogScope, form: DocumentForm): Route {
  return {
    method: 'GET',
    path,
    needs: 'read',
    async answer(call, served) {
      const scope = scopeOf(call);
      if (wordParam(call.query, 'format', ['text', 'lines']) !== 'lines')
        return json(await documentPage(call, served, scope, form));
      const { limit, ...query } = readLogQuery(scope, call.query);
      const page = await served.source.readLog({ ...query, limit: bounded(limit) }, { signal: call.signal });
      return json(toWirePage(page));
    },
  };
}

/**
 * A page of the document's form. `next_pointer` leads to what stands before it, null when nothing does;
 * `last_pointer` to what comes after it, for who follows.
 */
async function documentPage(call: HttpCall, served: Served, scope: LogScope, form: DocumentForm): Promise<object> {
  const { query: params, signal } = call;
  const filter = readFilter(params);
  const page = await served.source.readLog(
    {
      ...scope,
      position: readDocumentPosition(params),
      limit: bounded({ lines: usualLines, ...readLimit(params) }),
      ...(filter && { filter }),
    },
    { signal },
  );
  const { complete, older, newer, gap, scanned } = page;
  return {
    ...(await form(page, call, served)),
    finished: complete || (await isFinished(served, scope, signal)),
    next_pointer: older ?? null,
    last_pointer: newer,
    ...(scanned && { scanned }),
    ...(gap && { gap }),
  };
}

function bounded(limit: PageLimit = {}): PageLimit {
  return { ...limit, bytes: Math.min(limit.bytes ?? defaultPageLimit.bytes, mostBytes) };
}

/** Whether nothing more will be written, wherever the page stands that was read. */
async function isFinished({ source }: Served, scope: LogScope, signal: AbortSignal): Promise<boolean> {
  const end = { ...scope, position: { at: 'end' }, limit: { lines: 1 }, withoutText: true } as const;
  return (await source.readLog(end, { signal })).complete;
}

function contentOf({ lines }: LogPage, line: typeof timedLine): string {
  let content = '';
  for (let i = 0; i < lines.count; i++) content += line(lines, i);
  return content;
}
