import { describe, expect, test, vi } from 'vitest';
import type { JobLine } from '../../../../src/dialects/cronjobs/jobLine.ts';
import { readJobLogs } from '../../../../src/dialects/cronjobs/jobLogs.ts';
import { readNews } from '../../../../src/dialects/cronjobs/realtime.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { begin, day, finish, record, serveJobs, write } from './served.ts';

const numbered = (name: string, count: number, from = 0, time = day) =>
  Array.from({ length: count }, (_, i) => ({ text: `${name} ${from + i}`, time: time + i * 10 }));

describe('the logs of a job', () => {
  test('are those of all its runs and of no others, the newest first', async () => {
    await using served = await serveJobs();
    await record(served.store, 'old', 'a', numbered('old', 2), day);
    await record(served.store, 'other', 'b', numbered('other', 2), day + 1_000);
    await record(served.store, 'new', 'a', numbered('new', 2), day + 2_000);
    const { status, body } = await served.get('/api/cronjobs/a/logs');
    expect(status).toBe(200);
    expect(body).toMatchObject({ total: 4, total_exact: true, skip: 0, limit: 100, has_more: false });
    expect(await served.messages('/api/cronjobs/a/logs')).toEqual(['new 1', 'new 0', 'old 1', 'old 0']);
  });

  test('look as the document says', async () => {
    await using served = await serveJobs();
    const fields = { keywords: 'ML', duration_ms: '1500', error_code: 'E7', logger_name: 'job' };
    await record(served.store, 'r', 'a', [
      { text: '\u001b[31mdone\u001b[0m', time: day + 5, level: 'fatal', stream: 'stderr', fields },
    ]);
    const { body } = await served.get('/api/cronjobs/a/logs');
    const [line] = (body as { logs: JobLine[] }).logs;
    expect(line).toEqual({
      id: expect.any(String) as string,
      job_run_id: 'r',
      timestamp: '2026-02-20T00:00:00.005Z',
      level: 'CRITICAL',
      message: 'done',
      details: fields,
      step: 's',
      paper_id: null,
      error_code: 'E7',
      duration_ms: 1500,
      logger_name: 'job',
      host: 'h',
    });
  });

  test.each([
    ['level=info', ['e plain', 'd notice', 'c info']],
    ['level=DEBUG', ['b debug', 'a trace']],
    ['level=Warning', ['f warn']],
    ['level=ERROR', ['g error 100%']],
    ['level=CRITICAL', ['h_fatal']],
    ['search=FATAL', ['h_fatal']],
    ['search=%25', ['g error 100%']],
    ['search=_', ['h_fatal']],
    ['step=s&limit=1', ['h_fatal']],
    ['step=Step&limit=1', ['h_fatal']],
    ['step=none', []],
    ['start_time=2026-02-20T00:00:00.006Z', ['h_fatal', 'g error 100%']],
    ['end_time=2026-02-20T00:00:00.001Z', ['b debug', 'a trace']],
    ['level=ERROR&search=fatal', []],
  ])('may be asked for by %s', async (query, expected) => {
    await using served = await serveJobs();
    const lines = [
      { text: 'a trace', level: 'trace' as const },
      { text: 'b debug', level: 'debug' as const },
      { text: 'c info', level: 'info' as const },
      { text: 'd notice', level: 'notice' as const },
      { text: 'e plain' },
      { text: 'f warn', level: 'warn' as const },
      { text: 'g error 100%', level: 'error' as const },
      { text: 'h_fatal', level: 'fatal' as const },
    ];
    await record(
      served.store,
      'r',
      'a',
      lines.map((line, i) => ({ ...line, time: day + i })),
    );
    expect(await served.messages(`/api/cronjobs/a/logs?${query}`)).toEqual(expected);
  });

  test('come in pages that leave nothing out and tell nothing twice, across runs', async () => {
    await using served = await serveJobs();
    for (let run = 0; run < 4; run++)
      await record(served.store, `r${run}`, 'a', numbered(`r${run}`, 7), day + run * 1_000);
    for (const filter of ['', '&search=r']) {
      const all: string[] = [];
      for (let skip = 0; ; skip += 5) {
        const { body } = await served.get(`/api/cronjobs/a/logs?skip=${skip}&limit=5${filter}`);
        const { logs, total, has_more } = body as { logs: JobLine[]; total: number; has_more: boolean };
        expect(total).toBe(28);
        all.push(...logs.map(({ message }) => message));
        expect(has_more).toBe(all.length < 28);
        if (!has_more) break;
      }
      expect(all).toEqual([3, 2, 1, 0].flatMap((run) => [6, 5, 4, 3, 2, 1, 0].map((line) => `r${run} ${line}`)));
    }
  });

  test('of a run are those of one run', async () => {
    await using served = await serveJobs();
    await record(served.store, 'r1', 'a', numbered('one', 3), day);
    await record(served.store, 'r2', 'a', numbered('two', 3), day + 1_000);
    const { body } = await served.get('/api/job-runs/r1/logs?limit=2&offset=1');
    expect(body).toMatchObject({ job_run_id: 'r1', total: 3, limit: 2, offset: 1, has_more: false });
    expect(await served.messages('/api/job-runs/r1/logs?limit=2&offset=1')).toEqual(['one 1', 'one 0']);
  });

  test.each([
    ['/api/cronjobs/none/logs', 404, 'notFound'],
    ['/api/cronjobs/none/logs/realtime', 404, 'notFound'],
    ['/api/job-runs/none/logs', 404, 'notFound'],
    ['/api/job-runs/none/logs/stream', 404, 'notFound'],
    ['/api/cronjobs/a/logs?start_time=yesterday', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs?level=LOUD', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs?limit=1001', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs?limit=0', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs?skip=-1', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs/realtime?limit=201', 400, 'invalidRequest'],
    ['/api/cronjobs/a/logs/realtime?since_timestamp=soon', 400, 'invalidRequest'],
  ])('%s is refused', async (path, status, code) => {
    await using served = await serveJobs();
    await record(served.store, 'r', 'a', ['x']);
    expect(await served.get(path)).toMatchObject({ status, body: { error: { code } } });
  });
});

describe('realtime logs', () => {
  test('begin with the newest lines', async () => {
    await using served = await serveJobs();
    await record(served.store, 'r', 'a', numbered('x', 10));
    const { body } = await served.get('/api/cronjobs/a/logs/realtime?limit=2');
    const { logs, ...rest } = body as { logs: JobLine[] };
    expect(logs.map(({ message }) => message)).toEqual(['x 9', 'x 8']);
    expect(rest).toEqual({ job_run_id: '', last_log_id: logs[0]?.id, has_more: false, poll_interval: 2000 });
  });

  test('reach one who asks again with the last time without a gap, though many lines have the same time', async () => {
    await using served = await serveJobs();
    const burst = Array.from({ length: 300 }, (_, i) => ({ text: `burst ${i}`, time: day + 5_000 }));
    await record(served.store, 'r1', 'a', [...numbered('one', 120), ...burst, ...numbered('end', 30, 0, day + 6_000)]);
    await record(served.store, 'r2', 'a', numbered('two', 150, 0, day + 4), day + 1);
    const seen = new Map<string, string>();
    let since = new Date(day).toISOString();
    for (let polls = 0; polls < 40; polls++) {
      const { body } = await served.get(`/api/cronjobs/a/logs/realtime?limit=50&since_timestamp=${since}`);
      const { logs, has_more } = body as { logs: JobLine[]; has_more: boolean };
      for (const { id, message } of logs) seen.set(id, message);
      since = logs[0]?.timestamp ?? since;
      if (!has_more) break;
    }
    const expected = ['one', 'two'].flatMap((name) =>
      numbered(name, name === 'one' ? 120 : 150).map(({ text }) => text),
    );
    const ends = numbered('end', 30).map(({ text }) => text);
    expect([...seen.values()].toSorted()).toEqual([...expected, ...burst.map(({ text }) => text), ...ends].toSorted());
  });

  test('hold back what is so young that something older may still arrive, while a run goes on', async () => {
    await using served = await serveJobs();
    const now = Date.now();
    await begin(served.store, 'r', 'a', now - 60_000);
    await write(served.store, 'r', 1, [
      { text: 'settled', time: now - 30_000 },
      { text: 'young', time: Date.now() + 600_000 },
    ]);
    await write(served.store, 'r', 3, [{ text: 'now', time: Date.now() }]);
    const path = `/api/cronjobs/a/logs/realtime?since_timestamp=${new Date(now - 60_000).toISOString()}`;
    // A clock that is ahead holds nothing up.
    expect(await served.messages(path)).toEqual(['young', 'settled']);
    await finish(served.store, 'r', Date.now());
    expect(await served.messages(path)).toEqual(['now', 'young', 'settled']);
  });

  test('may be of one level', async () => {
    await using served = await serveJobs();
    await record(served.store, 'r', 'a', [
      { text: 'bad', level: 'error', time: day + 1 },
      { text: 'good', time: day + 2 },
    ]);
    for (const since of ['', `&since_timestamp=${new Date(day).toISOString()}`])
      expect(await served.messages(`/api/cronjobs/a/logs/realtime?level=error${since}`)).toEqual(['bad']);
  });
});

describe('a stream of a run', () => {
  test('is of events without names, resumes after an id, and is not resumed at its end', async () => {
    await using served = await serveJobs();
    await record(served.store, 'r', 'a', numbered('x', 3));
    const text = await (await served.fetch('/api/job-runs/r/logs/stream')).text();
    const events = text.split('\n\n').filter((event) => event.startsWith('id:'));
    expect(events.map((event) => (JSON.parse(event.split('\ndata: ')[1] ?? '') as JobLine).message)).toEqual([
      'x 0',
      'x 1',
      'x 2',
    ]);
    expect(text).not.toContain('event:');
    const ids = events.map((event) => /^id: (.*)$/m.exec(event)?.[1] ?? '');
    const resumed = await served.fetch('/api/job-runs/r/logs/stream', { headers: { 'last-event-id': ids[1] ?? '' } });
    expect(await resumed.text()).toMatch(/^[^]*x 2[^]*: end\n\n$/);
    const ended = await served.fetch('/api/job-runs/r/logs/stream', { headers: { 'last-event-id': ids[2] ?? '' } });
    expect(ended.status).toBe(204);
  });

  test('tells lines as they come, of one level', async () => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    const answer = await served.fetch('/api/job-runs/r/logs/stream?level=ERROR');
    await write(served.store, 'r', 1, ['fine', { text: 'bad', level: 'error' }]);
    await finish(served.store, 'r');
    const text = await answer.text();
    expect([text.includes('"bad"'), text.includes('"fine"')]).toEqual([true, false]);
  });
});

test('lines of very many short runs are sought for a while only, and it is said that there may be more', async () => {
  await using store = new MemoryStore();
  for (let i = 0; i < 30; i++) await record(store, `r${i}`, 'a', ['line'], day + i);
  const wish = { skip: 0, limit: 100 };
  expect(await readJobLogs(store, 'a', wish, {})).toMatchObject({ total: 30, exact: true });
  let now = 0;
  using _ = vi.spyOn(performance, 'now').mockImplementation(() => (now += 1_000));
  const { lines, exact } = await readJobLogs(store, 'a', wish, {});
  expect(exact).toBe(false);
  expect(lines.length).toBeLessThan(10);
});

test('lines that are very long come in answers of a bounded size, none of them left out', async () => {
  await using served = await serveJobs();
  const text = 'x'.repeat(1_000_000);
  await begin(served.store, 'r', 'a');
  for (let i = 1; i <= 40; i += 4)
    await write(
      served.store,
      'r',
      i,
      [0, 1, 2, 3].map((n) => `${i + n} ${text}`),
    );
  await finish(served.store, 'r');
  for (const [path, skip] of [['/api/cronjobs/a/logs', 'skip'] as const, ['/api/job-runs/r/logs', 'offset'] as const]) {
    const numbers: number[] = [];
    for (let more = true; more;) {
      const { body } = await served.get(`${path}?limit=1000&${skip}=${numbers.length}`);
      const { logs, limit, has_more, total } = body as Answer;
      expect([total, logs.length]).toEqual([40, expect.any(Number)]);
      expect(logs.length).toBeLessThan(25);
      if (has_more) expect(limit).toBe(logs.length);
      numbers.push(...logs.map(({ message }) => Number.parseInt(message, 10)));
      more = has_more;
    }
    expect(numbers).toEqual(Array.from({ length: 40 }, (_, i) => 40 - i));
  }
});

test('who polls reads of runs no more than may be told next', async () => {
  await using store = new MemoryStore();
  for (let i = 0; i < 50; i++)
    await record(store, `r${i}`, 'a', [{ text: `${i}`, time: day + i * 60_000 }], day + i * 60_000);
  const read = vi.spyOn(store, 'readLog');
  const news = await readNews(store, 'a', { since: day, limit: 2, wish: {} }, {});
  expect(news).toMatchObject({ lines: [{ message: '0' }, { message: '1' }, { message: '2' }], more: true });
  expect(read.mock.calls.length).toBeLessThan(12);
});

interface Answer {
  readonly logs: readonly JobLine[];
  readonly limit: number;
  readonly total: number;
  readonly has_more: boolean;
}
