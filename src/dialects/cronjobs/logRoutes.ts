import { linesOf, linePointer } from '../../base/lineBatch.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import { pointer } from '../../model/pointer.ts';
import type { Position } from '../../model/query.ts';
import { pathParam } from '../executor/call.ts';
import { badParam, textParam, timeParam } from '../executor/params.ts';
import { eventStreamAnswer } from '../executor/sse.ts';
import { json, type HttpAnswer, type HttpCall, type Route, type Served } from '../http.ts';
import { readJobLogs, readRunLogs } from './jobLogs.ts';
import { toJobLine } from './jobLine.ts';
import { findJob } from './jobRuns.ts';
import { limitParam, readLineWish, skipParam } from './params.ts';
import { readNews } from './realtime.ts';

const most = { logs: 1_000, realtime: 200 } as const;
const usual = { logs: 100, realtime: 50 } as const;
/** How long a poller waits before it asks again, in milliseconds. */
const pollInterval = 2_000;
const atOnce = { lines: 1_000, bytes: 262_144 } as const;

/** Lines of jobs and of their runs, as document 001 has them. */
export const cronjobLogRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/cronjobs/:job_id/logs',
    needs: 'read',
    async answer(call, served) {
      const begun = performance.now();
      const job = pathParam(call, 'job_id');
      const skip = skipParam(call.query, 'skip');
      const limit = limitParam(call.query, usual.logs, most.logs);
      const wish = { ...readLineWish(call.query), skip, limit };
      await findJob(served, job, { signal: call.signal });
      const { lines, total, exact, isFull } = await readJobLogs(served.source, job, wish, { signal: call.signal });
      return json({
        logs: lines,
        total,
        total_exact: exact,
        skip,
        limit: isFull ? lines.length : limit,
        has_more: !exact || skip + lines.length < total,
        search_time_ms: Math.round(performance.now() - begun),
      });
    },
  },
  {
    method: 'GET',
    path: '/api/cronjobs/:job_id/logs/realtime',
    needs: 'read',
    answer: realtime,
  },
  {
    method: 'GET',
    path: '/api/job-runs/:run_id/logs',
    needs: 'read',
    async answer(call, served) {
      const run = await runOf(call, served);
      const offset = skipParam(call.query, 'offset');
      const limit = limitParam(call.query, usual.logs, most.logs);
      const wish = { ...readLineWish(call.query), skip: offset, limit };
      const { lines, total, exact, isFull } = await readRunLogs(served.source, run, wish, { signal: call.signal });
      const more = !exact || offset + lines.length < total;
      const told = { logs: lines, total, total_exact: exact, limit: isFull ? lines.length : limit };
      return json({ job_run_id: run.id, ...told, offset, has_more: more });
    },
  },
  {
    method: 'GET',
    path: '/api/job-runs/:run_id/logs/stream',
    needs: 'read',
    answer: stream,
  },
];

/** What came since; without a time, the newest lines. Newest first, as the document's system tells them. */
async function realtime(call: HttpCall, served: Served): Promise<HttpAnswer> {
  const { signal, query } = call;
  const job = pathParam(call, 'job_id');
  const since = timeParam(query, 'since_timestamp');
  const limit = limitParam(query, usual.realtime, most.realtime);
  const { filter } = readLineWish(new URLSearchParams({ level: textParam(query, 'level') ?? '' }));
  const wish = filter ? { filter } : {};
  await findJob(served, job, { signal });
  const news =
    since === undefined
      ? {
          lines: (await readJobLogs(served.source, job, { ...wish, skip: 0, limit, uncounted: true }, { signal }))
            .lines,
          more: false,
        }
      : await readNews(served.source, job, { since, limit, wish }, { signal });
  const logs = since === undefined ? news.lines : news.lines.toReversed();
  const last_log_id = logs[0]?.id ?? null;
  return json({ job_run_id: '', logs, last_log_id, has_more: news.more, poll_interval: pollInterval });
}

/** Events without a name, each a line; its id is where to resume. Ends when the run has; asked again, there is nothing. */
async function stream(call: HttpCall, served: Served): Promise<HttpAnswer> {
  const { source } = served;
  const run = await runOf(call, served);
  const { filter } = readLineWish(new URLSearchParams({ level: textParam(call.query, 'level') ?? '' }));
  const seen = utf8(call.header('last-event-id') ?? '');
  if (/[\r\n\0]/.test(seen)) throw badParam('Last-Event-ID', 'is the id of an event');
  const position: Position = seen === '' ? { at: 'start' } : { at: 'after', pointer: pointer(seen) };
  const query = { execution: run.id, position, limit: atOnce, ...(filter && { filter }) };
  const first = await source.readLog({ execution: run.id, position, limit: { lines: 1 } }, { signal: call.signal });
  // To a browser it is the end, not something to connect to again.
  if (seen !== '' && first.complete && first.lines.count === 0) return { status: 204 };
  const lines = async function* (signal: AbortSignal): AsyncGenerator<string, void> {
    for await (const page of source.tailLog(query, { signal })) {
      let text = '';
      let index = 0;
      for (const line of linesOf(page.lines))
        text += `id: ${linePointer(page.lines, index++)}\ndata: ${JSON.stringify(toJobLine(line, run))}\n\n`;
      if (text !== '') yield text;
    }
  };
  return eventStreamAnswer({ parts: [lines], beat: () => ': heartbeat\n\n', end: () => ': end\n\n' }, call.signal);
}

function runOf(call: HttpCall, { source }: Served): Promise<ExecutionSummary> {
  return source.getExecution({ execution: pathParam(call, 'run_id') }, { signal: call.signal });
}

/** Browsers send an id as UTF-8, and servers read headers as Latin-1. */
function utf8(header: string): string {
  if (!/[\x80-\xff]/.test(header)) return header;
  return new TextDecoder().decode(Uint8Array.from(header, (char) => char.charCodeAt(0)));
}
