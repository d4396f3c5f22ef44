import { describe, expect, test } from 'vitest';
import { alpha, append, begin, day, end, hostLog, serveStore, type ServedStore } from './served.ts';
import { columns } from '../../../contract/recording.ts';

const records = '/api/executor/execution-records/';

interface DocumentPage {
  readonly logContent: string;
  readonly finished: boolean;
  readonly next_pointer: string | null;
  readonly last_pointer: string;
}

async function page(served: ServedStore, query: string): Promise<DocumentPage> {
  const { status, body } = await served.get(`${hostLog}?${query}`);
  expect(status).toBe(200);
  return body as DocumentPage;
}

const next = (found: DocumentPage): string => encodeURIComponent(found.next_pointer ?? '');
const textOf = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => {
    const time = new Date(day + (from + i) * 1_000).toISOString();
    return `[${time}] line ${from + i}\n`;
  }).join('');

describe('document 000', () => {
  test('GET execution-records/:id/ gives metadata and steps, and no logs', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    const { body } = await served.get(`${records}12/`);
    expect(body).toMatchObject({
      id: '12',
      execution_id: '12',
      name: 'deploy',
      status: 'running',
      executed_by_name: 'ann',
      created_at: '2026-02-20T00:00:00.000Z',
      is_running: true,
      steps: [{ id: '1', step_name: '初始化', step_order: 1, status: 'running', host_count: 1 }],
      realtime_urls: { combined: '/api/realtime/sse/combined/12/' },
    });
    expect(JSON.stringify(body)).not.toMatch(/line 1|step_logs|"logs":\[/);
    await end(served.store);
    expect((await served.get(`${records}12/`)).body).toMatchObject({
      status: 'success',
      duration: 3.2,
      is_running: false,
      realtime_urls: null,
    });
  });

  test('GET steps/:step_id/result/ gives the hosts', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await end(served.store);
    expect((await served.get(`${records}12/steps/1/result/`)).body).toMatchObject({
      id: '1',
      step_id: '1',
      name: '初始化',
      status: 'success',
      started_at: '2026-02-20T00:00:00.000Z',
      finished_at: '2026-02-20T00:00:03.200Z',
      duration: 3.2,
      hosts: [{ id: '7', ip: '1.1.1.1', name: 'node-1', status: 'success', exit_code: 0 }],
    });
  });

  test('"load more" until there is no pointer gives every line once, in order', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 1_234);
    await end(served.store);
    let found = await page(served, 'pointer=&limit=500');
    let content = found.logContent;
    expect(content).toBe(textOf(735, 1_234));
    const sizes = [];
    while (found.next_pointer !== null) {
      found = await page(served, `pointer=${next(found)}&limit=500`);
      sizes.push(found.logContent.split('\n').length - 1);
      content = found.logContent + content;
      expect(found.finished).toBe(true);
    }
    expect(content).toBe(textOf(1, 1_234));
    expect(sizes).toEqual([500, 234]);
  });

  test('a page has 500 lines when nobody says how many', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 600);
    expect((await page(served, 'pointer=')).logContent).toBe(textOf(101, 600));
  });

  test('the same pointer gives the same page, whatever is written meanwhile', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 50);
    const newest = await page(served, 'pointer=&limit=10');
    const before = await page(served, `pointer=${next(newest)}&limit=10`);
    expect(before.logContent).toBe(textOf(31, 40));
    await append(served.store, 51, 90);
    expect(await page(served, `pointer=${next(newest)}&limit=10`)).toEqual(before);
    expect((await page(served, 'pointer=&limit=10')).logContent).toBe(textOf(81, 90));
    await end(served.store);
    expect(await page(served, `pointer=${next(newest)}&limit=10`)).toEqual({ ...before, finished: true });
  });

  test('nothing written yet is empty and not finished; ended in silence is empty and finished', async () => {
    await using served = await serveStore();
    await begin(served.store);
    expect(await page(served, 'pointer=')).toMatchObject({ logContent: '', finished: false, next_pointer: null });
    await end(served.store);
    expect(await page(served, 'pointer=')).toMatchObject({ logContent: '', finished: true, next_pointer: null });
  });

  test.each([
    ['missing', 'limit=500'],
    ['damaged', 'pointer=redis:agent_logs/123@170000-0'],
    ['damaged', 'pointer=%F0%9F%8E%89'],
    ["another execution's", 'pointer=memory:13/1@1'],
    ['beyond every log', 'pointer=memory:12/99@1'],
  ])('a pointer that is %s is an error that says what to do', async (_, query) => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 5);
    expect(await served.get(`${hostLog}?${query}`)).toEqual({
      status: 400,
      body: { error: { code: 'invalidPointer', message: expect.stringMatching(/\. (Send|Read) /) } },
    });
  });

  test.each(['limit=0', 'limit=-1', 'limit=abc', 'limit=1e3', 'bytes=0'])('%s is an error', async (query) => {
    await using served = await serveStore();
    await begin(served.store);
    expect(await served.get(`${hostLog}?pointer=&${query}`)).toMatchObject({
      status: 400,
      body: { error: { code: 'invalidRequest' } },
    });
  });

  test('a limit of a billion gives what a page can hold', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 700);
    expect((await page(served, 'pointer=&limit=1000000000')).logContent).toBe(textOf(1, 700));
  });

  test.each([
    `${records}13/`,
    `${records}12/steps/2/result/`,
    `${records}12/steps/1/hosts/8/logs/?pointer=`,
    `${records}12/steps/1/hosts/77/logs/?pointer=`,
    `${records}1/logs/?pointer=`,
    `${records}12/steps/9/logs/?format=lines`,
    '/api/realtime/sse/logs/13/',
    '/api/realtime/sse/status/13/',
    '/api/realtime/sse/combined/12/?step_id=4',
    '/api/realtime/sse/changes/?execution=13',
    '/api/realtime/sse/changes/?execution=12&step=4',
  ])('what is not there is not found: %s', async (path) => {
    await using served = await serveStore();
    await begin(served.store);
    expect(await served.get(path)).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } });
  });

  test('lines of unknown time have none, and every character arrives', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await served.store.append({ ...alpha, firstNumber: 1, lines: columns(['\u001b[31m错误\u001b[0m 🎉', '']) });
    expect((await page(served, 'pointer=')).logContent).toBe('\u001b[31m错误\u001b[0m 🎉\n\n');
  });

  test('a filter looks at a bounded stretch, says how far it came, and goes on from there', async () => {
    await using served = await serveStore();
    await begin(served.store);
    for (let from = 1; from <= 200_001; from += 10_000) await append(served.store, from, from + 9_999);
    let found = await page(served, 'pointer=&text=line 7&word=true');
    let content = found.logContent;
    let pages = 1;
    expect(found).toMatchObject({ scanned: { total: 210_000 } });
    for (; found.next_pointer !== null; pages++) {
      found = await page(served, `pointer=${next(found)}&text=line 7&word=true`);
      content = found.logContent + content;
    }
    expect(content).toBe(textOf(7, 7));
    expect(pages).toBeGreaterThan(1);
  });

  test('lines are filtered by level, stream, time, text and expression', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const lines = [
      { text: 'fine', time: day },
      { text: 'ERROR: disk full', time: day + 1_000, stream: 'stderr' as const },
      { text: 'retry 12', time: day + 2_000 },
      { text: 'retry x', time: day + 3_000, stream: 'system' as const },
    ];
    await served.store.append({ ...alpha, firstNumber: 1, lines: columns(lines) });
    const texts = async (query: string) =>
      (await page(served, `pointer=&${query}`)).logContent
        .trim()
        .split('\n')
        .map((line) => line.replace(/^\[.*?\] /, ''));
    expect(await texts('levels=error,fatal')).toEqual(['ERROR: disk full']);
    expect(await texts('streams=stdout')).toEqual(['fine', 'retry 12']);
    expect(await texts('since=2026-02-20T00:00:02Z')).toEqual(['retry 12', 'retry x']);
    expect(await texts('until=2026-02-20T00:00:01.000Z')).toEqual(['fine']);
    expect(await texts('text=retry%20%5Cd%2B&regex=true')).toEqual(['retry 12']);
    expect(await texts('text=RETRY&exclude=x')).toEqual(['retry 12']);
    expect(await texts('text=RETRY&case=true')).toEqual(['']);
    expect(await served.get(`${hostLog}?pointer=&text=(&regex=true`)).toMatchObject({ status: 400 });
  });

  test("a step's log names the host of each line", async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 1);
    const { body } = await served.get(`${records}12/steps/1/logs/?pointer=`);
    expect(body).toMatchObject({ logContent: '[2026-02-20T00:00:01.000Z] [7] line 1\n', finished: false });
  });

  test('the older form gives the whole execution sorted by step and host', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const lines = [
      { text: 'out', time: day },
      { text: 'bad', time: day + 1, stream: 'stderr' as const },
    ];
    await served.store.append({ ...alpha, firstNumber: 1, lines: columns(lines) });
    await end(served.store);
    const { body } = await served.get(`${records}12/logs/?pointer=`);
    expect(body).toMatchObject({
      step_logs: {
        step_1_初始化: {
          step_name: '初始化',
          step_order: 1,
          status: 'success',
          host_logs: {
            '7': {
              host_id: '7',
              host_name: 'node-1',
              host_ip: '1.1.1.1',
              status: 'success',
              logs: '[2026-02-20T00:00:00.000Z] out\n',
              error_logs: '[2026-02-20T00:00:00.001Z] bad\n',
              log_count: 2,
              start_time: '2026-02-20T00:00:00.000Z',
              end_time: '2026-02-20T00:00:00.001Z',
            },
          },
        },
      },
      summary: { total_steps: 1, success_steps: 1, failed_steps: 0, total_hosts: 1, success_hosts: 1, failed_hosts: 0 },
      log_size: 2,
      finished: true,
    });
    expect(await served.get(`${records}12/logs/`)).toMatchObject({ status: 400 });
  });

  test('ids that are words of the language are ids like others', async () => {
    await using served = await serveStore();
    await served.store.createExecution({ execution: '__proto__', name: 'constructor', startedAt: day });
    const step = { execution: '__proto__', step: 'toString', name: '', order: 1, status: 'running', at: day } as const;
    await served.store.startStep({ ...step, hosts: [{ id: '__proto__', name: '' }] });
    await append(served.store, 1, 1, { execution: '__proto__', step: 'toString', host: '__proto__' });
    const { body } = await served.get(`${records}__proto__/logs/?pointer=`);
    expect(JSON.stringify(body)).toContain('"__proto__":{"host_id":"__proto__"');
    expect(({} as { logs?: unknown }).logs).toBeUndefined();
  });
});

describe('the list of executions', () => {
  test('is paged by number and by cursor, newest first, and filtered', async () => {
    await using served = await serveStore();
    for (let i = 1; i <= 25; i++)
      await served.store.createExecution({
        execution: `${i}`,
        name: i % 5 === 0 ? 'nightly' : 'deploy',
        user: i % 2 === 0 ? 'ann' : 'bob',
        startedAt: day + i,
      });
    await served.store.finishExecution({ execution: '25', status: 'timedOut', at: day + 99 });
    const ids = async (query: string) => {
      const { body } = await served.get(`${records}?${query}`);
      return (body as { results: { id: string }[] }).results.map(({ id }) => Number(id));
    };
    expect((await served.get(`${records}?page=2&page_size=10`)).body).toMatchObject({
      total: 25,
      page: 2,
      page_size: 10,
      next_cursor: '6',
    });
    expect(await ids('page=2&page_size=10')).toEqual([15, 14, 13, 12, 11, 10, 9, 8, 7, 6]);
    expect(await ids('page_size=10&cursor=6')).toEqual([5, 4, 3, 2, 1]);
    expect(await ids('page=4&page_size=10')).toEqual([]);
    expect(await ids('name=nightly&executed_by=ann')).toEqual([20, 10]);
    expect(await ids('status=timeout')).toEqual([25]);
    expect(await ids(`start_date=${day + 24}`)).toEqual([25, 24]);
    expect(await ids('end_date=2026-02-19')).toEqual([]);
    expect(await ids('end_date=2026-02-20&page_size=2')).toEqual([25, 24]);
    for (const bad of [
      'page=0',
      'page_size=0',
      'page_size=-1',
      'page=x',
      'page=1000000000',
      'status=fine',
      'cursor=no',
    ])
      expect(await served.get(`${records}?${bad}`)).toMatchObject({ status: 400 });
    expect((await served.get(`${records}?page_size=1000000000`)).body).toMatchObject({ page_size: 1_000 });
  });

  test('is counted in pages also over a source that gives short ones', async () => {
    await using served = await serveStore((store) => ({
      capabilities: store.capabilities,
      listExecutions: (query, options) =>
        store.listExecutions({ ...query, limit: Math.min(7, query.limit ?? 7) }, options),
      getExecution: (ref, options) => store.getExecution(ref, options),
      getStepResult: (query, options) => store.getStepResult(query, options),
      readLog: (query, options) => store.readLog(query, options),
      tailLog: (query, options) => store.tailLog(query, options),
      watch: (query, options) => store.watch(query, options),
      [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    }));
    for (let i = 1; i <= 25; i++)
      await served.store.createExecution({ execution: `${i}`, name: 'deploy', startedAt: day + i });
    const { body } = await served.get(`${records}?page=3&page_size=8`);
    expect((body as { results: { id: string }[] }).results.map(({ id }) => id)).toEqual([
      '9',
      '8',
      '7',
      '6',
      '5',
      '4',
      '3',
    ]);
  });
});
