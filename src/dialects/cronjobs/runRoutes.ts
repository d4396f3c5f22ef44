import { isoTime } from '../../base/isoTime.ts';
import { LogError } from '../../model/errors.ts';
import type { LogAdmin } from '../../model/source.ts';
import type { LogStatistics, StatisticsQuery } from '../../model/statistics.ts';
import { isFinished } from '../../model/status.ts';
import { pathParam } from '../executor/call.ts';
import { badParam, countParam, timeParam } from '../executor/params.ts';
import { json, type HttpCall, type Route, type Served } from '../http.ts';
import { findJob } from './jobRuns.ts';
import { readNothing } from './noBody.ts';
import { toRunWithSteps } from './records.ts';
import { toMetric } from './runNews.ts';
import { summaryOf, toStatistics } from './statistics.ts';
import { statusWord } from './words.ts';

const run = '/api/job-runs/:run_id';
const day = 86_400_000;
/** Runs that one request cleans up: it does not take for ever then. */
const mostCleaned = 1_000;

/** What is known of runs besides their lines, and counts, as document 001's system has them. */
export const cronjobRunRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${run}/status-history`,
    needs: 'read',
    async answer(call, served) {
      const { id, history = [] } = await found(call, served);
      const changes = history.map(({ status, at }, i) => {
        const before = history[i - 1]?.status;
        return {
          job_run_id: id,
          from_status: before === undefined ? null : statusWord(before),
          to_status: statusWord(status),
          state: status,
          timestamp: isoTime(at),
        };
      });
      return json({ job_run_id: id, history: changes, total: changes.length });
    },
  },
  {
    method: 'GET',
    path: `${run}/metrics`,
    needs: 'read',
    async answer(call, served) {
      const { id } = await found(call, served);
      const metrics = (await metricsOf(call, served, id)).map((metric) => toMetric(metric, id));
      return json({ job_run_id: id, metrics, total: metrics.length });
    },
  },
  {
    method: 'GET',
    path: `${run}/metrics/summary`,
    needs: 'read',
    async answer(call, served) {
      const { id } = await found(call, served);
      return json({ job_run_id: id, metrics: summaryOf(await metricsOf(call, served, id)) });
    },
  },
  {
    method: 'GET',
    path: `${run}/summary`,
    needs: 'read',
    async answer(call, served) {
      const about = await found(call, served);
      const end = { execution: about.id, position: { at: 'end' }, limit: { lines: 1 }, withoutText: true } as const;
      const { total } = await served.source.readLog(end, { signal: call.signal });
      const counts = await served.statistics?.statistics({ execution: about.id }, { signal: call.signal });
      return json({
        ...toRunWithSteps(about, Date.now()),
        total_logs: total ?? counts?.lines ?? null,
        ...(counts && { by_level: toStatistics(counts).by_level, top_errors: toStatistics(counts).top_errors }),
      });
    },
  },
  {
    method: 'GET',
    path: '/api/logs/statistics',
    needs: 'read',
    answer: (call, served) => counts(call, served, {}),
  },
  {
    method: 'GET',
    path: '/api/cronjobs/:job_id/statistics',
    needs: 'read',
    async answer(call, served) {
      const job = pathParam(call, 'job_id');
      await findJob(served, job, { signal: call.signal });
      return counts(call, served, { job });
    },
  },
  {
    method: 'POST',
    path: '/api/maintenance/cleanup',
    needs: 'delete',
    answer: cleanUp,
  },
];

async function counts(call: HttpCall, served: Served, query: StatisticsQuery) {
  const since = timeParam(call.query, 'start_time');
  const until = timeParam(call.query, 'end_time');
  const asked = { ...query, ...(since !== undefined && { since }), ...(until !== undefined && { until }) };
  return json(toStatistics(await statisticsOf(served).statistics(asked, { signal: call.signal })));
}

/** Deletes runs of jobs that ended longer ago than so many days; executions that are no runs of a job stay. */
async function cleanUp(call: HttpCall, { source, admin }: Served) {
  const { query, signal } = call;
  await readNothing(call);
  const days = countParam(query, 'days') ?? 90;
  if (days > 36_500) throw badParam('days', 'is a number of days up to 36,500');
  if (!admin) throw new LogError('invalidRequest', 'Nothing can be deleted here.');
  const until = Date.now() - days * day;
  const due: string[] = [];
  for (let cursor: string | undefined; ;) {
    const at = cursor === undefined ? {} : { cursor };
    const { executions, next } = await source.listExecutions({ filter: { until }, limit: 200, ...at }, { signal });
    for (const { id, job, status, endedAt } of executions)
      if (job !== undefined && isFinished(status) && endedAt !== undefined && endedAt < until) due.push(id);
    if (next === undefined || due.length > mostCleaned) break;
    cursor = next;
  }
  let deleted = 0;
  for (const execution of due.slice(0, mostCleaned)) if (await isDeleted(admin, execution, signal)) deleted++;
  const message = `${deleted} runs were deleted that ended more than ${days} days ago.`;
  return json({ deleted_count: deleted, days, has_more: due.length > mostCleaned, message });
}

/** Not one that somebody else has deleted meanwhile, or whose writer has come back. */
async function isDeleted(admin: LogAdmin, execution: string, signal: AbortSignal): Promise<boolean> {
  try {
    await admin.deleteExecution({ execution }, { signal });
    return true;
  } catch (error) {
    if (error instanceof LogError && (error.code === 'notFound' || error.code === 'invalidRequest')) return false;
    throw error;
  }
}

function found(call: HttpCall, { source }: Served) {
  return source.getExecution({ execution: pathParam(call, 'run_id') }, { signal: call.signal });
}

async function metricsOf({ signal }: HttpCall, { statistics }: Served, execution: string) {
  return (await statistics?.metrics({ execution }, { signal })) ?? [];
}

function statisticsOf({ statistics }: Served): LogStatistics {
  if (!statistics) throw new LogError('invalidRequest', 'The store of this service keeps no counts.');
  return statistics;
}
