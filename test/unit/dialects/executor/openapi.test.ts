import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { operations } from '../../../../src/dialects/executor/openapi/operations.ts';
import { schemas, type Schema } from '../../../../src/dialects/executor/openapi/schemas.ts';
import { executorRoutes } from '../../../../src/dialects/executor/routes.ts';
import { toWireLines } from '../../../../src/dialects/executor/wire.ts';
import { columns } from '../../../contract/recording.ts';
import { faultsOf } from './conforms.ts';
import { alpha, append, begin, day, end, serveStore } from './served.ts';

const records = '/api/executor/execution-records/';
const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
const faults = (value: unknown, schema: Schema): string[] => faultsOf(value, schema, schemas);

describe('the description of the API', () => {
  test('names every route and nothing else', () => {
    expect(Object.keys(operations).toSorted()).toEqual(executorRoutes.map(nameOf).toSorted());
  });

  test('is served, and refers to nothing that is not there', async () => {
    await using served = await serveStore();
    const { status, body } = await served.get('/api/openapi.json');
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: '3.1.1', paths: { [`${records}{id}/`]: { get: {}, delete: {} } } });
    const refs = [...JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    const { components } = body as { components: { schemas: object } };
    expect(new Set(refs).difference(new Set(Object.keys(components.schemas)))).toEqual(new Set());
    expect(refs.length).toBeGreaterThan(20);
  });

  test('is in the document for people too', async () => {
    const document = await readFile(new URL('../../../../docs/http-api.md', import.meta.url), 'utf8');
    const told = executorRoutes.map(({ path }) => path).filter((path) => !document.includes(path));
    expect(told).toEqual([]);
  });

  test('says how answers look', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    const odd = [
      { text: 'a\nb', stream: 'stderr' as const, fields: { unit: 'x' } },
      { text: 'ERROR', time: day, flags: 2 },
    ];
    await served.store.append({ ...alpha, firstNumber: 4, lines: columns(odd) });
    await served.store.metric({ execution: '12', name: 'files', value: 3, at: day });
    const answers: readonly (readonly [string, Schema])[] = [
      ['/api/executor/capabilities/', schemas.Capabilities],
      [records, schemas.RecordList],
      [`${records}?cursor=12`, schemas.RecordList],
      [`${records}12/`, schemas.RecordDetail],
      [`${records}12/steps/1/result/`, schemas.StepResult],
      ['/api/executor/statistics/', schemas.Statistics],
      ['/api/executor/statistics/?execution=12', schemas.Statistics],
      [`${records}12/metrics/`, schemas.Metrics],
      [`${records}12/steps/1/hosts/7/logs/?pointer=&limit=2`, schemas.LogText],
      [`${records}12/steps/1/hosts/7/logs/?pointer=&text=line`, schemas.LogText],
      [`${records}12/steps/1/hosts/7/logs/`, schemas.Error],
      [`${records}12/steps/1/logs/?format=lines`, schemas.LogPage],
      [`${records}12/steps/1/logs/?format=lines&levels=error`, schemas.LogPage],
      [`${records}12/steps/1/hosts/7/logs/?format=lines&limit=1`, schemas.LogPage],
      [`${records}12/logs/?pointer=`, schemas.WholeLog],
      [`${records}13/`, schemas.Error],
    ];
    for (const state of ['runs', 'has ended']) {
      for (const [path, schema] of answers)
        expect({ state, path, faults: faults((await served.get(path)).body, schema) }).toEqual({
          state,
          path,
          faults: [],
        });
      await end(served.store);
    }
  });

  test('says how bodies look', async () => {
    const lines = JSON.parse(JSON.stringify(toWireLines(columns(['a', 'b\nc'])))) as unknown;
    expect(faults(lines, schemas.Lines)).toEqual([]);
    const step = { step: '1', name: 'build', order: 1, status: 'running', hosts: [{ id: '7', name: 'a' }], at: day };
    expect(faults(step, schemas.NewStep)).toEqual([]);
    expect(faults({ status: 'success', exitCode: 1, message: '', at: day }, schemas.Ending)).toEqual([]);
    expect(faults({ status: 5, more: 1 }, schemas.Ending)).toEqual([
      '.status: is no string',
      '.more: is not mentioned',
    ]);
  });
});
