import { describe, expect, test } from 'vitest';
import { bearer, servedFrom, tokensFor } from '../../../harness/service.ts';
import { AskedJobs } from '../../../../src/dialects/jobs/asked.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { append, begin, day, end, get, host, post, serveJobs, StartedRuns } from './served.ts';

describe('a job', () => {
  test('is an execution in the words of the document, with its newest lines and its steps as actions', async () => {
    await using service = await serveJobs();
    const { store } = service;
    await begin(store);
    await append(store, 1, [
      { text: 'queued', time: day, level: 'info' },
      { text: 'a warning', time: day + 1_000, level: 'warn', stream: 'stderr', fields: { task_id: '7' } },
      'plain',
      { text: 'on the error channel', stream: 'stderr' },
    ]);
    const { status, body } = await get(service, '/jobs/job-1');
    expect(status).toBe(200);
    expect(body).toEqual({
      ...{ job_id: 'job-1', job_type: 'plan_decompose', status: 'running', plan_id: null, task_id: null, mode: null },
      ...{ owner_id: 'ann', session_id: null, result: null, params: {}, error: null },
      stats: { executed: 0, failed: 0, skipped: 0, total_steps: 1, current_step: 1, progress_percent: 0 },
      metadata: { target_task_name: 'demo', state: 'running', logs_shown: 4, logs_total: 4 },
      ...{ created_at: '2026-11-21T01:18:56.000Z', started_at: '2026-11-21T01:18:56.000Z', finished_at: null },
      logs: [
        entry('2026-11-21T01:18:56.000Z', 'info', 'queued', 1),
        entry('2026-11-21T01:18:57.000Z', 'warning', 'a warning', 2, { task_id: '7', stream: 'stderr' }),
        entry(null, 'stdout', 'plain', 3),
        entry(null, 'stderr', 'on the error channel', 4, { stream: 'stderr' }),
      ],
      action_logs: [expect.objectContaining({ sequence: 1, action_name: 'decompose', status: 'running' })],
      action_cursor: '1:2026-11-21T01:18:56.000Z',
    });
    const older = await get(service, '/tasks/decompose/jobs/job-1');
    const actions = { action_logs: body['action_logs'], action_cursor: body['action_cursor'] };
    expect({ ...older.body, ...actions }).toEqual(body);
    expect(Object.keys(older.body)).not.toContain('action_logs');
  });

  test('that failed says why, and how far it came', async () => {
    await using service = await serveJobs();
    await begin(service.store, { kind: 'plan_execute', job: '17' });
    await end(service.store, 'failed', 'no luck');
    expect((await get(service, '/jobs/job-1')).body).toMatchObject({
      ...{ job_type: 'plan_execute', status: 'failed', error: 'no luck', result: null, plan_id: 17 },
      stats: { executed: 0, failed: 1, total_steps: 1, progress_percent: 100 },
      action_logs: [{ status: 'failed', success: false, message: 'no luck' }],
    });
  });

  test('of very many lines shows the newest 2,000 and says how many there are', async () => {
    await using service = await serveJobs();
    await begin(service.store);
    const texts = Array.from({ length: 5_500 }, (_, i) => `line ${i + 1}`);
    await append(service.store, 1, texts);
    const { body } = await get(service, '/jobs/job-1');
    const logs = body['logs'] as { message: string }[];
    expect(logs.map(({ message }) => message)).toEqual(texts.slice(-2_000));
    expect(body['metadata']).toMatchObject({ logs_shown: 2_000, logs_total: 5_500, logs_cut: true });
    const tail = await get(service, '/jobs/job-1/logs?tail=3');
    expect(tail.body).toEqual({
      ...{ job_id: 'job-1', log_path: 'job://job-1/events', total_lines: 5_500, truncated: true },
      lines: texts.slice(-3),
    });
    expect((await get(service, '/jobs/job-1/logs')).body['lines']).toEqual(texts.slice(-200));
  });

  test('tells of lines that are gone', async () => {
    await using service = await serveJobs();
    await begin(service.store);
    await append(service.store, 1, ['gone', 'too']);
    await append(service.store, 3, ['there']);
    service.store.trim(host, 2);
    const { body } = await get(service, '/jobs/job-1');
    expect(body['logs']).toMatchObject([
      { level: 'warning', message: '2 lines can no longer be had (trimmed).' },
      { message: 'there' },
    ]);
  });

  test('that is not there, or a number that is none, is refused with words', async () => {
    await using service = await serveJobs();
    await begin(service.store);
    for (const path of ['/jobs/no', '/jobs/no/stream', '/tasks/decompose/jobs/no', '/jobs/no/logs'])
      expect(await get(service, path)).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } });
    for (const path of ['/jobs/job-1/logs?tail=0', '/jobs/job-1/logs?tail=2001', '/jobs/board?limit=x'])
      expect(await get(service, path)).toMatchObject({ status: 400, body: { error: { code: 'invalidRequest' } } });
  });

  test('is not controlled from here, and that is said as GAgent says it', async () => {
    await using service = await serveJobs();
    await begin(service.store);
    const refused = { success: false, job_id: 'job-1', action: 'pause', status: 'running' };
    expect(await post(service, '/jobs/job-1/control', { action: 'pause' })).toMatchObject({
      status: 200,
      body: { ...refused, message: expect.stringContaining('not paused') as unknown },
    });
    expect((await post(service, '/jobs/job-1/control', { action: 'explode' })).status).toBe(400);
    expect((await post(service, '/jobs/no/control', { action: 'pause' })).status).toBe(404);
  });
});

describe('the board', () => {
  test('groups jobs by what they are, newest first', async () => {
    await using service = await serveJobs();
    const { store } = service;
    await begin(store, { execution: 'a' });
    await begin(store, { execution: 'b', kind: 'phagescope_track' });
    await begin(store, { execution: 'c', kind: '__proto__', job: 'nightly' });
    await begin(store);
    await end(store, 'failed', 'no luck');
    const { body } = await get(service, '/jobs/board');
    expect(body).toMatchObject({
      total: 4,
      groups: {
        task_creation: { label: 'Task Creation', total: 2, running: 1, failed: 1, succeeded: 0, queued: 0 },
        phagescope: { total: 1, items: [{ job_id: 'b', job_type: 'phagescope_track' }] },
        code_executor: { items: [{ job_id: 'c', job_type: '__proto__', plan_id: 'nightly', label: 'demo' }] },
      },
    });
    const ids = async (query: string) => idsOn((await get(service, `/jobs/board?${query}`)).body);
    expect(await ids('limit=1')).toEqual(['job-1', 'b', 'c']);
    expect(await ids('include_finished=false')).toEqual(['a', 'b', 'c']);
    expect(await ids('plan_id=nightly')).toEqual(['c']);
    expect(await ids('session_id=s')).toEqual([]);
  });

  test('shows a token only what it may see', async () => {
    await using service = await serveJobs({ tokens: tokensFor({ some: { executions: ['a*'] } }) });
    await begin(service.store, { execution: 'a1' });
    await begin(service.store, { execution: 'b1' });
    expect(idsOn((await get(service, '/jobs/board', bearer('some'))).body)).toEqual(['a1']);
    const [refused, absent] = await Promise.all(['b1', 'b2'].map((id) => get(service, `/jobs/${id}`, bearer('some'))));
    expect(refused).toMatchObject({ status: 403 });
    expect(absent).toEqual(refused);
  });
});

describe('POST /tasks/:task_id/decompose', () => {
  test('starts the named pipeline, the one called as the task, or as the plan, and answers at once', async () => {
    await using store = new MemoryStore();
    const runner = new StartedRuns(store, ['7', 'nightly', '3']);
    await using service = await serveJobs({ served: { ...servedFrom(store), runner } });
    const asked = { async_mode: true, plan_id: 3, expand_depth: 2, session_id: 's', mode: 'single_node' };
    const { status, body } = await post(service, '/tasks/7/decompose', asked);
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { success: true, result: { job_id: 'run-1', status: 'running' }, job: { job_id: 'run-1', task_id: 7 } },
    });
    await post(service, '/tasks/9/decompose', asked);
    await post(service, '/tasks/9/decompose', { ...asked, pipeline: 'nightly' });
    expect(runner.requests).toEqual([
      { job: '7', environment: { EXECLOGS_TASK_ID: '7', EXECLOGS_PLAN_ID: '3' } },
      { job: '3', environment: { EXECLOGS_TASK_ID: '9', EXECLOGS_PLAN_ID: '3' } },
      { job: 'nightly', environment: { EXECLOGS_TASK_ID: '9', EXECLOGS_PLAN_ID: '3' } },
    ]);
    expect((await get(service, '/jobs/run-3')).body).toMatchObject({
      ...{ plan_id: 3, task_id: 9, mode: 'single_node', session_id: 's', job_type: 'pipeline' },
      ...{ params: { expand_depth: 2, pipeline: 'nightly' }, metadata: { pipeline: 'nightly' } },
    });
    const board = await get(service, '/jobs/board?plan_id=3&session_id=s');
    expect(idsOn(board.body).toSorted()).toEqual(['run-1', 'run-2', 'run-3']);
  });

  test('refuses what it cannot do, and starts nothing', async () => {
    await using store = new MemoryStore();
    const runner = new StartedRuns(store, ['7']);
    const tokens = tokensFor({ reader: { executions: ['*'], may: ['read'] } });
    await using running = await serveJobs({ served: { ...servedFrom(store), runner } });
    await using guarded = await serveJobs({ served: { ...servedFrom(store), runner }, tokens });
    await using idle = await serveJobs();
    const start = { async_mode: true };
    const words = async (service: typeof idle, body: unknown, task = '7', init?: RequestInit) => {
      const { status, body: said } = await post(service, `/tasks/${task}/decompose`, body, init);
      return `${status} ${(said['error'] as { message: string }).message}`;
    };
    expect(await words(running, {})).toMatch(/^400 Jobs run in the background here.*"async_mode": true/);
    expect(await words(running, [])).toMatch(/^400 The body is no JSON object/);
    expect(await words(running, { ...start, pipeline: 5 })).toMatch(/^400 "pipeline" is/);
    expect(await words(running, start, '8')).toMatch(/^404 There is no pipeline "8"/);
    expect(await words(running, { ...start, plan_id: {} }, '8')).toMatch(/^404 There is no pipeline "8"/);
    const deep = JSON.parse('{"a":'.repeat(500) + '1' + '}'.repeat(500)) as unknown;
    expect(await words(running, { ...start, deep })).toMatch(/^400 The body is nested deeper than 50 levels/);
    expect(await words(running, { ...start, much: 'x'.repeat(65_536) })).toMatch(/^400 The body has more than/);
    expect(await words(idle, start)).toMatch(/^400 This service runs nothing.*--pipelines/);
    expect(await words(guarded, start, '7', bearer('reader'))).toMatch(/^403/);
    expect(runner.requests).toEqual([]);
  });
});

test('a list of which nothing may be seen and that has no end makes no endless board', async () => {
  let pages = 0;
  const endless = async () => ({ executions: [], next: String(++pages) });
  await using store = Object.assign(new MemoryStore(), { listExecutions: endless });
  await using service = await serveJobs({ served: servedFrom(store) });
  expect((await get(service, '/jobs/board')).body).toMatchObject({ total: 0 });
  expect(pages).toBeLessThan(20);
});

test('what was asked for is remembered of the newest jobs, as far as there is room', () => {
  const asked = new AskedJobs();
  const much = { task: 7, params: { notes: 'x'.repeat(60_000) } };
  for (let i = 0; i < 200; i++) asked.remember(`job-${i}`, much);
  const known = Array.from({ length: 200 }, (_, i) => asked.of(`job-${i}`)).filter(Boolean).length;
  expect(known * 60_000).toBeLessThan(5 * 1_048_576);
  expect(asked.of('job-199')).toEqual(much);
  expect(asked.of('job-0')).toBeUndefined();
});

function entry(timestamp: string | null, level: string, message: string, line: number, more: object = {}) {
  const metadata = { step: '1', host: 'h', stream: 'stdout', line, pointer: `memory:job-1/1@${line}`, ...more };
  return { timestamp, level, message, metadata };
}

function idsOn({ groups }: Record<string, unknown>): string[] {
  return Object.values(groups as Record<string, { items: { job_id: string }[] }>).flatMap(({ items }) =>
    items.map(({ job_id }) => job_id),
  );
}
