import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import type { Conversation, SocketRoute } from '../../../src/dialects/http.ts';
import { LogError } from '../../../src/model/errors.ts';
import { Metrics } from '../../../src/service/metrics.ts';
import { eventually } from '../../harness/eventually.ts';
import { bearer, entry, startService, tokenOf, tokensFor, type TestService } from '../../harness/service.ts';

let service: TestService | undefined;
const clients = new Set<WebSocket>();
afterEach(async () => {
  for (const client of clients) client.terminate();
  clients.clear();
  await service?.close();
});

/** Says back what it is told, as long as it is told anything. */
const echo: Conversation = async (socket) => {
  for await (const text of socket.messages) await socket.send(`heard ${text}`);
};

async function start(
  begin: SocketRoute['begin'] = () => echo,
  options: Parameters<typeof startService>[0] = {},
): Promise<string> {
  service = await startService({ sockets: [{ path: '/it/:name/ws', needs: 'read', begin }], ...options });
  return service.url.replace('http:', 'ws:');
}

interface Closed {
  readonly code: number;
  readonly reason: string;
}

function open(url: string, options: ClientOptions & { protocols?: string[] } = {}): WebSocket {
  const { protocols = [], ...rest } = options;
  const client = new WebSocket(url, protocols, rest);
  client.on('error', () => undefined);
  clients.add(client);
  return client;
}

async function opened(url: string, options: ClientOptions & { protocols?: string[] } = {}): Promise<WebSocket> {
  const client = open(url, options);
  await once(client, 'open');
  return client;
}

async function closed(client: WebSocket): Promise<Closed> {
  const [code, reason] = (await once(client, 'close')) as [number, Buffer];
  return { code, reason: reason.toString() };
}

async function next(client: WebSocket): Promise<string> {
  const [data] = (await once(client, 'message')) as [Buffer];
  return data.toString();
}

/** The answer to a request that was refused. */
async function refusal(url: string, options: ClientOptions & { protocols?: string[] } = {}) {
  const client = open(url, options);
  const [, response] = (await once(client, 'unexpected-response')) as [
    unknown,
    AsyncIterable<Buffer> & { statusCode: number; headers: Record<string, string> },
  ];
  let body = '';
  for await (const chunk of response) body += chunk.toString();
  return {
    status: response.statusCode,
    headers: response.headers,
    error: (JSON.parse(body) as { error: LogError }).error,
  };
}

/** What a server says to a request that asks to go on in another protocol. */
async function exchange(to: string, head: string, body = ''): Promise<string> {
  const url = new URL(to);
  const socket = connect(Number(url.port), url.hostname);
  socket.write(`${head}\r\nHost: ${url.host}\r\nConnection: Upgrade\r\n\r\n${body}`);
  let all = '';
  for await (const chunk of socket) {
    all += String(chunk);
    if (all.endsWith('}')) break;
  }
  return all;
}

describe('a WebSocket', () => {
  test('is talked over, and told in log and figures', async () => {
    const metrics = new Metrics();
    const url = await start(
      (call) => async (socket) => {
        await socket.send(`${call.params['name'] ?? ''} ${call.query.get('q') ?? ''}`);
        await echo(socket);
      },
      { metrics },
    );
    const client = open(`${url}/it/a%20b/ws?q=1?2`);
    expect(await next(client)).toBe('a b 1?2');
    client.send('one');
    expect(await next(client)).toBe('heard one');
    expect(metrics.openStreams).toBe(1);
    client.close();
    await eventually(() => expect(metrics.openStreams).toBe(0));
    expect(service?.events).toMatchObject([{ event: 'request', route: '/it/:name/ws', status: 101, error: undefined }]);
  });

  test('ends with 1000 when there is nothing more to say', async () => {
    const client = open(`${await start(() => (socket) => socket.send('all'))}/it/a/ws`);
    expect(await next(client)).toBe('all');
    expect(await closed(client)).toEqual({ code: 1000, reason: 'There is nothing more to say.' });
  });

  test.each([
    [new LogError('unauthorized', 'The token was taken back.'), 1008, 'The token was taken back.'],
    [new LogError('unavailable', 'The store is away.'), 1013, 'The store is away.'],
    [new LogError('notFound', 'ö'.repeat(100)), 1008, `${'ö'.repeat(60)}…`],
  ])('says how a conversation failed: %s', async (error, code, reason) => {
    const client = open(`${await start(() => () => Promise.reject(error))}/it/a/ws`);
    expect(await closed(client)).toEqual({ code, reason });
  });

  test('says of what nobody expected only where the log says more', async () => {
    const client = open(`${await start(() => () => Promise.reject(new Error('/etc/secret')))}/it/a/ws`);
    const { code, reason } = await closed(client);
    const [internal] = service?.events ?? [];
    expect([code, reason]).toEqual([1011, `This service failed (id ${String(internal?.['id'])}).`]);
    expect(internal).toMatchObject({ event: 'internal', message: '/etc/secret' });
  });

  test('is told that the service stops, and does not hold it up', async () => {
    const url = await start();
    const [polite, rude] = [await opened(`${url}/it/a/ws`), await opened(`${url}/it/a/ws`)];
    const end = closed(polite);
    rude.pause();
    await service?.close();
    expect(await end).toEqual({ code: 1001, reason: 'The service is stopping.' });
    service = undefined;
  });
});

describe('what is not understood', () => {
  test.each([
    ['a message that is too long', (client: WebSocket) => client.send('x'.repeat(65_537)), 1009, /65536 bytes/],
    ['one that is much too long', (client: WebSocket) => client.send('x'.repeat(1 << 20)), 1009, /^$/],
    ['binary', (client: WebSocket) => client.send(Buffer.from('{}')), 1003, /Only text/],
  ])('%s closes the socket', async (_, send, code, words) => {
    const client = await opened(`${await start()}/it/a/ws`);
    const end = closed(client);
    send(client);
    expect(await end).toEqual({ code, reason: expect.stringMatching(words) as string });
  });

  test('a message that never ends closes the socket, however small its parts', async () => {
    const client = await opened(`${await start()}/it/a/ws`);
    const end = closed(client);
    for (let i = 0; i < 200; i++) client.send('x'.repeat(1_000), { fin: false });
    expect((await end).code).toBe(1009);
  });

  test('a message of the most that is allowed is taken', async () => {
    const client = await opened(`${await start()}/it/a/ws`);
    client.send('x'.repeat(65_536));
    expect(await next(client)).toHaveLength(65_536 + 6);
  });
});

describe('a request for a WebSocket', () => {
  test('is refused as other requests are: by path, Host, Origin', async () => {
    const url = await start();
    expect(await refusal(`${url}/else`)).toMatchObject({ status: 404, error: { code: 'notFound' } });
    const [host, origin] = [{ host: 'evil.example' }, { origin: 'https://evil.example' }];
    expect(await refusal(`${url}/it/a/ws`, { headers: host })).toMatchObject({
      status: 403,
      error: { code: 'forbidden' },
    });
    expect(await refusal(`${url}/it/a/ws`, { headers: origin })).toMatchObject({
      status: 403,
      error: { code: 'forbidden' },
    });
  });

  test('comes from pages that are allowed', async () => {
    const origin = 'https://portal.example';
    const url = await start(undefined, { callers: { origins: [origin] } });
    await opened(`${url}/it/a/ws`, { headers: { origin } });
  });

  test('is refused by what its route finds, before there is a socket', async () => {
    const url = await start(() => {
      throw new LogError('notFound', 'There is no job "a".');
    });
    const { status, error, headers } = await refusal(`${url}/it/a/ws`);
    expect([status, error.code, error.message]).toEqual([404, 'notFound', expect.stringContaining('no job "a"')]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', connection: 'close' });
    expect(service?.events).toMatchObject([{ event: 'request', status: 404, error: 'notFound' }]);
  });

  test('of what is no WebSocket is told so as JSON', async () => {
    const url = await start();
    const old = await exchange(url, `GET /it/a/ws HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 7`);
    expect(old).toMatch(/^HTTP\/1\.1 400 [^]*"invalidRequest"/);
    const plain = await fetch(`${url.replace('ws:', 'http:')}/it/a/ws`);
    expect([plain.status, await plain.json()]).toMatchObject([426, { error: { code: 'invalidRequest' } }]);
  });

  test('that offers another protocol is answered as any request', async () => {
    const url = await start();
    const head = 'POST /api/executor/execution-records/ HTTP/1.1\r\nUpgrade: h2c\r\nContent-Type: application/json';
    const body = JSON.stringify({ execution: 'e', name: 'e' });
    const answer = await exchange(url, `${head}\r\nContent-Length: ${body.length}`, body);
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  test('needs a token where there are tokens: as a header, or as a protocol where browsers can send none', async () => {
    const tokens = tokensFor({ ann: { executions: ['*'] }, bob: { executions: ['*'], may: ['write'] } });
    const url = `${await start(undefined, { tokens })}/it/a/ws`;
    expect(await refusal(url)).toMatchObject({ status: 401, error: { code: 'unauthorized' } });
    expect(await refusal(`${url}?token=${tokenOf('ann')}`)).toMatchObject({ status: 401 });
    expect(await refusal(url, { protocols: ['bearer', 'wrong'] })).toMatchObject({ status: 401 });
    expect(await refusal(url, bearer('bob'))).toMatchObject({ status: 403, error: { code: 'forbidden' } });
    await opened(url, bearer('ann'));
    const client = await opened(url, { protocols: ['bearer', tokenOf('ann')] });
    expect(client.protocol).toBe('bearer');
    expect(JSON.stringify(service?.events)).not.toContain(tokenOf('ann'));
  });

  test('lasts as long as its token, though nobody says a word', async () => {
    const tokens = tokensFor({ ann: { executions: ['*'] }, bob: { executions: ['*'] } });
    const url = `${await start(undefined, { tokens })}/it/a/ws`;
    const [taken, kept] = [await opened(url, bearer('ann')), await opened(url, bearer('bob'))];
    const end = closed(taken);
    tokens.replace([entry('bob', { executions: ['*'] })]);
    expect(await end).toEqual({ code: 1008, reason: 'The token was taken back. Ask for a new one.' });
    expect(await refusal(url, bearer('ann'))).toMatchObject({ status: 401 });
    kept.send('still there');
    expect(await next(kept)).toBe('heard still there');
  });

  test('counts against the rate of its token', async () => {
    const url = `${await start(undefined, { rate: 1 })}/it/a/ws`;
    await opened(url);
    await opened(url);
    expect(await refusal(url)).toMatchObject({ status: 429, error: { code: 'throttled' } });
  });

  test('is refused while there are as many as may be', async () => {
    const url = `${await start(undefined, { mostSockets: 1 })}/it/a/ws`;
    const first = await opened(url);
    expect(await refusal(url)).toMatchObject({ status: 429, error: { code: 'throttled' } });
    first.close();
    await eventually(() => opened(url));
  });
});

describe('the other side of a WebSocket', () => {
  test('that is gone without a word is let go', async () => {
    const metrics = new Metrics();
    const client = await opened(`${await start(undefined, { metrics, beat: 50 })}/it/a/ws`, { autoPong: false });
    expect((await closed(client)).code).toBe(1006);
    await eventually(() => expect(metrics.openStreams).toBe(0));
  });

  test('that answers pings may be silent', async () => {
    const client = await opened(`${await start(undefined, { beat: 20 })}/it/a/ws`);
    for (let i = 0; i < 5; i++) await once(client, 'ping');
    client.send('still there');
    expect(await next(client)).toBe('heard still there');
  });

  test('that reads nothing is not written to without end', async () => {
    let sent = 0;
    const url = await start(() => async (socket) => {
      for (; ; sent++) await socket.send('x'.repeat(65_536));
    });
    const client = await opened(`${url}/it/a/ws`);
    client.pause();
    let before = -1;
    await eventually(
      () => {
        const same = sent === before;
        before = sent;
        expect(same).toBe(true);
      },
      { interval: 200 },
    );
    // What the two kernels hold, and no more.
    expect(sent).toBeLessThan(500);
  });

  test('that writes faster than it is read is held back', async () => {
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => (go = resolve));
    let heard = 0;
    const url = await start(() => async (socket) => {
      await gate;
      for await (const _ of socket.messages) heard++;
    });
    const client = await opened(`${url}/it/a/ws`);
    for (let i = 0; i < 2_000; i++) client.send('x'.repeat(32_768));
    await eventually(() => expect(client.bufferedAmount).toBeGreaterThan(1 << 20));
    go();
    await eventually(() => expect(heard).toBe(2_000));
  });
});
