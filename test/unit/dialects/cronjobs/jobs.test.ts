import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { cronjobOperations, cronjobSchemas } from '../../../../src/dialects/cronjobs/openapi.ts';
import { cronjobRoutes } from '../../../../src/dialects/cronjobs/routes.ts';
import { cronjobSockets } from '../../../../src/dialects/cronjobs/socketRoutes.ts';
import type { Schema } from '../../../../src/dialects/executor/openapi/schemas.ts';
import type { LogAdmin } from '../../../../src/model/source.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { bearer, startService, tokensFor } from '../../../harness/service.ts';
import { faultsOf } from '../executor/conforms.ts';
import { begin, day, finish, record, serveJobs, write } from './served.ts';

test('every path is in the document for people', async () => {
  const document = await readFile(new URL('../../../../docs/http-api.md', import.meta.url), 'utf8');
  const paths = [...cronjobRoutes, ...cronjobSockets].map(({ path }) => path);
  expect(paths.filter((path) => !document.includes(path))).toEqual([]);
});

describe('the description for programs', () => {
  test('names every route and nothing else', () => {
    const routes = cronjobRoutes.map(({ method, path }) => `${method} ${path}`);
    expect(Object.keys(cronjobOperations).toSorted()).toEqual(routes.toSorted());
  });

  test('says how answers look', async () => {
    await using served = await serveJobs([{ id: 'a', name: 'A', enabled: true, cron: '30 4 * * *', nextRunAt: day }]);
    const answers: readonly (readonly [string, Schema])[] = [
      ['/api/cronjobs/', cronjobSchemas.CronJobs],
      ['/api/cronjobs/a/', cronjobSchemas.CronJob],
      ['/api/cronjobs/a/runs', cronjobSchemas.CronRuns],
      ['/api/cronjobs/runs/r', cronjobSchemas.CronRun],
      ['/api/cronjobs/a/logs', cronjobSchemas.CronLogs],
      ['/api/cronjobs/a/logs/realtime', cronjobSchemas.CronRealtime],
      ['/api/cronjobs/a/statistics', cronjobSchemas.CronStatistics],
      ['/api/job-runs/r/logs', cronjobSchemas.CronRunLogs],
      ['/api/job-runs/r/status-history', cronjobSchemas.CronStatusHistory],
      ['/api/job-runs/r/metrics', cronjobSchemas.CronMetrics],
      ['/api/job-runs/r/metrics/summary', cronjobSchemas.CronMetricSummaries],
      ['/api/job-runs/r/summary', cronjobSchemas.CronRunSummary],
    ];
    await begin(served.store, 'r', 'a');
    await served.store.metric({ execution: 'r', name: 'papers', value: 3, at: day });
    await write(served.store, 'r', 1, ['x', { text: 'ERROR no', level: 'error', time: day, fields: { a: 'b' } }]);
    for (const state of ['runs', 'has ended']) {
      for (const [path, schema] of answers)
        expect({ state, path, faults: faultsOf((await served.get(path)).body, schema, {}) }).toMatchObject({
          faults: [],
        });
      await finish(served.store, 'r');
    }
    const cleaned = (await served.post('/api/maintenance/cleanup')).body;
    expect(faultsOf(cleaned, cronjobSchemas.CronCleaned, {})).toEqual([]);
    const started = (await served.post('/api/cronjobs/a/trigger')).body;
    expect(faultsOf(started, cronjobSchemas.CronStarted, {})).toEqual([]);
  });
});

describe('jobs', () => {
  const jobs = [
    { id: 'nightly', name: 'Nightly', enabled: true, cron: '30 4 * * *', nextRunAt: day },
    { id: 'broken', name: 'broken', enabled: false, problem: 'broken.yaml:1:1: nothing' },
  ];

  test('are those of the runner and those of which there are runs', async () => {
    await using served = await serveJobs(jobs);
    await record(served.store, 'r1', 'nightly', []);
    await record(served.store, 'r2', 'elsewhere', []);
    const { body } = await served.get('/api/cronjobs');
    expect(body).toMatchObject({
      total: 3,
      jobs: [
        {
          id: 'nightly',
          cron_expression: '30 4 * * *',
          enabled: true,
          next_run_at: '2026-02-20T00:00:00.000Z',
          last_run: { job_run_id: 'r1', status: 'completed', duration_ms: 10_000 },
        },
        { id: 'broken', enabled: false, problem: 'broken.yaml:1:1: nothing', last_run: null },
        { id: 'elsewhere', name: 'run of elsewhere', enabled: false, last_run: { job_run_id: 'r2' } },
      ],
    });
    expect((await served.get('/api/cronjobs/?enabled_only=true')).body).toMatchObject({ total: 1 });
    expect((await served.get('/api/cronjobs/?skip=2&limit=1')).body).toMatchObject({ jobs: [{ id: 'elsewhere' }] });
    expect((await served.get('/api/cronjobs/elsewhere')).body).toMatchObject({ id: 'elsewhere' });
    expect(await served.get('/api/cronjobs/none')).toMatchObject({
      status: 404,
      body: { error: { code: 'notFound' } },
    });
  });

  test('are started, and not made', async () => {
    await using served = await serveJobs(jobs);
    const { status, body } = await served.post('/api/cronjobs/nightly/trigger', '{"force_reprocess": false}');
    expect([status, body]).toMatchObject([
      200,
      { job_run_id: 'nightly-run', task_id: 'nightly-run', status: 'started' },
    ]);
    expect((await served.post('/api/cronjobs/nightly/trigger')).status).toBe(200);
    expect(await served.post('/api/cronjobs', '{"name":"x"}')).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('--pipelines') as string } },
    });
    await using without = await serveJobs();
    expect(await without.post('/api/cronjobs/nightly/trigger')).toMatchObject({
      status: 400,
      body: { error: { code: 'invalidRequest', message: expect.stringContaining('--pipelines') as string } },
    });
  });
});

describe('runs', () => {
  test('of a job come newest first, in pages, and by how they ended', async () => {
    await using served = await serveJobs();
    for (let i = 0; i < 5; i++) {
      await begin(served.store, `r${i}`, 'a', day + i * 1_000);
      await finish(served.store, `r${i}`, day + 60_000, i % 2 ? 'timedOut' : 'succeeded');
    }
    await record(served.store, 'other', 'b', []);
    const ids = async (query: string) => {
      const { body } = await served.get(`/api/cronjobs/a/runs?${query}`);
      const { runs, has_more } = body as { runs: { id: string }[]; has_more: boolean };
      return [runs.map(({ id }) => id), has_more];
    };
    expect(await ids('limit=2')).toEqual([['r4', 'r3'], true]);
    expect(await ids('limit=2&skip=3')).toEqual([['r1', 'r0'], false]);
    expect(await ids('status_filter=failed')).toEqual([['r3', 'r1'], false]);
    expect(await ids('status_filter=completed&limit=1')).toEqual([['r4'], true]);
    expect((await served.get('/api/cronjobs/a/runs?status_filter=great')).status).toBe(400);
    expect((await served.get('/api/cronjobs/none/runs')).status).toBe(404);
  });

  test('tell their steps, their statuses and what is in them', async () => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    await write(served.store, 'r', 1, ['x', { text: 'ERROR: no', level: 'error', time: day }]);
    await finish(served.store, 'r', day + 10_000, 'partial');
    expect((await served.get('/api/cronjobs/runs/r')).body).toMatchObject({
      job_id: 'a',
      status: 'partial',
      completed_at: '2026-02-20T00:00:10.000Z',
      steps: [{ step: 's', name: 'Step' }],
    });
    const { body } = await served.get('/api/job-runs/r/status-history');
    const { history } = body as { history: { from_status: string | null; to_status: string }[] };
    expect(history.map(({ from_status, to_status }) => [from_status, to_status])).toEqual([
      [null, 'running'],
      ['running', 'partial'],
    ]);
    expect((await served.get('/api/job-runs/r/summary')).body).toMatchObject({
      total_logs: 2,
      by_level: { DEBUG: 0, INFO: 1, WARNING: 0, ERROR: 1, CRITICAL: 0 },
      top_errors: [{ count: 1, job_run_id: 'r' }],
    });
    for (const path of ['status-history', 'metrics', 'metrics/summary', 'summary'])
      expect((await served.get(`/api/job-runs/none/${path}`)).status).toBe(404);
  });

  test('tell their metrics, one by one and summed up', async () => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    for (const [i, value] of [3, 1, 5].entries())
      await served.store.metric({ execution: 'r', name: 'papers', value, unit: 'n', at: day + i, step: 's' });
    expect((await served.get('/api/job-runs/r/metrics')).body).toMatchObject({
      total: 3,
      metrics: [
        { metric_name: 'papers', metric_value: 3, metric_unit: 'n', step: 's', host: null },
        { metric_value: 1 },
        { metric_value: 5, timestamp: '2026-02-20T00:00:00.002Z' },
      ],
    });
    expect((await served.get('/api/job-runs/r/metrics/summary')).body).toEqual({
      job_run_id: 'r',
      metrics: [{ metric_name: 'papers', unit: 'n', count: 3, min: 1, max: 5, mean: 3, last: 5 }],
    });
    using talk = await served.socket('/api/job-runs/r/logs/ws');
    talk.say({ type: 'subscribe', types: ['metric'] });
    const told: unknown[] = [];
    while (told.length < 3) {
      const { type, data } = await talk.next();
      if (type === 'metric') told.push(data['metric_value']);
    }
    expect(told).toEqual([3, 1, 5]);
  });
});

test('counts are of one job, or of all', async () => {
  await using served = await serveJobs();
  await record(served.store, 'r1', 'a', [
    { text: 'fine', time: day },
    { text: 'WARN careful', level: 'warn', time: day + 3_600_000 },
  ]);
  await record(served.store, 'r2', 'b', [{ text: 'FATAL 1', level: 'fatal', time: day }]);
  expect((await served.get('/api/cronjobs/a/statistics')).body).toMatchObject({
    total_logs: 2,
    by_level: { INFO: 1, WARNING: 1, CRITICAL: 0 },
    by_step: [{ step: 's', count: 2 }],
    by_hour: [
      { hour: '2026-02-20T00:00:00.000Z', count: 1 },
      { hour: '2026-02-20T01:00:00.000Z', count: 1 },
    ],
    runs: { total: 1, by_status: { completed: 1 }, duration_ms: { count: 1, max: 10_000 } },
  });
  expect((await served.get('/api/logs/statistics')).body).toMatchObject({ total_logs: 3, by_level: { CRITICAL: 1 } });
  expect((await served.get('/api/cronjobs/none/statistics')).status).toBe(404);
});

test('cleaning up deletes old runs of jobs, and nothing else', async () => {
  await using served = await serveJobs();
  const now = Date.now();
  const days = (count: number): number => now - count * 86_400_000;
  await record(served.store, 'old', 'a', ['x'], days(100));
  await record(served.store, 'young', 'a', ['x'], days(80));
  await begin(served.store, 'running', 'a', days(100));
  await served.store.createExecution({ execution: 'deploy', name: 'deploy', startedAt: days(100) });
  await served.store.finishExecution({ execution: 'deploy', status: 'succeeded', at: days(100) });
  expect((await served.post('/api/maintenance/cleanup')).body).toMatchObject({
    deleted_count: 1,
    days: 90,
    has_more: false,
  });
  const left = async () => (await served.store.listExecutions({})).executions.map(({ id }) => id).toSorted();
  expect(await left()).toEqual(['deploy', 'running', 'young']);
  expect((await served.post('/api/maintenance/cleanup?days=30')).body).toMatchObject({ deleted_count: 1 });
  expect(await left()).toEqual(['deploy', 'running']);
  expect((await served.post('/api/maintenance/cleanup?days=0')).status).toBe(400);
});

test('a token finds a job by a run of its own, behind however many runs of others', async () => {
  await using service = await startService({ tokens: tokensFor({ ann: { executions: ['mine'] } }) });
  await record(service.store, 'mine', 'a', ['here']);
  for (let i = 0; i < 120; i++) await begin(service.store, `other-${i}`, 'a', day + i);
  const answer = await fetch(`${service.url}/api/cronjobs/a/logs`, bearer('ann'));
  expect([answer.status, await answer.json()]).toMatchObject([200, { total: 1, logs: [{ message: 'here' }] }]);
});

test('cleaning up passes over what somebody else has deleted meanwhile', async () => {
  await using store = new MemoryStore();
  for (const run of ['r1', 'r2', 'r3']) await record(store, run, 'a', [], 1_000);
  let isFirst = true;
  const deleteExecution: LogAdmin['deleteExecution'] = async (ref) => {
    if (isFirst)
      for (const execution of ['r1', 'r2', 'r3'])
        if (execution !== ref.execution) await store.deleteExecution({ execution });
    isFirst = false;
    await store.deleteExecution(ref);
  };
  await using service = await startService({ served: { source: store, admin: { deleteExecution } } });
  const answer = await fetch(`${service.url}/api/maintenance/cleanup?days=1`, { method: 'POST' });
  expect([answer.status, await answer.json()]).toMatchObject([200, { deleted_count: 1 }]);
});
