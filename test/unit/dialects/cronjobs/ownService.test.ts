import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { CronJobs } from '../../../../src/dialects/cronjobs/client/source.ts';
import { cronjobRoutes } from '../../../../src/dialects/cronjobs/routes.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import { columns } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { startService, type TestService } from '../../../harness/service.ts';

/** While the stream is relied on nobody asks: what comes has come through it, and so has the end. */
const pace = { streaming: 600_000, gap: 1, settling: 5, names: 0, bounds: [20, 20] as const, polling: 20 };
const day = Date.UTC(2026, 1, 3);

let service: TestService;
let client: CronJobs;
let written: string[];
let numbers: Map<string, number>;

beforeEach(async () => {
  service = await startService({ routes: cronjobRoutes });
  client = new CronJobs(`cronjobs+${service.url}`, { pace });
  written = [];
  numbers = new Map();
  const { store } = service;
  await store.createExecution({ execution: 'run-1', name: 'Nightly', job: 'nightly', user: 'ann', startedAt: day });
  const hosts = ['alpha', 'beta'].map((id) => ({ id, name: id }));
  for (const [order, step] of ['fetch', 'embed'].entries())
    await store.startStep({
      execution: 'run-1',
      step,
      name: step,
      order: order + 1,
      status: 'running',
      hosts,
      at: day,
    });
});

afterEach(async () => {
  await client.source[Symbol.asyncDispose]();
  await service.close();
});

async function write(step: string, host: string, ...texts: string[]): Promise<void> {
  const key = `${step}/${host}`;
  const firstNumber = (numbers.get(key) ?? 0) + 1;
  await service.store.append({ execution: 'run-1', step, host, firstNumber, lines: columns(texts) });
  numbers.set(key, firstNumber + texts.length - 1);
  written.push(...texts.map((text) => `${step}/${host} ${text}`));
}

function told({ lines }: LogPage): string[] {
  return [...linesOf(lines)].map(({ step, host, text }) => `${step}/${host} ${text}`);
}

async function end(): Promise<void> {
  await service.store.finishExecution({ execution: 'run-1', status: 'failed', message: 'no luck', at: day + 1 });
}

test('runs of a service of ours are listed, with their steps', async () => {
  const { executions } = await client.source.listExecutions({});
  const about = { id: 'run-1', name: 'Nightly', job: 'nightly', user: 'ann', status: 'running', startedAt: day };
  expect(executions).toEqual([{ ...about, kind: 'cron job', createdAt: day }]);
  await end();
  const ended = await client.source.getExecution({ execution: 'run-1' });
  expect(ended).toMatchObject({ status: 'failed', message: 'no luck', endedAt: day + 1 });
  expect(ended.steps.map(({ id, order, status }) => [id, order, status])).toEqual([
    ['fetch', 1, 'interrupted'],
    ['embed', 2, 'interrupted'],
  ]);
});

test('its lines are read in its order, each with its step and its host', async () => {
  for (let i = 0; i < 1_500; i++)
    await write(i % 3 ? 'fetch' : 'embed', i % 2 ? 'alpha' : 'beta', `${i}`, `${i}, again`);
  const page = await client.source.readLog({ execution: 'run-1', position: { at: 'start' }, limit: { lines: 5_000 } });
  expect(told(page)).toEqual(written);
  const own = await client.source.readLog({
    execution: 'run-1',
    step: 'embed',
    host: 'beta',
    position: { at: 'start' },
  });
  expect(told(own)).toEqual(written.filter((text) => text.startsWith('embed/beta')));
});

test('its stream tells of lines as they are written, and of the end', async () => {
  await write('fetch', 'alpha', 'before');
  const pages: LogPage[] = [];
  const seen = () => pages.flatMap(told);
  const tail = (async () => {
    for await (const page of client.source.tailLog({ execution: 'run-1', position: { at: 'start' } })) pages.push(page);
  })();
  await eventually(() => expect(seen()).toEqual(written));
  // The first line is what proves the stream.
  await write('fetch', 'alpha', 'first');
  await eventually(() => expect(pages.flatMap(({ state }) => state?.kind ?? [])).toContain('live'));
  for (let i = 0; i < 5; i++) {
    await write(i % 2 ? 'fetch' : 'embed', 'beta', `line ${i}`);
    await eventually(() => expect(seen()).toEqual(written));
  }
  await end();
  await tail;
  expect(seen()).toEqual(written);
  expect(pages.at(-1)?.complete).toBe(true);
});

test('a job, a run and a step that there are not are said to be none', async () => {
  const notFound = { code: 'notFound' };
  await expect(client.source.getExecution({ execution: 'no' })).rejects.toMatchObject(notFound);
  await expect(client.source.getStepResult({ execution: 'run-1', step: 'no' })).rejects.toMatchObject(notFound);
  expect((await client.source.listExecutions({ filter: { job: 'no' } })).executions).toEqual([]);
});
