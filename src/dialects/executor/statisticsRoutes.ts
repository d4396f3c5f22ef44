import { LogError } from '../../model/errors.ts';
import type { LogStatistics } from '../../model/statistics.ts';
import { json, type Route, type Served } from '../http.ts';
import { pathParam, readJson } from './call.ts';
import { readNewMetric, readStatisticsQuery, toMetrics, toStatistics } from './statistics.ts';
import { checkNamed } from './writes.ts';

const largestBody = 65_536;
const metrics = '/api/executor/execution-records/:id/metrics/';

/** What the store counts, and what runs tell of themselves. */
export const statisticsRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/api/executor/statistics/',
    needs: 'read',
    async answer({ query, signal }, served) {
      return json(toStatistics(await counting(served).statistics(readStatisticsQuery(query), { signal })));
    },
  },
  {
    method: 'GET',
    path: metrics,
    needs: 'read',
    async answer(call, served) {
      const ref = { execution: pathParam(call, 'id') };
      return json(toMetrics(await counting(served).metrics(ref, { signal: call.signal })));
    },
  },
  {
    method: 'POST',
    path: metrics,
    needs: 'write',
    async answer(call, served) {
      const execution = pathParam(call, 'id');
      const body = await readJson(call, largestBody);
      checkNamed(body, { execution });
      const metric = readNewMetric(execution, body, Date.now());
      const sink = await served.sinkFor?.(execution);
      if (!sink?.metric) throw new LogError('invalidRequest', 'No metrics can be recorded here.');
      await sink.metric(metric);
      return { status: 204 };
    },
  },
];

function counting({ statistics }: Served): LogStatistics {
  if (!statistics) throw new LogError('invalidRequest', 'Nothing is counted here.');
  return statistics;
}
