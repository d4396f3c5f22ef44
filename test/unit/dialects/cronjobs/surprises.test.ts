import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { CronJobs, type CronJobsOptions } from '../../../../src/dialects/cronjobs/client/source.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import { follow } from '../../../contract/recording.ts';
import { CronJobsDouble } from '../../../harness/cronjobs/server.ts';
import type { JobRow, NewLog, RunRow } from '../../../harness/cronjobs/tables.ts';
import { eventually } from '../../../harness/eventually.ts';

const pace = {
  ...{ polling: 10, bounds: [10, 10] as const, streaming: 20, gap: 1, thorough: 100_000, settling: 5, names: 0 },
  backoff: [1, 5] as const,
};

let double: CronJobsDouble;
let job: JobRow;
let run: RunRow;
let client: CronJobs;

beforeEach(async () => {
  double = await CronJobsDouble.open();
  job = double.tables.addJob('Nightly papers');
  run = double.tables.addRun(job);
  client = new CronJobs(double.url, { pace });
});

afterEach(async () => {
  await client.source[Symbol.asyncDispose]();
  await double[Symbol.asyncDispose]();
});

async function reopen(query = '', options: CronJobsOptions = {}): Promise<void> {
  await client.source[Symbol.asyncDispose]();
  client = new CronJobs(`${double.url}${query}`, { pace, ...options });
}

async function lines(of: RunRow = run) {
  const page = await client.source.readLog({ execution: of.id, position: { at: 'start' }, limit: { lines: 50_000 } });
  return [...linesOf(page.lines)];
}

async function texts(of?: RunRow): Promise<string[]> {
  return (await lines(of)).map(({ text }) => text);
}

/** A tail from the start, and what it has said so far. */
function tailing(of: RunRow = run) {
  const pages: LogPage[] = [];
  const seen = () => pages.flatMap((page) => [...linesOf(page.lines)].map(({ text }) => text));
  const states = () => pages.flatMap(({ state }) => state?.kind ?? []);
  const tail = (async () => {
    for await (const page of client.source.tailLog({ execution: of.id, position: { at: 'start' } })) pages.push(page);
  })();
  const sees = async (wanted: readonly string[]) => eventually(() => expect(seen()).toEqual(wanted));
  return { tail, seen, states, sees };
}

function numbered(count: number, word = 'line'): string[] {
  return Array.from({ length: count }, (_, i) => `${word} ${i + 1}`);
}

function withoutOwnLogs(): void {
  double.missing.push(/^\/api\/job-runs\//);
}

/** Answers the path so, everything else as always. */
function answering(path: RegExp, body: unknown, status = 200): void {
  double.instead = (asked) => (path.test(asked) ? { status, body } : undefined);
}

test('a job answers with the lines of all jobs: those of the run are picked from them', async () => {
  withoutOwnLogs();
  const other = double.tables.addRun(double.tables.addJob('Other'));
  const again = double.tables.addRun(job);
  for (let i = 1; i <= 1_500; i++) double.tables.write([run, other, again][i % 3] ?? run, `${i}`);
  const own = Array.from({ length: 500 }, (_, i) => `${3 * (i + 1)}`);
  expect(await texts()).toEqual(own);
  expect(await texts(other)).toEqual(own.map((text) => `${Number(text) - 2}`));
  const { sees, tail } = tailing();
  await sees(own);
  double.tables.write(other, 'not mine');
  double.tables.write(run, 'mine');
  await sees([...own, 'mine']);
  double.tables.finish(run, 'completed');
  await tail;
});

test('the stream breaks at its first line, and the tail goes on by asking', async () => {
  const { sees, states, tail } = tailing();
  await sees([]);
  await eventually(() => expect(double.asked(/logs\/stream/)).toBe(1));
  double.tables.write(run, 'a');
  await sees(['a']);
  double.tables.write(run, 'b');
  await sees(['a', 'b']);
  double.tables.finish(run, 'completed');
  await tail;
  expect(new Set(states())).toEqual(new Set(['polling']));
  const second = double.tables.addRun(job);
  const other = tailing(second);
  double.tables.write(second, 'c');
  await other.sees(['c']);
  double.tables.finish(second, 'failed');
  await other.tail;
  expect(double.asked(/logs\/stream/)).toBe(1);
});

test('a stream that brings lines is followed, and asking takes over when it ends', async () => {
  double.streams = true;
  const { sees, states, tail } = tailing();
  await eventually(() => expect(double.asked(/logs\/stream/)).toBe(1));
  double.tables.write(run, 'a');
  await sees(['a']);
  await eventually(() => expect(states()).toContain('live'));
  double.missing.push(/logs\/stream/);
  double.tables.finish(run, 'completed');
  await tail;
});

test('what comes again with every poll is told once', async () => {
  double.tables.resolution = 3_600_000_000;
  const { seen, tail } = tailing();
  for (let round = 1; round <= 10; round++) {
    double.tables.write(run, `round ${round}`);
    await eventually(() => expect(seen()).toEqual(numbered(round, 'round')));
    const asked = double.asked(/realtime/);
    if (round > 1) await eventually(() => expect(double.asked(/realtime/)).toBeGreaterThan(asked + 1));
  }
  double.tables.finish(run, 'completed');
  await tail;
  expect(seen()).toEqual(numbered(10, 'round'));
});

test('more lines than are given at once, in one pause and with one time, are all told', async () => {
  double.tables.resolution = 3_600_000_000;
  double.tables.write(run, 'first');
  const { seen, tail } = tailing();
  await eventually(() => expect(seen()).toEqual(['first']));
  double.tables.write(run, ...numbered(2_345));
  await eventually(() => expect(seen().length).toBe(2_346));
  double.tables.write(run, ...numbered(7, 'then'));
  await eventually(() => expect(seen().length).toBe(2_353));
  double.tables.finish(run, 'completed');
  await tail;
  expect(seen().toSorted()).toEqual(['first', ...numbered(2_345), ...numbered(7, 'then')].toSorted());
});

test('lines that are written while pages are read are neither left out nor told twice', async () => {
  double.tables.write(run, ...numbered(3_500));
  const late: string[] = [];
  double.instead = (path) => {
    if (!path.endsWith('/logs') || late.length >= 300) return undefined;
    const more = numbered(100, `late ${late.length}`);
    late.push(...more);
    double.tables.write(run, ...more);
    return undefined;
  };
  const first = await texts();
  expect(new Set(first).size).toBe(first.length);
  expect(await texts()).toEqual([...numbered(3_500), ...late]);
});

test('where lines are picked from those of all jobs, what is older than the run is not read', async () => {
  withoutOwnLogs();
  const old = double.tables.time(Date.now() - 86_400_000);
  const other = double.tables.addRun(job);
  double.tables.write(other, ...numbered(20_000).map((message) => ({ message, timestamp: old })));
  double.tables.write(run, 'mine');
  expect(await texts()).toEqual(['mine']);
  expect(double.asked(/cronjobs\/[^/]+\/logs\?/)).toBe(1);
});

test('a line with an earlier time that came late is found all the same', async () => {
  await reopen('', { pace: { ...pace, thorough: 20 } });
  double.tables.write(run, 'a', 'b');
  const { sees, tail } = tailing();
  await sees(['a', 'b']);
  double.tables.write(run, { message: 'late', timestamp: double.tables.time(Date.now() - 500) });
  await sees(['a', 'b', 'late']);
  double.tables.finish(run, 'completed');
  await tail;
});

test('steps are told by lines, in the order in which they appear', async () => {
  const at = (step: string | null, message: string, level = 'INFO'): NewLog => ({ step, message, level });
  double.tables.write(
    run,
    at('search', '1'),
    at('embed', '2'),
    at('search', '3'),
    at(null, '4'),
    at('store', '5', 'ERROR'),
  );
  const running = await client.source.getExecution({ execution: run.id });
  expect(running.steps.map(({ name, order, status }) => [name, order, status])).toEqual([
    ['search', 1, 'running'],
    ['embed', 2, 'running'],
    ['Nightly papers', 3, 'running'],
    ['store', 4, 'running'],
  ]);
  const search = await client.source.readLog({ execution: run.id, step: 'search', position: { at: 'start' } });
  expect([...linesOf(search.lines)].map(({ text }) => text)).toEqual(['1', '3']);
  expect(search.complete).toBe(false);
  double.tables.finish(run, 'failed');
  const ended = await client.source.getExecution({ execution: run.id });
  expect(ended.steps.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded', 'failed']);
  const { hosts } = await client.source.getStepResult({ execution: run.id, step: 'store' });
  expect(hosts).toMatchObject([{ id: '-', name: '', status: 'failed', lines: 1, errors: 1 }]);
  expect(client.source.capabilities.hosts).toBe(false);
});

test('statuses are told in our words, an unknown one also in its own', async () => {
  const words = {
    pending: 'pending',
    running: 'running',
    completed: 'succeeded',
    failed: 'failed',
    partial: 'partial',
  };
  for (const [word, status] of Object.entries({ ...words, cancelled: 'cancelled', hibernating: 'unknown' })) {
    const { id } = double.tables.addRun(job, { status: word });
    const told = await client.source.getExecution({ execution: id });
    expect([told.status, told.rawStatus]).toEqual([status, status === 'unknown' ? word : undefined]);
  }
  const { executions } = await client.source.listExecutions({ filter: { statuses: ['partial'] } });
  expect(executions.map(({ status, name, job: of, kind }) => [status, name, of, kind])).toEqual([
    ['partial', 'Nightly papers', job.id, 'cron job'],
  ]);
  expect(double.asked(/status_filter=partial/)).toBe(1);
});

test('times without a zone are UTC, or what the connection says; with a space or a T, whole or not', async () => {
  double.tables.zone = 480;
  double.tables.spaced = true;
  const startedAt = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
  const told = double.tables.addRun(job, { startedAt, status: 'completed' });
  const zoned = { message: 'zoned', timestamp: '2026-02-03T04:05:06.789Z' };
  double.tables.write(told, { message: 'naive', timestamp: double.tables.time(startedAt, 123) }, zoned);
  const utc = await client.source.getExecution({ execution: told.id });
  expect(utc.startedAt).toBe(startedAt + 8 * 3_600_000);
  await reopen('?zone=+08:00');
  expect((await client.source.getExecution({ execution: told.id })).startedAt).toBe(startedAt);
  expect((await lines(told)).map(({ text, time }) => [text, time])).toEqual([
    ['naive', startedAt],
    ['zoned', startedAt],
  ]);
  for (const zone of ['Mars', '+25:00', '08:00'])
    expect(() => new CronJobs(`${double.url}?zone=${zone}`, {})).toThrow(/time zone/);
});

test('levels, several lines, and whatever a line says besides arrive', async () => {
  const more = { duration_ms: 1500, error_code: 'E7', paper_id: 'p1' };
  const details = JSON.parse('{"keywords":["a"],"__proto__":"x","deep":{"a":1},"none":null}') as unknown;
  for (const level of ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL', '__proto__'])
    double.tables.write(run, { message: level, level });
  double.tables.write(run, { message: 'Traceback:\r\n  at x\n\nend\n', level: 'ERROR', details, more });
  const read = await lines();
  expect(read.slice(0, 6).map(({ level }) => level)).toEqual(['debug', 'info', 'warn', 'error', 'fatal', 'none']);
  expect(read.slice(6).map(({ text }) => text)).toEqual(['Traceback:', '  at x', '', 'end']);
  const fields = read[6]?.fields ?? {};
  expect(Object.entries(fields).toSorted()).toEqual(
    Object.entries({ duration_ms: '1500', error_code: 'E7', paper_id: 'p1', logger_name: 'job_logger' })
      .concat([
        ['keywords', '["a"]'],
        ['__proto__', 'x'],
        ['deep', '{"a":1}'],
      ])
      .toSorted(),
  );
});

test('runs of all jobs are one list, read on where it was left though new ones have begun', async () => {
  const second = double.tables.addJob('Weekly');
  for (let i = 1; i <= 250; i++)
    double.tables.addRun(i % 2 ? job : second, { id: `r${i}`, startedAt: Date.now() + i * 1_000 });
  const newest = Array.from({ length: 250 }, (_, i) => `r${250 - i}`);
  for (const hasHistory of [true, false]) {
    if (!hasHistory) double.missing.push(/history/);
    await reopen();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const list = await client.source.listExecutions({ limit: 60, ...(cursor !== undefined && { cursor }) });
      seen.push(...list.executions.map(({ id }) => id));
      cursor = list.next;
      double.tables.addRun(job, { startedAt: Date.now() + 1_000_000 });
    } while (cursor !== undefined);
    expect(seen.filter((id) => id.startsWith('r'))).toEqual(newest);
    expect(new Set(seen).size).toBe(seen.length);
  }
  const weekly = await client.source.listExecutions({ filter: { job: second.id }, limit: 200 });
  expect(weekly.executions.length).toBe(125);
});

test('a page that filters find nothing on is not the end of the list', async () => {
  for (let i = 1; i <= 700; i++) double.tables.addRun(job, { startedAt: Date.now() + i * 1_000, status: 'completed' });
  const { id } = double.tables.addRun(job, { startedAt: Date.now() - 1_000_000, status: 'running' });
  const filter = { statuses: ['running', 'pending'] as const, until: Date.now() - 500_000 };
  const first = await client.source.listExecutions({ filter });
  expect([first.executions.length, first.next === undefined]).toEqual([0, false]);
  const second = await client.source.listExecutions({
    filter,
    ...(first.next !== undefined && { cursor: first.next }),
  });
  expect(second.executions.map((one) => one.id)).toEqual([id]);
});

test('errors are told in the words of the system, whatever their shape', async () => {
  const list = client.source.listExecutions({});
  await list;
  await expect(client.source.getExecution({ execution: 'no' })).rejects.toMatchObject({
    code: 'notFound',
    message: expect.stringContaining('JobRun no not found') as string,
  });
  answering(/runs\//, { error: 'database is locked', error_type: 'HTTPException' }, 500);
  const failing = client.source.getExecution({ execution: run.id });
  await expect(failing).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('database is locked') as string,
  });
  answering(/runs\//, { error: 'went wrong quietly', error_type: 'ServiceError' });
  await expect(texts()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('quietly') as string,
  });
  answering(/runs\//, '<html>Sign in</html>');
  await expect(texts()).rejects.toMatchObject({ code: 'unavailable' });
  double.instead = undefined;
  expect(await texts()).toEqual([]);
});

test('damaged shapes are passed over', async () => {
  const good = double.tables.logAnswer({
    ...{ id: 'x', run: run.id, stamp: 0, timestamp: 'yesterday', level: 'INFO', message: 'good' },
    ...{ details: 'plain', step: null, more: {} },
  });
  const rows = [
    7,
    null,
    'x',
    [],
    {},
    good,
    { ...good, id: 7, message: null, timestamp: 5 },
    good,
    { ...good, job_run_id: 'y' },
  ];
  answering(/\/logs$/, { logs: rows, limit: 'many', has_more: 'yes' });
  const read = await lines();
  expect(read.map(({ text }) => text)).toEqual(['', 'good']);
  expect(read[1]).toMatchObject({ time: undefined, fields: { details: 'plain' } });
  for (const logs of [undefined, null, 'x', {}, 7]) {
    answering(/\/logs$/, { logs });
    expect((await texts()).length).toBe(2);
  }
  answering(/history/, [7, null, {}, { id: 9, job_id: 5, status: [], started_at: 'soon' }]);
  expect((await client.source.listExecutions({})).executions).toEqual([
    { id: '9', name: '5', kind: 'cron job', job: '5', status: 'unknown' },
  ]);
});

test('a log that never ends is read as far as can be held, and says that it goes on', async () => {
  let id = 0;
  const message = 'x'.repeat(100_000);
  double.instead = (path) =>
    path.endsWith('/logs')
      ? { status: 200, body: { logs: Array.from({ length: 100 }, () => ({ id: `${id++}`, message })), limit: 100 } }
      : undefined;
  const page = await client.source.readLog({ execution: run.id, position: { at: 'start' }, limit: { lines: 1 } });
  expect(page.gap).toMatchObject({ reason: 'dropped' });
  expect(id).toBeLessThan(2_000);
});

test('a system that gives the same page again and again is left', async () => {
  const logs = numbered(100).map((text) => ({ id: text, message: text }));
  answering(/\/logs$/, { logs, limit: 100 });
  expect((await texts()).length).toBe(100);
  expect(double.asked(/\/logs\?/)).toBeLessThan(10);
});

test('a tail says why it waits, goes on when the system is back, and ends after five failures in a row', async () => {
  double.tables.write(run, 'a');
  const { sees, states, tail } = tailing();
  await sees(['a']);
  let failures = 0;
  double.instead = (path) => (path.includes('/runs/') && ++failures % 5 > 0 ? { status: 503, body: '' } : undefined);
  await eventually(() => expect(states()).toContain('reconnecting'));
  double.tables.write(run, 'b');
  await sees(['a', 'b']);
  const failed = expect(tail).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/5 times/) as string,
  });
  double.instead = () => ({ status: 503, body: { detail: 'down' } });
  await failed;
});

test('a tail ends at once with what will not pass', async () => {
  const { sees, tail } = tailing();
  await sees([]);
  const failed = expect(tail).rejects.toMatchObject({ code: 'unauthorized' });
  answering(/runs/, { detail: 'Authentication required.' }, 401);
  await failed;
});

test('the pause that the system asks for is kept, within bounds', async () => {
  double.pollInterval = 86_400_000;
  await reopen('', { pace: { ...pace, bounds: [1, 30], polling: 1 } });
  double.tables.write(run, 'a');
  const { sees, tail } = tailing();
  await sees(['a']);
  await eventually(() => expect(double.asked(/realtime/)).toBeGreaterThan(2));
  double.tables.finish(run, 'completed');
  await tail;
});

test('lines that a run writes after it has said that it has ended are in its log', async () => {
  const ending = follow(client.source.tailLog({ execution: run.id, position: { at: 'start' } }));
  double.tables.write(run, 'a');
  await eventually(() => expect(double.asked(/logs/)).toBeGreaterThan(2));
  let told = false;
  double.instead = (path) => {
    if (run.completed_at !== null && path.endsWith('/logs') && !told) {
      told = true;
      double.tables.write(run, 'last words');
    }
    return undefined;
  };
  double.tables.finish(run, 'completed');
  expect((await ending).lines.map(({ text }) => text)).toEqual(['a', 'last words']);
});

test.each(['.', '..', '', '\ud800'])(
  'the id %j, which no path can hold, is not found, and nothing is asked',
  async (id) => {
    await client.source.getExecution({ execution: run.id });
    const before = double.asked(/runs/);
    await expect(client.source.getExecution({ execution: id })).rejects.toMatchObject({ code: 'notFound' });
    await client.source.listExecutions({ filter: { job: id } });
    expect(double.asked(/runs/)).toBe(before);
  },
);
