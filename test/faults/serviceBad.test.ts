import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Route } from '../../src/dialects/http.ts';
import { errorCodes } from '../../src/model/errors.ts';
import { lineFlag } from '../../src/model/line.ts';
import { dialectRoutes } from '../../src/service/dialects.ts';
import type { Tokens } from '../../src/service/tokens.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { columns, day } from '../contract/recording.ts';
import { servedFrom, startService, tokenOf, tokensFor, type TestService } from '../harness/service.ts';

/** The one execution that the bearer in these tests may see; it runs and has a line. */
const mine = 'deploy-1';
const theirs = 'secret-1';
/** Another one of ours, for what is taken in part. */
const long = 'deploy-long';

let store: MemoryStore;
let service: TestService;
let tokens: Tokens;

beforeAll(async () => {
  store = new MemoryStore();
  tokens = tokensFor({
    bearer: { executions: [mine, long], may: ['read', 'write', 'delete', 'run'] },
    reader: { executions: ['*'] },
  });
  service = await startService({ tokens, served: servedFrom(store) });
  for (const execution of [mine, theirs, long]) {
    await store.createExecution({ execution, name: 'deploy', startedAt: day });
    const hosts = [{ id: 'h', name: 'h' }];
    await store.startStep({ execution, step: 's', name: 's', order: 1, status: 'running', hosts, at: day });
    await store.append({ execution, step: 's', host: 'h', firstNumber: 1, lines: columns([`line of ${execution}`]) });
  }
});
afterAll(async () => {
  await service.close();
  await store[Symbol.asyncDispose]();
});

/** After everything that was sent: alive, and nothing lost or changed. */
afterEach(async () => {
  for (const execution of [mine, theirs]) {
    const { lines } = await store.readLog({ execution, position: { at: 'start' } });
    expect(new TextDecoder().decode(lines.text)).toBe(`line of ${execution}`);
    expect(await store.getExecution({ execution })).toMatchObject({ status: 'running' });
  }
  expect((await store.listExecutions({})).executions).toHaveLength(3);
  expect((await ask('GET', '/api/executor/execution-records/')).status).toBe(200);
});

interface Answered {
  readonly status: number;
  readonly text: string;
}

interface Asking {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
}

/** Asks by hand: `fetch` would tidy up the paths. A stream is read up to its first words. */
async function ask(method: string, path: string, { body, headers, token = 'bearer' }: Asking = {}): Promise<Answered> {
  const { hostname, port } = new URL(service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const all = {
    host: 'localhost',
    connection: 'close',
    authorization: `Bearer ${tokenOf(token)}`,
    ...(bytes && { 'content-type': 'application/json', 'content-length': String(bytes.length) }),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n`, 'latin1');
  if (bytes) socket.write(bytes);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
    if (answer.includes('\ndata: ') || isWhole(answer)) socket.destroy();
  });
  await once(socket, 'close');
  const [first = '', ...rest] = answer.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1.1 (\d{3})/.exec(first)?.[1]), text: rest.join('\r\n\r\n') };
}

function isWhole(answer: string): boolean {
  const [head = '', ...body] = answer.split('\r\n\r\n');
  const length = /^content-length: (\d+)$/im.exec(head)?.[1];
  return length !== undefined && Buffer.byteLength(body.join('\r\n\r\n')) >= Number(length);
}

function expectRefused({ status, text }: Answered, ...statuses: readonly number[]): void {
  expect(statuses.length > 0 ? statuses : [400, 401, 403, 404, 405, 408, 413, 415, 431], text).toContain(status);
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  expect(Object.keys(error)).toEqual(['code', 'message']);
  expect(errorCodes).toContain(error.code);
  // What happened, and what to do.
  expect(error.message).toMatch(/[.?!] \S/);
  expect(text).not.toMatch(/\bat .*:\d+:\d+|node:|\.ts\b|undefined|\[object/);
}

const routes = dialectRoutes.map((route) => [`${route.method} ${route.path}`, route] as const);
const named = routes.filter(([, { path }]) => path.includes(':'));
const executionName = /:(id|execution_id)\b/;
const ofExecution = routes.filter(([, { path }]) => executionName.test(path));

/** A route's path with these in place of its names; what is not given is what there is. */
function pathOf({ path }: Route, names: Readonly<Record<string, string>> = {}): string {
  const known: Readonly<Record<string, string>> = {
    id: mine,
    execution_id: mine,
    step_id: 's',
    host_id: 'h',
    ...names,
  };
  return path.replaceAll(/:(\w+)/g, (_, name: string) => known[name] ?? 'missing');
}

/** A body that a route of this kind would take. */
function bodyFor({ method, path }: Route): string | undefined {
  if (method !== 'POST') return undefined;
  if (path.endsWith('/steps/'))
    return JSON.stringify({ step: 's', name: 's', order: 1, status: 'running', hosts: [], at: day });
  if (path.endsWith('/finish/')) return JSON.stringify({ status: 'failed', at: day });
  if (path.endsWith('/lines/'))
    return JSON.stringify({ count: 0, text: '', times: null, streams: 0, levels: 0, flags: 0 });
  if (path.endsWith('/start/')) return JSON.stringify({ at: day });
  if (path.endsWith('/metrics/')) return JSON.stringify({ name: 'rows', value: 1, at: day });
  return JSON.stringify({ execution: mine, name: 'x', startedAt: day });
}

function send(route: Route, path: string, asking: Asking = {}): Promise<Answered> {
  const body = bodyFor(route);
  return ask(route.method, path, { ...(body !== undefined && { body }), ...asking });
}

describe.each(ofExecution)('%s, with an id that is not permitted', (_, route) => {
  test('answers the same 403 to the byte, whether it exists or not', async () => {
    const answers = new Set<string>();
    const ids = [
      theirs,
      'secret-2',
      'deploy',
      'deploy-',
      'deploy-11',
      'Deploy-1',
      'DEPLOY-1',
      'deploy-1%20',
      '%20deploy-1',
    ];
    const odd = [
      'dерloy-1',
      'deploy-1%00',
      '__proto__',
      'constructor',
      '..',
      '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
      '*',
      'deploy-*',
    ];
    for (const id of [...ids, ...odd.map((one) => (one.includes('%') ? one : encodeURIComponent(one)))]) {
      const answer = await send(route, `${pathOf(route, { id, execution_id: id })}?pointer=`);
      expectRefused(answer, 403);
      answers.add(answer.text);
    }
    expect(answers.size).toBe(1);
  });
});

describe.each(named)('%s', (_, route) => {
  test.each([
    ['damaged encoding', '%zz', 400],
    ['encoding that is no UTF-8', '%ff%fe', 400],
    ['half an escape', '%', 400],
    ['nothing', '', 404],
    ['too much', 'x'.repeat(2_000), 400],
  ])('refuses %s for an id', async (__, id, status) => {
    const name = /:(\w+)/.exec(route.path)?.[1] ?? '';
    expectRefused(await send(route, pathOf(route, { [name]: id })), status);
  });
});

describe.each(routes)('%s', (_, route) => {
  test('refuses no token, a wrong one, a foreign host and a web page', async () => {
    const path = pathOf(route);
    expectRefused(await send(route, path, { headers: { authorization: '' } }), 401);
    expectRefused(await send(route, path, { token: 'nobody' }), 401);
    expectRefused(await send(route, path, { headers: { authorization: `Basic ${btoa('bearer:x')}` } }), 401);
    expectRefused(await send(route, `${path}?token=${tokenOf('bearer')}`, { headers: { authorization: '' } }), 401);
    expectRefused(await send(route, path, { headers: { host: 'evil.example' } }), 403);
    expectRefused(await send(route, path, { headers: { host: 'localhost.evil.example:8000' } }), 403);
    expectRefused(await send(route, path, { headers: { origin: 'http://evil.example' } }), 403);
    expectRefused(await send(route, path, { headers: { origin: 'null' } }), 403);
  });

  test('refuses other methods and headers that are too long', async () => {
    expectRefused(await ask('PATCH', pathOf(route)), 405);
    expectRefused(await send(route, pathOf(route), { headers: { cookie: 'a'.repeat(20_000) } }), 431);
    expectRefused(await send(route, `${pathOf(route)}?q=${'a'.repeat(20_000)}`), 431);
  });
});

const writing = routes.filter(([, { method }]) => method === 'POST');

describe.each(writing)('%s', (_, route) => {
  test('refuses a token that may only read', async () => {
    expectRefused(await send(route, pathOf(route), { token: 'reader' }), 403);
  });

  test.each(['{', '[]', 'null', '1', '"x"', '{"__proto__":{"at":1}}', '{"at":"now"}', '\u0000', '', '{"at":1e999}'])(
    'refuses the body %j, or finds nothing wrong in it',
    async (body) => {
      const answer = await send(route, pathOf(route), { body });
      if (answer.status >= 300) expectRefused(answer, 400);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  test('refuses what is no JSON by its type, and what is compressed', async () => {
    if (route.path.endsWith('/alive/')) return;
    expectRefused(await send(route, pathOf(route), { headers: { 'content-type': 'text/plain' } }), 415);
    expectRefused(await send(route, pathOf(route), { headers: { 'content-encoding': 'gzip' } }), 415);
  });

  test('refuses a body of more than it takes before it has come', async () => {
    if (route.path.endsWith('/alive/')) return;
    expectRefused(await send(route, pathOf(route), { headers: { 'content-length': '99999999999' } }), 413);
  });

  test('survives a body that is cut short', async () => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    const authorization = `authorization: Bearer ${tokenOf('bearer')}`;
    const type = 'content-type: application/json\r\ncontent-length: 1000';
    socket.write(`POST ${pathOf(route)} HTTP/1.1\r\nhost: localhost\r\n${authorization}\r\n${type}\r\n\r\n{"exec`);
    await once(socket, 'ready');
    socket.end();
    socket.resume();
    await once(socket, 'close');
  });
});

const logs = routes.filter(([, { method, path }]) => method === 'GET' && path.endsWith('/logs/'));
const streams = routes.filter(([, { path }]) => path.includes('/sse/') && executionName.test(path));

describe.each([...logs, ...streams])('%s', (name, route) => {
  const damaged = [
    'x',
    'memory:',
    'memory:deploy-1/1@',
    'memory:deploy-1/1@-1',
    'memory:deploy-1/1@1e9',
    'redis:agent_logs/deploy-1@0-0',
  ];
  const foreign = [
    `memory:${theirs}/1@1`,
    `memory:deploy-11/1@1`,
    'sqlite:deploy-1/1@1',
    '__proto__',
    '9'.repeat(1_000),
  ];

  test.each([...damaged, ...foreign])('refuses the pointer %s', async (text) => {
    const pointer = encodeURIComponent(text);
    const query = name.includes('/sse/')
      ? `format=lines&last_id=${pointer}`
      : `format=lines&at=after&pointer=${pointer}`;
    const answer = await send(route, `${pathOf(route)}?${query}`);
    if (route.path.includes('/status/')) return;
    expectRefused(answer, 400);
    expect(answer.text).toContain('invalidPointer');
  });

  test.each([
    'limit=0',
    'limit=-1',
    'limit=abc',
    'limit=1.5',
    'limit=',
    'bytes=0',
    'bytes=-1',
    'levels=loud',
    'streams=x',
  ])('refuses %s', async (query) => {
    expectRefused(await send(route, `${pathOf(route)}?format=lines&at=start&${query}`), 400);
  });

  test.each(['at=middle', 'at=time&time=soon', 'at=line&line=0', 'since=yesterday'])('refuses %s', async (query) => {
    expectRefused(await send(route, `${pathOf(route)}?format=lines&${query}`), 400);
  });

  test('gives no more than it has room for, whatever is asked', async () => {
    const answer = await send(route, `${pathOf(route)}?format=lines&at=start&limit=1000000000`);
    expect(answer.status).toBe(200);
  });
});

describe('lists', () => {
  const list = '/api/executor/execution-records/';

  test.each([
    'page=0',
    'page=-1',
    'page=abc',
    'page_size=0',
    'page_size=-1',
    'page_size=abc',
    'cursor=nothing',
    'status=x',
  ])('refuse %s', async (query) => {
    expectRefused(await ask('GET', `${list}?${query}`, { token: 'reader' }), 400);
  });

  test.each(['page_size=1000000000', 'page=1000000000', 'search=__proto__', 'name=%00'])('answer %s', async (query) => {
    const answer = await ask('GET', `${list}?${query}`, { token: 'reader' });
    if (answer.status !== 200) expectRefused(answer, 400);
  });

  test('hold only what is permitted', async () => {
    const { text } = await ask('GET', list);
    expect((JSON.parse(text) as { results: { id: string }[] }).results.map(({ id }) => id)).toEqual([long, mine]);
    expect(text).not.toContain(theirs);
  });
});

describe('lines', () => {
  const lines = `/api/executor/execution-records/${mine}/steps/s/hosts/h/lines/`;
  const stream = { 'content-type': 'application/x-ndjson' };

  test('a long one without an end is cut, and says so', async () => {
    const body = `"${'x'.repeat(20 << 20)}`;
    const answer = await ask('POST', `${lines.replace(mine, long)}?first=2`, { headers: stream, body });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { lines: 2 }]);
    const { lines: kept } = await store.readLog({ execution: long, position: { at: 'end' }, limit: { lines: 1 } });
    expect((kept.flags[0] ?? 0) & lineFlag.cut).toBe(lineFlag.cut);
    expect(kept.text.length).toBeLessThan(16 << 20);
  });

  test.each(['first=0', 'first=-1', 'first=abc', 'first=3', 'first=1000000000', 'first=1e3'])(
    'with %s are refused',
    async (query) => {
      expectRefused(await ask('POST', `${lines}?${query}`, { headers: stream, body: '"a"\n' }), 400);
    },
  );

  test.each([
    '{',
    '{"text":{}}',
    '[1]',
    '1',
    'null',
    '{"text":"a","level":"loud"}',
    '{"text":"a","time":"soon"}',
    '{}',
  ])('that are %s are refused', async (line) => {
    expectRefused(await ask('POST', `${lines}?first=2`, { headers: stream, body: `${line}\n` }), 400);
  });

  test.each([
    '{}',
    '{"count":1e9,"text":"","times":null,"streams":0,"levels":0,"flags":0}',
    '{"count":-1,"text":"","times":null,"streams":0,"levels":0,"flags":0}',
    '{"count":2,"text":"a","times":null,"streams":0,"levels":0,"flags":0}',
    '{"count":1,"text":"a","times":null,"streams":9,"levels":0,"flags":0}',
    '{"count":1,"text":"a","times":[],"streams":0,"levels":0,"flags":0}',
  ])('that are columns %s are refused', async (body) => {
    expectRefused(await ask('POST', `${lines}?first=2`, { body }), 400);
  });
});

test('paths that climb or hide are names, and found nowhere', async () => {
  for (const path of [
    '/../../etc/passwd',
    '//etc/passwd',
    '/%2e%2e/',
    '/api/executor/../../metrics',
    '/.env',
    '/\\..\\',
    '*',
  ])
    expectRefused(await ask('GET', path), 400, 404);
});

test('nothing that was sent made the service fail', () => {
  expect(service.events.filter(({ event }) => event === 'internal')).toEqual([]);
});
