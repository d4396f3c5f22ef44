import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { openLocalSink } from '../../../../src/sources/local/sink.ts';
import { openLocalSource } from '../../../../src/sources/local/source.ts';
import { columns } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { bearer, startService, tokensFor } from '../../../harness/service.ts';
import { begin, day, finish, record, serveJobs, Talk, write, type Told } from './served.ts';

const logs = '/api/cronjobs/a/logs/ws';

async function subscribed(talk: Talk, message: object = { types: ['log'] }): Promise<void> {
  talk.say({ type: 'subscribe', ...message });
  for (;;) if ((await talk.next()).type === 'subscribed') return;
}

describe("a job's WebSocket", () => {
  test('greets, answers a ping, and says what is subscribed to', async () => {
    await using served = await serveJobs([{ id: 'a', name: 'a', enabled: true }]);
    using talk = await served.socket(logs);
    const hello = await talk.next();
    expect(hello).toMatchObject({ type: 'connected', job_run_id: 'job_a' });
    expect(hello.timestamp).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    talk.say({ type: 'ping' });
    expect(await talk.next()).toMatchObject({ type: 'pong', data: { message: 'pong' } });
    talk.say({ type: 'subscribe', types: ['log', 'status', 'metric'], filters: { level: 'INFO' } });
    expect(await talk.next()).toMatchObject({
      type: 'subscribed',
      data: { subscription: { types: ['log', 'status', 'metric'], filters: { level: 'INFO' } } },
    });
  });

  test('tells the lines of what runs, and of runs that begin later, from their first line', async () => {
    await using served = await serveJobs();
    await record(served.store, 'ended', 'a', ['before']);
    await begin(served.store, 'r1', 'a');
    await write(served.store, 'r1', 1, ['one']);
    using talk = await served.socket(logs);
    await subscribed(talk);
    expect(await talk.lines(1)).toEqual(['one']);
    await begin(served.store, 'other', 'b');
    await write(served.store, 'other', 1, ['no']);
    await write(served.store, 'r1', 2, ['two']);
    expect(await talk.lines(1)).toEqual(['two']);
    await finish(served.store, 'r1');
    await record(served.store, 'r2', 'a', ['short', 'run']);
    expect(await talk.lines(2)).toEqual(['short', 'run']);
  });

  test('tells of the statuses of runs', async () => {
    await using served = await serveJobs();
    await record(served.store, 'ended', 'a', []);
    using talk = await served.socket(logs);
    await subscribed(talk, { types: ['status'] });
    await begin(served.store, 'r', 'a');
    const status = async () => {
      const { type, job_run_id, data } = await talk.next();
      return [type, job_run_id, data['status'], data['state']];
    };
    expect(await status()).toEqual(['status', 'r', 'running', 'running']);
    await finish(served.store, 'r', undefined, 'partial');
    expect(await status()).toEqual(['status', 'r', 'partial', 'partial']);
  });

  test('tells only lines that are asked for, and forgets what was asked for before', async () => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    using talk = await served.socket(logs);
    await subscribed(talk, { filters: { level: 'ERROR' } });
    await write(served.store, 'r', 1, ['fine', { text: 'bad', level: 'error' }]);
    expect(await talk.lines(1)).toEqual(['bad']);
    await subscribed(talk, { filters: { search: 'FINE', step: 'Step', level: null } });
    expect(await talk.lines(1)).toEqual(['fine']);
    await write(served.store, 'r', 3, [{ text: 'worse', level: 'error' }, 'fine too']);
    expect(await talk.lines(1)).toEqual(['fine too']);
  });

  test.each([
    ['{', 'Invalid JSON message.'],
    ['[]', 'A message is a JSON object.'],
    ['{"type":"shout"}', 'A message has a "type": subscribe or ping.'],
    ['{"type":"subscribe","types":[]}', '"types" is a list of log, status, metric.'],
    ['{"type":"subscribe","types":["all"]}', '"types" knows log, status, metric.'],
    ['{"type":"subscribe","filters":[]}', '"filters" is an object.'],
    ['{"type":"subscribe","filters":{"level":"LOUD"}}', expect.stringContaining('knows DEBUG') as string],
    ['{"type":"subscribe","filters":{"level":7}}', '"level" in "filters" is a text.'],
    ['{"type":"subscribe","filters":{"__proto__":"x","other":"x"}}', '"filters" may have level, step and search.'],
  ])('answers %s with an error, and goes on', async (message, error) => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    using talk = await served.socket(logs);
    talk.say(message);
    await talk.next();
    expect(await talk.next()).toMatchObject({ type: 'error', data: { error, code: 'invalidRequest' } });
    talk.say({ type: 'ping' });
    expect(await talk.next()).toMatchObject({ type: 'pong' });
  });

  test('of a job that nobody knows is refused', async () => {
    await using served = await serveJobs();
    await expect(served.socket(logs)).rejects.toThrow('404');
    await expect(served.socket('/api/job-runs/none/logs/ws')).rejects.toThrow('404');
  });
});

describe("a run's WebSocket", () => {
  test('tells its last lines and how it ends, and is closed then', async () => {
    await using served = await serveJobs();
    await begin(served.store, 'r', 'a');
    await write(served.store, 'r', 1, ['one']);
    using talk = await served.socket('/api/job-runs/r/logs/ws');
    await subscribed(talk, { types: ['log', 'status'] });
    expect(await talk.lines(1)).toEqual(['one']);
    await write(served.store, 'r', 2, ['two']);
    expect(await talk.lines(1)).toEqual(['two']);
    await finish(served.store, 'r');
    await eventually(() => expect(talk.closed).toEqual({ code: 1000, reason: 'There is nothing more to say.' }));
    const last = await talk.next();
    expect(last).toMatchObject({ type: 'status', data: { status: 'completed' } });
  });
});

test('a run whose writer was thought to be gone is told on when that comes back, no line twice', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'execlogs-comeback-'));
  const path = join(folder, 'store.sqlite');
  const writer = async () => {
    const sink = await openLocalSink(path);
    await sink.createExecution({ execution: 'r', name: 'r', job: 'a', startedAt: day });
    const hosts = [{ id: 'h', name: 'h' }];
    await sink.startStep({ execution: 'r', step: 's', name: 's', order: 1, status: 'running', hosts, at: day });
    const place = { execution: 'r', step: 's', host: 'h' };
    const append = (firstNumber: number, text: string) =>
      sink.append({ ...place, firstNumber, lines: columns([text]) });
    return { append, gone: () => sink[Symbol.asyncDispose]() };
  };
  await using source = openLocalSource(path);
  const first = await writer();
  await first.append(1, 'one');
  await using service = await startService({ served: { source }, grace: 500 });
  using talk = await Talk.open(`${service.url.replace('http:', 'ws:')}${logs}`);
  await subscribed(talk, { types: ['log', 'status'] });
  const hear = async (...wanted: readonly string[]) => {
    const heard = new Set<unknown>();
    while (!wanted.every((one) => heard.has(one))) {
      const { data } = await talk.next();
      heard.add(data['state'] ?? data['message']);
    }
  };
  await hear('running', 'one');
  await first.gone();
  await hear('interrupted');
  const second = await writer();
  await second.append(2, 'two');
  expect(await talk.lines(1)).toEqual(['two']);
  await second.gone();
  await rm(folder, { recursive: true });
});

describe("a token's WebSocket", () => {
  const ann = { executions: ['mine-*'] };

  test.each(['mine', 'Mine-1', ' mine-1', 'other'])(
    'is refused the run %s, there or not, in the same words',
    async (run) => {
      await using service = await startService({ tokens: tokensFor({ ann }) });
      const refused = async () => {
        const client = new WebSocket(
          `${service.url.replace('http:', 'ws:')}/api/job-runs/${encodeURIComponent(run)}/logs/ws`,
          bearer('ann'),
        );
        client.on('error', () => undefined);
        const [, answer] = (await once(client, 'unexpected-response')) as [unknown, IncomingMessage];
        return [answer.statusCode, await text(answer)];
      };
      const absent = await refused();
      await record(service.store, run, 'a', ['secret']);
      expect(await refused()).toEqual(absent);
      expect(absent[0]).toBe(403);
    },
  );

  test('tells of a job the runs that may be seen, and nothing once it was taken back', async () => {
    const tokens = tokensFor({ ann });
    await using service = await startService({ tokens, grace: 500 });
    const { store } = service;
    for (const run of ['other-1', 'mine-1']) await begin(store, run, 'a');
    const all = { types: ['log', 'status', 'metric'] };
    using talk = await Talk.open(`${service.url.replace('http:', 'ws:')}${logs}`, bearer('ann'));
    await subscribed(talk, all);
    for (const run of ['other-2', 'mine-2']) await begin(store, run, 'a', day + 1);
    for (const run of ['other-1', 'other-2', 'mine-1', 'mine-2']) {
      await store.metric({ execution: run, name: 'n', value: 1, at: day });
      await write(store, run, 1, [`of ${run}`]);
    }
    const heard: Told[] = [];
    while (heard.filter(({ type }) => type !== 'status').length < 4) heard.push(await talk.next());
    expect(new Set(heard.map(({ job_run_id }) => job_run_id))).toEqual(new Set(['mine-1', 'mine-2']));
    tokens.replace([]);
    await write(store, 'mine-1', 2, ['too late']);
    await eventually(() => expect(talk.closed).toMatchObject({ code: 1008 }));
    await expect(talk.next()).rejects.toThrow('The token was taken back');
  });
});

test('metrics are told on when there are more than a store keeps', async () => {
  await using served = await serveJobs();
  await begin(served.store, 'r', 'a');
  const add = (value: number) => served.store.metric({ execution: 'r', name: 'n', value, at: day });
  for (let i = 0; i < 10_000; i++) await add(i);
  using talk = await served.socket(logs);
  await subscribed(talk, { types: ['metric'] });
  const next = async () => (await talk.next()).data['metric_value'];
  for (let i = 0; i < 10_000; i++) expect(await next()).toBe(i);
  for (const value of [-1, -2]) await add(value);
  expect([await next(), await next()]).toEqual([-1, -2]);
});
