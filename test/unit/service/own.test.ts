import { describe, expect, test } from 'vitest';
import type { LogSource } from '../../../src/model/source.ts';
import { HealthCheck } from '../../../src/service/health.ts';
import { Metrics } from '../../../src/service/metrics.ts';
import { healthRoute, metricsRoute } from '../../../src/service/ownRoutes.ts';
import { ProcessWatch } from '../../../src/service/processFigures.ts';
import { jsonLog } from '../../../src/service/serviceLog.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { columns, day } from '../../contract/recording.ts';
import { servedFrom, startService } from '../../harness/service.ts';

async function closed(): Promise<LogSource> {
  const store = new MemoryStore();
  await store[Symbol.asyncDispose]();
  return store;
}

describe('health', () => {
  test('is well as long as one store can be read', async () => {
    const live = await closed();
    const archive = new MemoryStore();
    expect(await new HealthCheck({ live, archive }).look()).toEqual({
      ok: true,
      stores: { live: 'unavailable', archive: 'ok' },
    });
    expect((await new HealthCheck({ live }).look()).ok).toBe(false);
    await archive[Symbol.asyncDispose]();
  });

  test('is answered 200 or 503, to those without a token too', async () => {
    for (const [source, status] of [
      [new MemoryStore(), 200],
      [await closed(), 503],
    ] as const) {
      const routes = [healthRoute(new HealthCheck({ live: source }), '1.2.3')];
      await using service = await startService({ routes });
      const response = await fetch(`${service.url}/healthz`);
      expect(response.status).toBe(status);
      expect(await response.json()).toEqual({
        ok: status === 200,
        stores: { live: status === 200 ? 'ok' : 'unavailable' },
        version: '1.2.3',
      });
    }
  });
});

test('the figures are in the format of Prometheus', async () => {
  const metrics = new Metrics();
  using watch = new ProcessWatch();
  const store = new MemoryStore();
  await store.createExecution({ execution: 'a', name: 'a', startedAt: day });
  await store.startStep({ execution: 'a', step: 's', name: 's', order: 1, status: 'running', hosts: [], at: day });
  await store.startHost({ execution: 'a', step: 's', host: 'h', at: day });
  await store.append({ execution: 'a', step: 's', host: 'h', firstNumber: 1, lines: columns(['1', '2', '3']) });
  const { dialectRoutes } = await import('../../../src/service/dialects.ts');
  const routes = [...dialectRoutes, metricsRoute(metrics, '1"2', () => watch.figures())];
  await using service = await startService({ routes, metrics, served: servedFrom(store) });
  await fetch(`${service.url}/api/executor/execution-records/a/logs/?format=lines&at=start`);
  await fetch(`${service.url}/nothing/`);
  const text = await (await fetch(`${service.url}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const sample of samples)
    expect(sample).toMatch(/^[a-z_]+(\{[a-z]+="([^"\\\n]|\\.)*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+-]+$/);
  expect(samples).toEqual(
    expect.arrayContaining([
      'execlogs_info{version="1\\"2"} 1',
      'execlogs_http_requests_total{route="GET /api/executor/execution-records/:id/logs/",status="200"} 1',
      'execlogs_http_requests_total{route="none",status="404"} 1',
      'execlogs_http_request_duration_seconds_count{route="none"} 1',
      'execlogs_http_request_duration_seconds_bucket{route="none",le="+Inf"} 1',
      'execlogs_lines_sent_total 3',
      'execlogs_open_streams 0',
    ]),
  );
  const declared = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name);
  expect(new Set(declared).size).toBe(declared.length);
});

test('the log is one JSON object per line, whatever is in it', () => {
  const lines: string[] = [];
  jsonLog((line) => lines.push(line))({ level: 'info', event: 'request', words: 'a\nb\u2028"', token: undefined });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', words: 'a\nb\u2028"' });
  expect(lines[0]).toMatch(/^\{"time":"\d{4}-\d\d-\d\dT[\d:.]+Z",/);
});
