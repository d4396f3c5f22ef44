import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { jobsOperations, jobsSchemas } from '../../../../src/dialects/jobs/openapi.ts';
import { jobsRoutes } from '../../../../src/dialects/jobs/routes.ts';
import type { Schema } from '../../../../src/dialects/executor/openapi/schemas.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { servedFrom } from '../../../harness/service.ts';
import { faultsOf } from '../executor/conforms.ts';
import { append, begin, end, get, post, serveJobs, StartedRuns } from './served.ts';

const faults = (value: unknown, schema: Schema): string[] => faultsOf(value, schema, {});

test('the description names every route and nothing else, and the document for people does too', async () => {
  const routes = jobsRoutes();
  expect(Object.keys(jobsOperations).toSorted()).toEqual(
    routes.map(({ method, path }) => `${method} ${path}`).toSorted(),
  );
  const document = await readFile(new URL('../../../../docs/http-api.md', import.meta.url), 'utf8');
  expect(routes.map(({ path }) => path).filter((path) => !document.includes(path))).toEqual([]);
});

test('the description is served, and refers to nothing that is not there', async () => {
  await using service = await serveJobs();
  const { status, body } = await get(service, '/api/jobs/openapi.json');
  expect(status).toBe(200);
  expect(body).toMatchObject({ openapi: '3.1.1', paths: { '/jobs/{job_id}': { get: {} } } });
  const refs = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  const { schemas } = body['components'] as { schemas: object };
  expect(new Set(refs)).toEqual(new Set(Object.keys(schemas)));
});

test('the description says how answers look', async () => {
  await using store = new MemoryStore();
  const runner = new StartedRuns(store, ['7']);
  await using service = await serveJobs({ served: { ...servedFrom(store), runner } });
  await begin(store, { kind: 'phagescope_track' });
  await append(store, 1, ['one', { text: 'two', level: 'warn', time: 5, fields: { a: 'b' } }]);
  const answers: readonly (readonly [string, Schema])[] = [
    ['/jobs/job-1', jobsSchemas.JobWithActions],
    ['/tasks/decompose/jobs/job-1', jobsSchemas.JobWithLogs],
    ['/jobs/job-1/logs?tail=1', jobsSchemas.JobTail],
    ['/jobs/board', jobsSchemas.JobBoard],
  ];
  for (const state of ['runs', 'has ended']) {
    for (const [path, schema] of answers)
      expect({ state, path, faults: faults((await get(service, path)).body, schema) }).toMatchObject({ faults: [] });
    await end(store);
  }
  const control = { action: 'pause' };
  const decompose = { async_mode: true, plan_id: 3, pipeline: '7' };
  expect(faults(control, jobsSchemas.JobControl)).toEqual([]);
  expect(faults((await post(service, '/jobs/job-1/control', control)).body, jobsSchemas.JobControlled)).toEqual([]);
  expect(faults(decompose, jobsSchemas.Decompose)).toEqual([]);
  expect(faults((await post(service, '/tasks/7/decompose', decompose)).body, jobsSchemas.Decomposing)).toEqual([]);
});
