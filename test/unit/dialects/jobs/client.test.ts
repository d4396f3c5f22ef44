import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CredentialStore } from '../../../../src/model/connect.ts';
import { openJobsSource } from '../../../../src/dialects/jobs/client.ts';
import { Api } from '../../../../src/dialects/api.ts';
import { detectJobs } from '../../../../src/dialects/jobs/detect.ts';
import { openSource } from '../../../../src/sources/open.ts';
import { eventually } from '../../../harness/eventually.ts';
import { fail } from '../../../harness/jobs/server.ts';
import type { Generation } from '../../../harness/jobs/times.ts';
import { serveStore } from '../executor/served.ts';
import { Pair } from './following.ts';
import { serveJobs } from './served.ts';

const generations: Generation[] = ['N', 'H'];
const running = { execution: 'a' };

function tokenIs(token: string): CredentialStore {
  return { get: async () => ({ token }), set: async () => undefined };
}

describe('the list', () => {
  test('is the board where there is one, newest first, and what was opened by its id', async () => {
    await using pair = await Pair.open({ generation: 'H' });
    pair.double.addJob('a', { createdAt: 5_000, name: 'older' });
    pair.double.addJob('b', { createdAt: 9_000, status: 'failed', error: 'no luck', type: 'plan_execute' });
    const { executions, notice } = await pair.source.listExecutions({});
    expect(executions).toMatchObject([
      { id: 'b', kind: 'plan_execute', status: 'failed', message: 'no luck', createdAt: 9_000 },
      { id: 'a', kind: 'plan_decompose', status: 'running', name: 'older', createdAt: 5_000 },
    ]);
    expect(notice).toBeUndefined();
    const failed = await pair.source.listExecutions({ filter: { statuses: ['failed'] } });
    expect(failed.executions.map(({ id }) => id)).toEqual(['b']);
  });

  test('is empty where there is none, says how to open a job, and then holds what was opened', async () => {
    await using pair = await Pair.open({ generation: 'N' });
    const job = pair.double.addJob('a');
    const before = await pair.source.listExecutions({});
    expect(before.executions).toEqual([]);
    expect(before.notice).toMatch(/no list.*Open a job by its id/);
    await pair.source.getExecution(running);
    expect((await pair.source.listExecutions({})).executions).toMatchObject([{ id: 'a', status: 'running' }]);
    pair.double.change(job, { status: 'succeeded' });
    expect((await pair.source.listExecutions({})).executions).toMatchObject([{ id: 'a', status: 'succeeded' }]);
    pair.double.addJob('b');
    await pair.source.getExecution({ execution: 'b' });
    pair.double.jobs.delete('b');
    expect((await pair.source.listExecutions({})).executions.map(({ id }) => id)).toEqual(['a']);
  });
});

describe.each(generations)('a job of GAgent %s', (generation) => {
  test('that is not there was cleaned up or never existed', async () => {
    await using pair = await Pair.open({ generation });
    for (const execution of ['no', '', '..', 'a/b', '\ud800'])
      await expect(pair.source.getExecution({ execution })).rejects.toMatchObject({
        code: 'notFound',
        message: expect.stringContaining('was cleaned up or never existed') as unknown,
      });
  });

  test('of another type than the connection is for is told plainly, and not listed', async () => {
    await using pair = await Pair.open({ generation }, {}, '?type=plan_execute');
    pair.double.addJob('a', { type: undefined });
    pair.double.addJob('b', { type: 'plan_execute' });
    await expect(pair.source.getExecution(running)).rejects.toMatchObject({
      code: 'invalidRequest',
      message: expect.stringContaining('"a" is a plan_decompose job, not a plan_execute.') as unknown,
    });
    await pair.source.getExecution({ execution: 'b' });
    expect((await pair.source.listExecutions({})).executions.map(({ id }) => id)).toEqual(['b']);
  });

  test('tells levels, streams, fields and line breaks', async () => {
    await using pair = await Pair.open({ generation });
    const job = pair.double.addJob('a');
    const metadata = JSON.parse('{"task_id":7,"nothing":null,"sub":{"x":[1]},"__proto__":"theirs"}') as object;
    pair.double.log(job, 'first\nsecond\n', { level: 'warning', metadata });
    pair.double.log(job, 'out', { level: 'stdout' });
    pair.double.log(job, 'err', { level: 'stderr' });
    pair.double.log(job, 'well', { level: 'success' });
    pair.double.log(job, 'odd', { level: 'constructor' });
    const lines = await pair.lines();
    expect(lines.map(({ text, level, stream }) => `${text} ${level} ${stream}`)).toEqual([
      ...['first warn stdout', 'second warn stdout', 'out none stdout', 'err none stderr', 'well info stdout'],
      'odd none stdout',
    ]);
    expect(Object.entries(lines[0]?.fields ?? {})).toEqual([
      ['task_id', '7'],
      ['sub', '{"x":[1]}'],
      ['__proto__', 'theirs'],
    ]);
    expect(lines.slice(4).map(({ fields }) => fields?.['level'])).toEqual(['success', 'constructor']);
  });

  test('is one log, whatever scope is asked for', async () => {
    await using pair = await Pair.open({ generation });
    pair.double.log(pair.double.addJob('a'), 'one');
    for (const scope of [running, { ...running, step: 'log' }, { ...running, step: 'log', host: 'job' }]) {
      const { lines } = await pair.source.readLog({ ...scope, position: { at: 'start' } });
      expect(lines.count).toBe(1);
    }
  });
});

describe('without a stream', () => {
  test('a job is asked for again and again until it has ended', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    const job = double.addJob('a');
    double.instead = (response, path) => {
      if (!path.endsWith('/stream')) return false;
      fail(response, 404, 1002, 'Requested resource not found');
      return true;
    };
    const tail = pair.tail();
    await eventually(() => expect(tail.states()).toMatchObject([{ kind: 'polling' }]));
    double.log(job, 'one');
    await tail.sees(['one']);
    double.log(job, 'two');
    double.change(job, { status: 'succeeded' });
    await tail.ended;
    expect(tail.texts()).toEqual(['one', 'two']);
  });

  test('five failures in a row end the tail, in words that say what is left and what to do', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    double.log(double.addJob('a'), 'one');
    const tail = pair.tail();
    await pair.listening();
    await tail.sees(['one']);
    let asked = 0;
    double.instead = (response, path) => {
      if (!path.endsWith('/stream')) asked++;
      fail(response, 502, 3001, 'Bad gateway');
      return true;
    };
    double.cut();
    await expect(tail.ended).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringMatching(/502.*Bad gateway.*What was read stays.*Refresh to try again\.$/) as unknown,
    });
    expect(asked).toBe(5);
    double.instead = undefined;
    // Whoever refreshes goes on where it stood.
    const again = pair.tail();
    await again.sees(['one']);
  });

  test('failures that pass begin the count anew', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    const job = double.addJob('a');
    let asked = 0;
    const tail = pair.tail();
    await pair.listening();
    double.instead = (response, path) => {
      if (!path.endsWith('/stream') && ++asked % 5 === 0) return false;
      fail(response, 503, 3001, 'Busy');
      return true;
    };
    double.cut();
    await eventually(() => expect(asked).toBeGreaterThan(12));
    double.log(job, 'one');
    await tail.sees(['one']);
  });

  test('a job that is cleaned up meanwhile ends the tail as not found', async () => {
    await using pair = await Pair.open();
    pair.double.addJob('a');
    const tail = pair.tail();
    await pair.listening();
    pair.double.jobs.clear();
    pair.double.cut();
    await expect(tail.ended).rejects.toMatchObject({ code: 'notFound' });
  });
});

test('a stream that is silent for two and a half heartbeats is opened again', async () => {
  await using pair = await Pair.open({ heartbeat: 60_000 }, { pace: { silence: 60 } });
  pair.double.addJob('a');
  const tail = pair.tail();
  await eventually(() => expect(pair.double.asked(/stream$/)).toBeGreaterThan(2));
  expect(tail.states().map(({ kind }) => kind)).toContain('reconnecting');
});

describe('who is not let in', () => {
  test('reads why, in a bare answer and in an envelope', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    double.addJob('a', { owner: 'somebody' });
    await expect(pair.source.getExecution(running)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('job owner mismatch') as unknown,
    });
    double.session = 'secret';
    for (const call of [() => pair.source.getExecution(running), () => pair.source.listExecutions({})])
      await expect(call()).rejects.toMatchObject({
        code: 'unauthorized',
        message: expect.stringContaining('Authentication required') as unknown,
      });
  });

  test('signs in by the cookie of a session, for the stream too', async () => {
    await using pair = await Pair.open({}, { credentials: tokenIs('secret') }, '?auth=cookie');
    const { double } = pair;
    double.session = 'secret';
    const job = double.addJob('a');
    const tail = pair.tail();
    await pair.listening();
    double.log(job, 'one');
    await tail.sees(['one']);
  });

  test('has to say how, in a word that is known', () => {
    expect(() => openJobsSource('jobs+http://127.0.0.1:1?auth=magic')).toThrow('auth=cookie');
  });
});

describe('a server that is none', () => {
  const answers: Readonly<Record<string, [number, string]>> = {
    'an error inside of success': [200, '{"success":false,"error":{"error_code":3001,"message":"database is gone"}}'],
    'another job': [200, '{"job_id":"b","status":"running"}'],
    'a list': [200, '[]'],
    null: [200, 'null'],
    'a text': [200, '"a"'],
    HTML: [200, '<h1>Welcome</h1>'],
    'JSON that is cut': [200, '{"job_id":"a","logs":[{"mess'],
  };

  test.each(Object.entries(answers))('that answers %s says so', async (_, [status, body]) => {
    await using pair = await Pair.open();
    pair.double.instead = (response) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
      return true;
    };
    await expect(pair.source.getExecution(running)).rejects.toMatchObject({ code: 'unavailable' });
    await expect(pair.source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('of wrong types everywhere gives what can be understood', async () => {
    await using pair = await Pair.open();
    pair.double.instead = (response) => {
      const logs = [
        null,
        5,
        'x',
        [],
        { message: null },
        { message: { a: 1 }, level: [], timestamp: {}, metadata: 'x' },
      ];
      const job = { job_id: 'a', status: 7, job_type: {}, stats: [], metadata: 'x', created_at: [], error: {}, logs };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(job));
      return true;
    };
    expect(await pair.texts()).toEqual(['{"a":1}']);
    expect(await pair.source.getExecution(running)).toMatchObject({ status: 'unknown', rawStatus: '7' });
  });

  test('whose stream is damaged is asked instead, and nothing is lost', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    const job = double.addJob('a');
    const tail = pair.tail();
    await pair.listening();
    for (const text of [
      'data: {"type":\n\n',
      'data: 5\n\n',
      'data: {"type":"event","event":{"message":{}}}\n\n',
      ':\n',
    ]) {
      const opened = double.asked(/stream$/);
      double.push(text);
      double.push('data: [\n\n');
      await eventually(() => expect(double.asked(/stream$/)).toBeGreaterThan(opened));
      await pair.listening();
    }
    double.log(job, 'one');
    double.change(job, { status: 'succeeded' });
    await tail.ended;
    expect(tail.texts()).toContain('one');
  });

  test('whose lines are huge is read all the same', async () => {
    await using pair = await Pair.open();
    const { double } = pair;
    const job = double.addJob('a');
    const tail = pair.tail();
    await pair.listening();
    const huge = 'é'.repeat(3_000_000);
    double.log(job, huge);
    await eventually(() => expect(tail.texts().map(({ length }) => length)).toEqual([huge.length]));
  });
});

describe('opened by its address', () => {
  let pair: Pair;
  beforeAll(async () => {
    pair = await Pair.open();
    pair.double.log(pair.double.addJob('a'), 'one');
  });
  afterAll(() => pair[Symbol.asyncDispose]());

  test('a job is read like anything else', async () => {
    await using opened = await openSource(`jobs+${pair.double.url}`);
    const { lines } = await opened.source.readLog({ ...running, position: { at: 'end' } });
    expect(lines.count).toBe(1);
  });
});

describe('an address is known to speak of jobs', () => {
  const nameOf = async (url: string): Promise<string | undefined> => {
    const detected = await detectJobs(new Api(url, {}), {}, url);
    await detected?.client[Symbol.asyncDispose]();
    return detected?.system.name;
  };

  test.each(generations)('when it is a GAgent %s', async (generation) => {
    await using pair = await Pair.open({ generation });
    expect(await nameOf(pair.double.url)).toBe('GAgent');
    expect(pair.double.requests).toHaveLength(1);
    pair.double.session = 'secret';
    await expect(nameOf(pair.double.url)).rejects.toMatchObject({ code: 'unauthorized' });
  });

  test('when it is a service of ours that serves them, and not otherwise', async () => {
    await using jobs = await serveJobs();
    await using others = await serveStore();
    await using pages = await Pair.open();
    pages.double.instead = (response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');
      return true;
    };
    expect(await Promise.all([jobs, others, pages.double].map(({ url }) => nameOf(url)))).toEqual([
      'GAgent',
      undefined,
      undefined,
    ]);
  });

  test('and is asked for when an address does not say what it is', async () => {
    await using pair = await Pair.open();
    pair.double.addJob('a');
    await using opened = await openSource(pair.double.url);
    expect((await opened.source.listExecutions({})).executions).toMatchObject([{ id: 'a' }]);
  });
});
