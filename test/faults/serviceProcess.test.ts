import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { ended, Program, type Ended } from '../harness/program.ts';
import { RedisServer } from '../harness/redisServer.ts';
import { bearer, entry } from '../harness/service.ts';

let program: Program;
const running = new Set<ChildProcess>();
beforeEach(() => {
  program = new Program();
});
afterEach(async () => {
  for (const child of running) child.kill('SIGKILL');
  await Promise.all([...running].map((child) => once(child, 'close')));
  program[Symbol.dispose]();
});

interface Serving {
  readonly url: string;
  readonly child: ChildProcess;
  /** Its log so far. */
  readonly log: readonly Readonly<Record<string, unknown>>[];
  readonly end: Promise<Ended>;
}

/** `execlogs serve` on a free port, as soon as it says that it is ready. */
async function serve(...options: string[]): Promise<Serving> {
  const child = program.start('serve', '--port', '0', ...options);
  running.add(child);
  child.once('close', () => running.delete(child));
  const log: Record<string, unknown>[] = [];
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('it has no output');
  const end = ended(child);
  const words: string[] = [];
  createInterface(stderr).on('line', (line) => {
    words.push(line);
    if (line.startsWith('{')) log.push(JSON.parse(line) as Record<string, unknown>);
  });
  const [line] = (await Promise.race([once(createInterface(stdout), 'line'), end.then(() => [''])])) as [string];
  if (line === '') throw new Error(`it ended: ${words.join('\n')}`);
  return { url: (JSON.parse(line) as { url: string }).url, child, log, end };
}

/** What a stream tells, as it comes. */
class Told {
  readonly #parts: AsyncIterator<string>;
  #all = '';

  constructor({ body }: Response) {
    if (!body) throw new Error('it tells nothing');
    this.#parts = body.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  }

  async until(words: string): Promise<void> {
    while (!this.#all.includes(words)) {
      const part = await this.#parts.next();
      if (part.done) throw new Error(`it ended without ${words}: ${this.#all}`);
      // Of much that was told, the end is enough.
      this.#all = this.#all.slice(-10_000) + part.value;
    }
  }

  async rest(): Promise<string> {
    for (let part = await this.#parts.next(); !part.done; part = await this.#parts.next()) this.#all += part.value;
    return this.#all;
  }
}

const api = '/api/executor/execution-records/';

async function post(url: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(`${url}${api}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
}

async function begin(url: string, execution: string): Promise<void> {
  const hosts = [{ id: 'h', name: 'h' }];
  const made = await post(url, '', { execution, name: 'deploy', startedAt: 1_767_312_000_000 });
  expect(made.status).toBe(201);
  const step = { step: 's', name: 's', order: 1, status: 'running', hosts, at: 1_767_312_000_000 };
  expect((await post(url, `${execution}/steps/`, step)).status).toBe(204);
}

function append(url: string, execution: string, first: number, lines: readonly string[]): Promise<Response> {
  return fetch(`${url}${api}${execution}/steps/s/hosts/h/lines/?first=${first}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  });
}

describe('execlogs serve', () => {
  test('says where it is, as one line of JSON and nothing else, and what it does on stderr', async () => {
    const { url, child, log, end } = await serve();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ ok: true, stores: { live: 'ok' } });
    expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^execlogs_http_requests_total\{.*\} 1$/m);
    child.kill('SIGTERM');
    const { code, stderr } = await end;
    expect(code).toBe(0);
    expect(stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect(log.map(({ event }) => event)).toEqual([
      ...['listening', 'retention', 'request', 'request', 'stopping', 'stopped'],
    ]);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'on %s tells who listens, writes what came, and ends with 0',
    async (signal) => {
      const { url, child, end } = await serve();
      await begin(url, 'a');
      const told = new Told(await fetch(`${url}/api/realtime/sse/logs/a/?format=lines`));
      expect((await append(url, 'a', 1, ['one', 'two'])).status).toBe(200);
      await told.until('one\\ntwo');
      child.kill(signal);
      expect(await told.rest()).toMatch(/event: error\ndata: .*"unavailable"/);
      expect((await end).code).toBe(0);
      expect((await program.lines('a')).map(({ text }) => text)).toEqual(['one', 'two']);
      // Its writer may come back, over the next service.
      expect(await program.shown('a')).toMatchObject({ status: 'running' });
    },
  );

  test('runs pipelines, and records as cancelled what it has to stop', async () => {
    const folder = join(program.home, 'pipelines');
    mkdirSync(folder);
    const run = 'trap "echo going; exit 0" TERM; echo "up $EXECLOGS_TOKEN"; while :; do sleep 0.05; done';
    const steps = JSON.stringify([{ name: 's', run }]);
    writeFileSync(
      join(folder, 'slow.yaml'),
      `name: Slow\nmodules: [{ name: m, tasks: [{ name: t, steps: ${steps} }] }]\n`,
    );
    const { url, child, end } = await serve('--pipelines', folder);
    const started = await fetch(`${url}/api/cronjobs/slow/trigger`, { method: 'POST' });
    expect(started.status).toBe(200);
    const { job_run_id } = (await started.json()) as { job_run_id: string };
    await eventually(async () => expect(await program.lines(job_run_id)).toHaveLength(1));
    const socket = new WebSocket(`${url.replace('http:', 'ws:')}/api/cronjobs/slow/logs/ws`);
    await once(socket, 'open');
    const closed = once(socket, 'close') as Promise<[CloseEvent]>;
    child.kill('SIGTERM');
    expect((await closed)[0].code).toBe(1001);
    expect((await end).code).toBe(0);
    expect(await program.shown(job_run_id)).toMatchObject({
      status: 'cancelled',
      message: 'The service that ran it was stopped.',
    });
    expect((await program.lines(job_run_id)).map(({ text }) => text)).toContain('going');
  });

  test.each([
    [['--max-runs', '3'], '--max-runs needs --pipelines'],
    [['--pipelines', '/there/is/none'], 'The folder of pipelines /there/is/none cannot be read'],
  ])('%j is told before it begins', async (options, words) => {
    const { code, stdout, stderr } = await program.run('serve', '--port', '0', ...options);
    expect([code === 0, stdout, stderr]).toEqual([false, '', expect.stringContaining(words)]);
  });

  test('ends at once on a second signal', async () => {
    const { url, child, end } = await serve();
    await begin(url, 'a');
    const upload = fetch(`${url}${api}a/steps/s/hosts/h/lines/?first=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: new ReadableStream({ start: (control) => control.enqueue(Buffer.from('"one"\n')) }),
      duplex: 'half',
    }).catch(() => undefined);
    await eventually(async () => expect(await program.lines('a')).toHaveLength(1));
    child.kill('SIGTERM');
    await eventually(() => {
      child.kill('SIGTERM');
      expect(child.exitCode).not.toBeNull();
    });
    await end;
    await upload;
    expect((await program.lines('a')).map(({ text }) => text)).toEqual(['one']);
  });

  test('takes up what was written when it is killed and started again', async () => {
    const first = await serve();
    await begin(first.url, 'a');
    expect((await append(first.url, 'a', 1, ['one'])).status).toBe(200);
    first.child.kill('SIGKILL');
    await first.end;
    const second = await serve();
    expect(await (await append(second.url, 'a', 1, ['one', 'two'])).json()).toEqual({ lines: 2 });
    expect((await program.lines('a')).map(({ text }) => text)).toEqual(['one', 'two']);
    expect(await program.shown('a')).toMatchObject({ status: 'running' });
  });

  test('takes a line of 300 MB as one that is cut, without ever holding it', async () => {
    const { url } = await serve();
    await begin(url, 'a');
    const part = Buffer.alloc(1 << 20, 'x');
    const parts = async function* () {
      yield Buffer.from('"');
      for (let i = 0; i < 300; i++) yield part;
      yield Buffer.from('"\n"next"\n');
    };
    const sent = await fetch(`${url}${api}a/steps/s/hosts/h/lines/?first=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: ReadableStream.from(parts()),
      duplex: 'half',
    });
    expect(await sent.json()).toEqual({ lines: 2 });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const resident = Number(/^process_resident_memory_bytes (\d+)$/m.exec(metrics)?.[1]);
    expect(resident).toBeLessThan(280 << 20);
    expect((await program.lines('a')).map(({ text }) => text.length > 4).slice(0, 2)).toEqual([true, false]);
  });

  test('keeps its memory flat while clients stall, and serves others', async () => {
    const script = 'yes "a line that is about as long as lines are, with 80 characters or so of text" | head -n 200000';
    await program.run('run', '-q', '--', 'sh', '-c', script);
    const { url } = await serve();
    const { id } = await program.shown();
    const resident = async (): Promise<number> =>
      Number(/^process_resident_memory_bytes (\d+)$/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);
    await new Told(await fetch(`${url}/api/realtime/sse/logs/${id}/?format=lines`)).until('event: end');
    const before = await resident();
    const stalled = await Promise.all(
      Array.from({ length: 20 }, () => fetch(`${url}/api/realtime/sse/logs/${id}/?format=lines`)),
    );
    // One who reads gets everything meanwhile; what the others do not take is not held for them: 400 MB.
    await new Told(await fetch(`${url}/api/realtime/sse/logs/${id}/?format=lines`)).until('event: end');
    expect((await resident()) - before).toBeLessThan(200 << 20);
    for (const { body } of stalled) await body?.cancel();
  });

  test('says in words that a port is taken', async () => {
    const { url } = await serve();
    const { port } = new URL(url);
    const { code, stdout, stderr } = await program.run('serve', '--port', port);
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toBe(`execlogs: Port ${port} of 127.0.0.1 is taken. Choose another, or 0 for any that is free.\n`);
  });

  test('ends, and says why, when its folder of pipelines cannot be read', async () => {
    const { code, stdout, stderr } = await program.run('serve', '--port', '0', '--pipelines', '/nowhere/pipelines');
    expect([code, stdout]).toEqual([4, '']);
    expect(stderr).toBe('execlogs: The folder of pipelines /nowhere/pipelines cannot be read. Check --pipelines.\n');
  });

  test.each([
    [['--host', '0.0.0.0'], /Everybody who reaches 0\.0\.0\.0 could read and write all logs\. Say with --tokens/],
    [['--host', '192.0.2.1', '--tokens', 'TOKENS'], /This machine has no address 192\.0\.2\.1/],
    [['--port', '65536'], /--port takes a number from 0 to 65535/],
    [['--port', 'http'], /--port takes a number from 0 to 65535/],
    [['--tokens', '/nowhere/tokens'], /The file of tokens \/nowhere\/tokens cannot be read/],
    [['--store', 'nothing:at-all'], /is no connection/],
    [['--pipelines', '.', '--max-runs', '0'], /--max-runs takes a whole number from 1/],
    [['--max-runs', '2'], /--max-runs needs --pipelines/],
    [['here'], /takes options only/],
  ])('refuses %j in words', async (options, words) => {
    const path = join(program.home, 'tokens');
    writeFileSync(path, JSON.stringify(entry('ci', { executions: ['*'] })));
    const typed = options.map((option) => (option === 'TOKENS' ? path : option));
    const { code, stdout, stderr } = await program.run('serve', '--port', '0', ...typed);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
  });
});

describe('tokens', () => {
  test('are made by the program, and let in', async () => {
    const { stdout } = await program.run('serve', '--new-token', 'ci');
    const made = JSON.parse(stdout) as { token: string; line: unknown };
    const path = join(program.home, 'tokens');
    writeFileSync(path, JSON.stringify(made.line));
    const { url } = await serve('--tokens', path);
    const ask = (token = '') => fetch(`${url}${api}`, { headers: { authorization: `Bearer ${token}` } });
    expect((await ask(made.token)).status).toBe(200);
    expect((await ask('x'.repeat(40))).status).toBe(401);
  });

  test('that are taken back end the streams that were opened with them', async () => {
    const path = join(program.home, 'tokens');
    const allowed = { executions: ['*'], may: ['read', 'write'] } as const;
    writeFileSync(path, [entry('kept', allowed), entry('taken', allowed)].map((one) => JSON.stringify(one)).join('\n'));
    await program.run('run', '--', 'echo', 'hi');
    const { url } = await serve('--tokens', path);
    const listen = async (name: string) => fetch(`${url}/api/realtime/sse/changes/`, bearer(name));
    const [kept, taken] = await Promise.all([listen('kept'), listen('taken')]);
    writeFileSync(path, JSON.stringify(entry('kept', allowed)));
    expect(await taken.text()).toMatch(/event: error\ndata: .*"unauthorized"/);
    expect((await fetch(`${url}${api}`, bearer('taken'))).status).toBe(401);
    expect((await fetch(`${url}${api}`, bearer('kept'))).status).toBe(200);
    await kept.body?.cancel();
  });
});

describe('without its Redis', () => {
  test('it starts, says so, serves the archive, and recovers by itself', async () => {
    await using redis = await RedisServer.start();
    redis.kill();
    await program.run('run', '--', 'echo', 'archived');
    const store = `sqlite:${join(program.home, 'store.sqlite')}`;
    const { url, log } = await serve('--store', redis.url, '--archive', store);
    const said = { event: 'store', store: 'live', state: 'unavailable' };
    await eventually(() => expect(log).toContainEqual(expect.objectContaining(said)));
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([
      200,
      { ok: true, stores: { live: 'unavailable', archive: 'ok' } },
    ]);
    const [archived] = await program.json<{ text: string }>('logs', 'latest', '--from', url);
    expect(archived?.text).toBe('archived');
    expect((await post(url, '', { execution: 'a', name: 'x', startedAt: 1 })).status).toBe(503);
    await redis.restart();
    await eventually(async () => {
      const { stores } = (await (await fetch(`${url}/healthz`)).json()) as { stores: unknown };
      expect(stores).toEqual({ live: 'ok', archive: 'ok' });
    });
    await begin(url, 'a');
    expect((await append(url, 'a', 1, ['live'])).status).toBe(200);
  });

  test('and without anything else it is not well, and stops all the same', async () => {
    await using redis = await RedisServer.start();
    redis.kill();
    const { url, child, log, end } = await serve('--store', redis.url);
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([503, { ok: false, stores: { live: 'unavailable' } }]);
    child.kill('SIGTERM');
    expect((await end).code).toBe(0);
    expect(log.at(-1)).toMatchObject({ event: 'stopped' });
  });
});
