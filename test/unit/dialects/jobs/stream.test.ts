import { describe, expect, test } from 'vitest';
import { bearer, entry as tokenEntry, tokensFor, type TestService } from '../../../harness/service.ts';
import type { MemoryStore } from '../../../../src/sources/memory.ts';
import { readEvents, type SentEvent } from '../executor/strictEvents.ts';
import { append, begin, end, serveJobs } from './served.ts';

function open({ url }: TestService, path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url + path, { headers });
}

async function waiting(store: MemoryStore, count: number): Promise<void> {
  await expect.poll(() => store.waiting, { interval: 5, timeout: 15_000 }).toBe(count);
}

const messagesOf = (events: readonly SentEvent[]): unknown[] =>
  events.flatMap(({ data }) => (data['event'] as { message: unknown } | null | undefined)?.message ?? []);

const snapshotOf = (events: readonly SentEvent[]) =>
  events[0]?.data['job'] as { status: string; logs: { message: string }[] } & Record<string, unknown>;

describe.each(['/jobs/job-1/stream', '/tasks/decompose/jobs/job-1/stream'])('GET %s', (path) => {
  test('tells the job, then each line, then how it ended, and closes', async () => {
    await using service = await serveJobs();
    const { store } = service;
    await begin(store);
    await append(store, 1, ['one', 'two']);
    const reading = readEvents(await open(service, path));
    await waiting(store, 2);
    await append(store, 3, ['three', { text: 'oh no', level: 'error' }]);
    await waiting(store, 2);
    await end(store, 'failed', 'no luck');
    const events = await reading;
    expect(events.every(({ event }) => event === 'message')).toBe(true);
    expect(events[0]?.data['type']).toBe('snapshot');
    expect(snapshotOf(events).logs.map(({ message }) => message)).toEqual(['one', 'two']);
    expect('action_logs' in snapshotOf(events)).toBe(path.startsWith('/jobs'));
    expect(messagesOf(events)).toEqual(['three', 'oh no']);
    for (const { data } of events.slice(1, -1)) expect(data).toMatchObject({ type: 'event', status: 'running' });
    expect(events.at(-1)?.data).toMatchObject({
      ...{ type: 'event', job_id: 'job-1', job_type: 'plan_decompose', status: 'failed', event: null },
      ...{ error: 'no luck', stats: { failed: 1, progress_percent: 100 }, metadata: { state: 'failed' } },
    });
    expect(events.filter(({ data }) => data['status'] === 'failed')).toHaveLength(1);
  });

  test('of a job that has ended is its snapshot, and closes', async () => {
    await using service = await serveJobs();
    await begin(service.store);
    await append(service.store, 1, ['one']);
    await end(service.store);
    const events = await readEvents(await open(service, path));
    expect(events).toHaveLength(1);
    expect(snapshotOf(events)).toMatchObject({ status: 'succeeded', logs: [{ message: 'one' }] });
  });
});

test('no line is lost between snapshot and stream, whenever it is written', async () => {
  await using service = await serveJobs();
  const { store } = service;
  await begin(store);
  const writing = (async () => {
    for (let i = 1; i <= 400; i++) {
      await append(store, i, [`line ${i}`]);
      if (i % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await end(store);
  })();
  const streams = await Promise.all(
    Array.from({ length: 10 }, async () => readEvents(await open(service, '/jobs/job-1/stream'))),
  );
  await writing;
  for (const events of streams) {
    const told = [...snapshotOf(events).logs.map(({ message }) => message), ...messagesOf(events)];
    expect(told).toEqual(Array.from({ length: 400 }, (_, i) => `line ${i + 1}`));
  }
});

test('a state that changes without a line is an event without one', async () => {
  await using service = await serveJobs();
  const { store } = service;
  await begin(store);
  const reading = readEvents(await open(service, '/jobs/job-1/stream'));
  await waiting(store, 2);
  await store.finishStep({ execution: 'job-1', step: '1', status: 'succeeded', at: 1 });
  const step = { execution: 'job-1', step: '2', name: 'next', order: 2, status: 'running', at: 2 } as const;
  await store.startStep({ ...step, hosts: [] });
  await waiting(store, 2);
  await end(store);
  const states = (await reading).map(({ data }) => data).filter(({ event }) => event === null);
  expect(states.length).toBeGreaterThan(1);
  expect(states[0]).toMatchObject({ status: 'running', stats: { executed: 1, total_steps: 2, progress_percent: 50 } });
});

test('silence is filled with heartbeats that tell the job without its lines', async () => {
  await using service = await serveJobs({ heartbeat: 200 });
  await begin(service.store);
  await append(service.store, 1, ['one']);
  const begun = performance.now();
  const events = await readEvents(await open(service, '/jobs/job-1/stream'), (seen) => seen.length > 3);
  // Each of the three comes after a silence of its own.
  expect(performance.now() - begun).toBeGreaterThan(3 * 195);
  const beats = events.slice(1);
  expect(beats.map(({ data }) => data['type'])).toEqual(beats.map(() => 'heartbeat'));
  expect(beats[0]?.data['job']).toMatchObject({ job_id: 'job-1', status: 'running' });
  expect(beats[0]?.data['job']).not.toHaveProperty('logs');
});

test('a client that names the last event it saw gets exactly the rest', async () => {
  await using service = await serveJobs();
  const { store } = service;
  await begin(store);
  await append(store, 1, ['one', 'two']);
  const first = await readEvents(await open(service, '/jobs/job-1/stream'), (seen) => seen.length === 1);
  await append(store, 3, ['three', 'four']);
  await end(store);
  const headers = { 'last-event-id': first[0]?.id ?? '' };
  const rest = await readEvents(await open(service, '/jobs/job-1/stream', headers));
  expect(messagesOf(rest)).toEqual(['three', 'four']);
  expect(rest.map(({ data }) => data['status'])).toEqual(['running', 'running', 'succeeded']);
  const anew = await readEvents(await open(service, '/jobs/job-1/stream', { 'last-event-id': 'nonsense' }));
  expect(snapshotOf(anew).logs).toHaveLength(4);
});

test.each(['/jobs/job-1/stream', '/jobs/board/stream'])('a token that is taken back ends %s', async (path) => {
  const tokens = tokensFor({ some: { executions: ['*'] } });
  await using service = await serveJobs({ tokens });
  await begin(service.store);
  await append(service.store, 1, ['secret']);
  const answer = await open(service, path, bearer('some').headers);
  const reading = readEvents(answer);
  await waiting(service.store, path.includes('board') ? 1 : 2);
  tokens.replace([tokenEntry('other', { executions: ['*'] })]);
  const events = await reading;
  expect(events.at(-1)).toMatchObject({ event: 'error', data: { type: 'error', code: 'unauthorized' } });
  await waiting(service.store, 0);
});

test('a reader who leaves is let go', async () => {
  await using service = await serveJobs();
  await begin(service.store);
  const leave = new AbortController();
  const answer = await fetch(`${service.url}/jobs/job-1/stream`, { signal: leave.signal });
  await waiting(service.store, 2);
  leave.abort();
  await expect(answer.text()).rejects.toThrow();
  await waiting(service.store, 0);
});

test('the board is told again when it changes', async () => {
  await using service = await serveJobs({ heartbeat: 40 });
  await begin(service.store);
  const running = (events: readonly SentEvent[]) =>
    events
      .filter(({ data }) => data['type'] === 'snapshot')
      .map(({ data }) => (data['board'] as { groups: { task_creation: { running: number } } }).groups.task_creation);
  const reading = readEvents(await open(service, '/jobs/board/stream'), (seen) => running(seen).length > 1);
  await waiting(service.store, 1);
  await end(service.store);
  const events = await reading;
  expect(running(events)).toMatchObject([
    { running: 1, succeeded: 0 },
    { running: 0, succeeded: 1 },
  ]);
  expect(events.some(({ data }) => data['type'] === 'heartbeat' && !('job' in data))).toBe(true);
});
