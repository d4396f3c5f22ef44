import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { json, type HttpAnswer, type HttpCall, type Route } from '../../../src/dialects/http.ts';
import { LogError } from '../../../src/model/errors.ts';
import { Metrics } from '../../../src/service/metrics.ts';
import { eventually } from '../../harness/eventually.ts';
import { bearer, startService, tokensFor, type TestService } from '../../harness/service.ts';

let service: TestService | undefined;
afterEach(() => service?.close());

type Answer = (call: HttpCall) => HttpAnswer | Promise<HttpAnswer>;

function get(answer: Answer, path = '/it/'): Route {
  return { method: 'GET', path, needs: 'read', answer };
}

function post(answer: Answer): Route {
  return { method: 'POST', path: '/it/', needs: 'write', answer };
}

async function start(routes: readonly Route[], options: Parameters<typeof startService>[0] = {}): Promise<string> {
  service = await startService({ routes, ...options });
  return service.url;
}

async function open(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // Connections are broken here, too.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** All that comes until the other side closes. */
async function rest(socket: Socket): Promise<string> {
  let all = '';
  socket.on('data', (chunk: Buffer) => (all += chunk.toString()));
  await once(socket, 'close');
  return all;
}

async function read(body: AsyncIterable<Uint8Array>): Promise<number> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  return bytes;
}

const errorOf = async (response: Response): Promise<unknown> => ((await response.json()) as { error: unknown }).error;

describe('an answer', () => {
  test('is the same with a slash at the end of the path and without, and never redirected', async () => {
    const url = await start([get(() => json({ a: 1 }))]);
    for (const path of ['/it/', '/it']) {
      const response = await fetch(url + path, { redirect: 'error' });
      expect([response.status, await response.json()]).toEqual([200, { a: 1 }]);
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  test('to HEAD has the headers and no body, and a stream is left before it begins', async () => {
    let begun = false;
    const body = async function* () {
      begun = true;
      yield 'never';
    };
    const url = await start([get(() => json({ a: 1 })), get(() => ({ status: 200, body: body() }), '/stream/')]);
    const response = await fetch(`${url}/it/`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length'), await response.text()]).toEqual([200, '7', '']);
    expect(await (await fetch(`${url}/stream/`, { method: 'HEAD' })).text()).toBe('');
    expect(begun).toBe(false);
  });

  test('to OPTIONS says what may be done', async () => {
    const url = await start([get(() => json({})), post(() => json({}))]);
    const response = await fetch(`${url}/it/`, { method: 'OPTIONS' });
    expect([response.status, response.headers.get('allow')]).toEqual([204, 'GET, HEAD, OPTIONS, POST']);
    expect((await fetch(`${url}/nothing/`, { method: 'OPTIONS' })).status).toBe(404);
    const put = await fetch(`${url}/it/`, { method: 'PUT' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS, POST']);
  });

  test('to a page that is allowed may be read by it, and by no other', async () => {
    const origin = 'https://portal.example';
    const url = await start([get(() => json({}))], { callers: { origins: [origin] } });
    const asked = await fetch(`${url}/it/`, { headers: { origin } });
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const preflight = await fetch(`${url}/it/`, { method: 'OPTIONS', headers: { origin } });
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    const refused = await fetch(`${url}/it/`, { headers: { origin: 'https://evil.example' } });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
  });

  test('of a failure nobody expected tells nothing but an id, under which the log tells it', async () => {
    const url = await start([
      get(() => {
        throw new TypeError('the password is 123');
      }),
    ]);
    const response = await fetch(`${url}/it/`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(text).not.toMatch(/password|TypeError| at /);
    const id = /id ([0-9a-f]{12})/.exec(text)?.[1];
    expect(service?.events).toContainEqual(
      expect.objectContaining({ level: 'error', event: 'internal', id, message: 'the password is 123' }),
    );
  });

  test('that nobody waits for any longer is told so', async () => {
    const asked = Promise.withResolvers<undefined>();
    const left = Promise.withResolvers<unknown>();
    const url = await start([
      get(async ({ signal }) => {
        signal.addEventListener('abort', () => left.resolve(signal.reason));
        asked.resolve(undefined);
        await left.promise;
        return json({});
      }),
    ]);
    const socket = await open(url);
    socket.write('GET /it/ HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await asked.promise;
    socket.destroy();
    expect(await left.promise).toMatchObject({ code: 'closed', message: 'The caller has left.' });
  });

  test('comes without tokens when there are none, and otherwise to their bearers only', async () => {
    const tokens = tokensFor({ reader: { executions: ['*'] } });
    const health: Route & { open: true } = { ...get(() => json({}), '/healthz'), open: true };
    const url = await start([health, get(() => json({})), post(() => json({}))], { tokens });
    const without = await fetch(`${url}/it/`);
    expect([without.status, without.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await errorOf(without)).toMatchObject({ code: 'unauthorized' });
    expect((await fetch(`${url}/it/`, bearer('nobody'))).status).toBe(401);
    expect((await fetch(`${url}/it/`, bearer('reader'))).status).toBe(200);
    expect((await fetch(`${url}/it/`, { method: 'POST', ...bearer('reader') })).status).toBe(403);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(service?.events).toContainEqual(expect.objectContaining({ token: 'reader', status: 200, route: '/it/' }));
    expect(JSON.stringify(service?.events)).not.toContain('token-of-reader');
  });
});

describe('a stream', () => {
  test('is asked for no faster than it is read, and left when its reader leaves', async () => {
    const state = { asked: 0, left: false };
    const body = async function* () {
      try {
        for (;;) {
          state.asked++;
          yield Buffer.alloc(65_536, 'x');
        }
      } finally {
        state.left = true;
      }
    };
    const url = await start([get(() => ({ status: 200, body: body() }))]);
    const socket = await open(url);
    socket.pause();
    socket.write('GET /it/ HTTP/1.1\r\nhost: localhost\r\n\r\n');
    // The buffers of both ends fill up, and then nothing is asked for any longer.
    let before = -1;
    await eventually(
      () => {
        const { asked } = state;
        const still = asked === before && asked > 0;
        before = asked;
        if (!still) throw new Error(`asked ${asked} times`);
      },
      { interval: 300 },
    );
    expect(state.asked).toBeLessThan(1_000);
    socket.destroy();
    await eventually(() => expect(state.left).toBe(true));
  });

  test('that nobody reads for long is let go', async () => {
    const ended = Promise.withResolvers<string>();
    const body = async function* () {
      try {
        for (;;) yield Buffer.alloc(65_536);
      } finally {
        ended.resolve('left');
      }
    };
    const url = await start([get(() => ({ status: 200, body: body() }))], { stall: 100 });
    const socket = await open(url);
    socket.pause();
    socket.write('GET /it/ HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(await ended.promise).toBe('left');
    socket.destroy();
  });

  test('that breaks is cut, not ended', async () => {
    const body = async function* () {
      yield 'first';
      throw new Error('broken');
    };
    const url = await start([get(() => ({ status: 200, body: body() }))]);
    const response = await fetch(`${url}/it/`);
    await expect(response.text()).rejects.toThrow();
    await eventually(() => expect(service?.events).toContainEqual(expect.objectContaining({ message: 'broken' })));
  });

  test('is counted while it is open', async () => {
    const metrics = new Metrics();
    const body = async function* (call: HttpCall) {
      yield 'first';
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
    };
    const url = await start([get((call) => ({ status: 200, body: body(call) }))], { metrics });
    const stop = new AbortController();
    const response = await fetch(`${url}/it/`, { signal: stop.signal });
    expect(response.status).toBe(200);
    await eventually(() => expect(metrics.openStreams).toBe(1));
    stop.abort();
    await eventually(() => expect(metrics.openStreams).toBe(0));
  });

  test('of many small parts over one connection leaves no listeners behind', async () => {
    const warned: Error[] = [];
    const listener = (warning: Error): void => void warned.push(warning);
    process.on('warning', listener);
    const body = async function* () {
      for (let i = 0; i < 2_000; i++) yield 'x'.repeat(5_000);
    };
    const url = await start([get(() => ({ status: 200, body: body() }))]);
    for (let i = 0; i < 3; i++) expect((await (await fetch(`${url}/it/`)).text()).length).toBe(10_000_000);
    process.off('warning', listener);
    expect(warned).toEqual([]);
  });
});

describe('a body', () => {
  const counting = post(async (call) => json({ bytes: await read(call.body) }));
  const send = (url: string, body: string, type = 'application/json', more: Record<string, string> = {}) =>
    fetch(`${url}/it/`, { method: 'POST', body, headers: { 'content-type': type, ...more } });

  test('is read whole, as it comes', async () => {
    const url = await start([counting]);
    expect(await (await send(url, '{}')).json()).toEqual({ bytes: 2 });
    expect(await (await send(url, 'x'.repeat(5_000_000), 'application/x-ndjson')).json()).toEqual({ bytes: 5_000_000 });
  });

  test('that is too large is refused, in words, before it is read and while it comes', async () => {
    const url = await start([counting], { limits: { bytes: 1_000 } });
    const announced = await send(url, 'x'.repeat(10_000_000));
    expect([announced.status, await errorOf(announced)]).toEqual([
      413,
      expect.objectContaining({ code: 'invalidRequest' }),
    ]);
    const socket = await open(url);
    socket.write(
      'POST /it/ HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    socket.write(`400\r\n${'x'.repeat(1_024)}\r\n`);
    expect(await rest(socket)).toMatch(/^HTTP\/1.1 413 /);
    expect((await send(url, 'x'.repeat(100_000), 'application/x-ndjson')).status).toBe(200);
  });

  test('that nobody reads is let pass, and the answer arrives', async () => {
    const url = await start([post(() => json({ read: false }))]);
    const response = await send(url, 'x'.repeat(20_000_000), 'application/x-ndjson');
    expect([response.status, await response.json()]).toEqual([200, { read: false }]);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'of type %s is refused',
    async (type) => {
      const url = await start([counting]);
      expect((await send(url, 'a', type)).status).toBe(415);
    },
  );

  test('that is compressed is refused', async () => {
    const url = await start([counting]);
    expect((await send(url, 'a', 'application/json', { 'content-encoding': 'gzip' })).status).toBe(415);
  });

  test('that is cut short is an error where it is read, and the service goes on', async () => {
    const seen = Promise.withResolvers<unknown>();
    const url = await start([
      post(async (call) => {
        await read(call.body).catch(seen.resolve);
        return json({});
      }),
    ]);
    const socket = await open(url);
    socket.write(
      'POST /it/ HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"',
    );
    socket.destroy();
    const error = await seen.promise;
    expect(error).toBeInstanceOf(LogError);
    expect(error).toMatchObject({ code: 'invalidRequest' });
    expect((await fetch(`${url}/it/`, { method: 'POST' })).status).toBe(200);
  });

  test('that finds no room beside others is told to wait, and has it when they are done', async () => {
    const go = Promise.withResolvers<void>();
    let read = 0;
    const holding = post(async (call) => {
      for await (const part of call.body) read += part.length;
      await go.promise;
      return json({});
    });
    const url = await start([holding], { limits: { together: 1_000_000 } });
    const first = send(url, 'x'.repeat(700_000));
    await eventually(() => expect(read).toBe(700_000));
    const late = await send(url, 'x'.repeat(700_000));
    expect([late.status, late.headers.get('retry-after'), await errorOf(late)]).toEqual([
      429,
      '1',
      { code: 'throttled', message: expect.stringMatching(/too many large bodies at a time\. Send it again/) },
    ]);
    const line = await send(url, `${'x'.repeat(700_000)}\n`, 'application/x-ndjson');
    expect(line.status).toBe(429);
    const small = send(url, `${'x'.repeat(1_000)}\n`.repeat(5_000), 'application/x-ndjson');
    go.resolve();
    expect([(await first).status, (await small).status]).toEqual([200, 200]);
    for (let i = 0; i < 3; i++) expect((await send(url, 'x'.repeat(700_000))).status).toBe(200);
  });

  test('whose rest does not come is given up', async () => {
    const url = await start([counting], { limits: { silence: 50 } });
    const socket = await open(url);
    socket.write(
      'POST /it/ HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 10\r\n\r\n{"a"',
    );
    expect(await rest(socket)).toMatch(/^HTTP\/1.1 408 /);
  });

  test('is asked for only by who reads it, when its sender waits for that', async () => {
    const url = await start([counting, { ...post(() => json({})), path: '/unread/' }]);
    const head =
      'host: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n';
    const asked = await open(url);
    asked.write(`POST /it/ HTTP/1.1\r\nconnection: close\r\n${head}`);
    const [chunk] = (await once(asked, 'data')) as [Buffer];
    expect(chunk.toString()).toMatch(/^HTTP\/1.1 100 /);
    asked.write('{}');
    expect(await rest(asked)).toMatch(/^HTTP\/1.1 200 /);
    const unasked = await open(url);
    unasked.write(`POST /unread/ HTTP/1.1\r\n${head}`);
    expect(await rest(unasked)).toMatch(/^HTTP\/1.1 200 /);
  });
});

describe('what is no request', () => {
  test.each([
    ['noise', 'hello\r\n\r\n', 400],
    ['a header without a name', 'GET / HTTP/1.1\r\nhost: localhost\r\n: x\r\n\r\n', 400],
    ['two lengths', 'POST /it/ HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
    ['headers too long', `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 431],
    ['a path too long', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: localhost\r\n\r\n`, 431],
  ])('(%s) is answered in the shape of all errors', async (_, sent, status) => {
    const url = await start([get(() => json({}))]);
    const socket = await open(url);
    socket.write(sent);
    const answer = await rest(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split('\r\n\r\n')[1] ?? '')).toMatchObject({ error: { code: 'invalidRequest' } });
  });
});

describe('limits', () => {
  test('a request that comes too slowly is given up', async () => {
    const url = await start([get(() => json({}))], { headersTime: 100 });
    const socket = await open(url);
    socket.write('GET /it/ HTTP/1.1\r\nhost: loc');
    const answer = await rest(socket);
    expect(answer).toMatch(/^HTTP\/1.1 408 /);
    expect(answer).toContain('"message":"The request did not come whole. Send it again."');
  });

  test('more connections than allowed are not taken', async () => {
    const url = await start([get(() => json({}))], { connections: 1 });
    const first = await open(url);
    first.write('GET /it/ HTTP/1.1\r\nhost: localhost\r\n\r\n');
    await once(first, 'data');
    expect(await rest(await open(url))).toBe('');
    first.destroy();
    await eventually(async () => expect((await fetch(`${url}/it/`)).status).toBe(200));
  });

  test('one who was given up and does not leave holds no connection', async () => {
    const url = await start([get(() => json({}))], { connections: 1, headersTime: 100 });
    const first = connect({ port: Number(new URL(url).port), host: '127.0.0.1', allowHalfOpen: true });
    first.on('error', () => undefined);
    first.write('GET /it/ HTTP/1.1\r\nhost: loc');
    expect(String(await once(first, 'data'))).toMatch(/^HTTP\/1.1 408 /);
    await eventually(async () => expect((await fetch(`${url}/it/`)).status).toBe(200));
    first.destroy();
  });

  test('a caller who asks too often is asked to wait, others are not', async () => {
    const tokens = tokensFor({ eager: { executions: ['*'] }, other: { executions: ['*'] } });
    const url = await start([get(() => json({}))], { tokens, rate: 2 });
    const asked = Array.from({ length: 20 }, () => fetch(`${url}/it/`, bearer('eager')));
    const refused = (await Promise.all(asked)).filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(5);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await fetch(`${url}/it/`, bearer('other'))).status).toBe(200);
    await eventually(async () => expect((await fetch(`${url}/it/`, bearer('eager'))).status).toBe(200));
  });
});

describe('closing', () => {
  test('tells who listens and waits for what is being written', async () => {
    const reached = Promise.withResolvers<undefined>();
    const finish = Promise.withResolvers<undefined>();
    const told = async function* (call: HttpCall) {
      yield 'begun\n';
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
      yield `${(call.signal.reason as LogError).code}\n`;
    };
    const url = await start([
      get((call) => ({ status: 200, body: told(call) })),
      post(async () => {
        reached.resolve(undefined);
        await finish.promise;
        return json({ written: true });
      }),
    ]);
    const stream = await fetch(`${url}/it/`);
    const written = fetch(`${url}/it/`, { method: 'POST' });
    await reached.promise;
    const closed = service?.close();
    expect(await stream.text()).toBe('begun\nclosed\n');
    finish.resolve(undefined);
    expect(await (await written).json()).toEqual({ written: true });
    await closed;
    await expect(fetch(`${url}/it/`)).rejects.toThrow();
  });

  test('does not wait for those who never end', async () => {
    const never = new Promise<never>(() => undefined);
    const url = await start([get(() => never)], { grace: 50 });
    const asked = fetch(`${url}/it/`).catch((error: unknown) => error);
    const idle = await open(url);
    await eventually(() => expect(idle.readyState).toBe('open'));
    await service?.close();
    expect(await asked).toBeInstanceOf(Error);
  });
});

test('a port that is taken is said in words', async () => {
  const url = await start([]);
  const { port } = new URL(url);
  await expect(startService({ port: Number(port) })).rejects.toThrow(
    `Port ${port} of 127.0.0.1 is taken. Choose another, or 0 for any that is free.`,
  );
  await expect(startService({ host: '192.0.2.1' })).rejects.toMatchObject({ code: 'invalidRequest' });
});
