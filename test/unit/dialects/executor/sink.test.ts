import type { IncomingMessage } from 'node:http';
import { json as jsonIn } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openExecutorSource } from '../../../../src/dialects/executor/client.ts';
import { openExecutorSink } from '../../../../src/dialects/executor/sink.ts';
import type { CredentialStore } from '../../../../src/model/connect.ts';
import { columns, numbered } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { servedFrom, startService, tokenOf, tokensFor } from '../../../harness/service.ts';
import { TcpProxy } from '../../../harness/tcpProxy.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { serveHttp } from '../httpServer.ts';

const ref = { execution: 'e', step: 'build', host: 'alpha' };
const begun = { execution: 'e', name: 'deploy', startedAt: 1 };
const step = { ...ref, name: 'b', order: 1, status: 'running', hosts: [{ id: 'alpha', name: 'a' }], at: 1 } as const;

function credentials(token: string): CredentialStore {
  return { get: async () => ({ token }), set: async () => undefined };
}

/** A server that takes everything, and what it was sent. */
async function taking(answer: (request: IncomingMessage, count: number) => number = () => 204) {
  const bodies: { readonly url: string; readonly body: unknown }[] = [];
  const server = await serveHttp(async (request, response) => {
    const body = request.headers['content-length'] === '0' ? undefined : await jsonIn(request);
    bodies.push({ url: request.url ?? '', body });
    response.writeHead(answer(request, bodies.length)).end();
  });
  return Object.assign(server, { bodies });
}

test('a large batch goes in parts, each with the number of its first line', async () => {
  await using server = await taking();
  await using sink = await openExecutorSink(server.url);
  await sink.append({ ...ref, firstNumber: 11, lines: columns(numbered(45_000, 11)) });
  const sent = server.bodies.map(({ url, body }) => [url.split('?')[1], (body as { count: number }).count]);
  expect(sent).toEqual([
    ['first=11', 20_000],
    ['first=20011', 20_000],
    ['first=40011', 5_000],
  ]);
});

test('a request whose answer is lost is sent again with the same numbers', async () => {
  const store = new MemoryStore();
  await using service = await startService({ served: servedFrom(store) });
  await using proxy = await TcpProxy.open(Number(new URL(service.url).port));
  await using sink = await openExecutorSink(`http://127.0.0.1:${proxy.port}`);
  await sink.createExecution(begun);
  await sink.startStep(step);
  await sink.append({ ...ref, firstNumber: 1, lines: columns(numbered(3)) });
  const cut = proxy.cutAfter({ direction: 'fromServer', after: 'HTTP/1.1 2' });
  await sink.append({ ...ref, firstNumber: 4, lines: columns(numbered(3, 4)) });
  await cut;
  const page = await store.readLog({ ...ref, position: { at: 'start' } });
  expect([...linesOf(page.lines)].map(({ text }) => text)).toEqual(numbered(6));
});

test('what is refused is not sent again', async () => {
  await using server = await taking(() => 400);
  await using sink = await openExecutorSink(server.url);
  await expect(sink.createExecution(begun)).rejects.toMatchObject({ code: 'invalidRequest' });
  expect(server.bodies.length).toBe(1);
});

test('a copy is refused before anything is sent: its pointers would not stay', async () => {
  await using server = await taking();
  await using sink = await openExecutorSink(server.url);
  await expect(sink.createExecution({ ...begun, copy: {} })).rejects.toMatchObject({ code: 'invalidRequest' });
  expect(server.bodies.length).toBe(0);
});

test('a service that is away for a moment is waited for', async () => {
  await using server = await taking((_, count) => (count < 3 ? 503 : 204));
  await using sink = await openExecutorSink(server.url);
  await sink.createExecution(begun);
  expect(server.bodies.length).toBe(3);
});

test('the writer of an execution says that it is there until the end', async () => {
  await using server = await taking();
  await using sink = await openExecutorSink(server.url);
  await sink.createExecution(begun);
  const beats = () => server.bodies.filter(({ url }) => url.endsWith('/e/alive/')).length;
  await eventually(() => expect(beats()).toBeGreaterThan(0));
  await sink.finishExecution({ execution: 'e', status: 'succeeded', at: 2 });
  const before = beats();
  const { length } = server.bodies;
  // Another writer's beat is later than the next of this one would have been.
  await sink.createExecution({ ...begun, execution: 'other' });
  await eventually(() => expect(server.bodies.some(({ url }) => url.endsWith('/other/alive/'))).toBe(true));
  expect([beats(), server.bodies.length > length]).toEqual([before, true]);
});

test('a token goes along with every request and stream, and into no message', async () => {
  const store = new MemoryStore();
  const tokens = tokensFor({ writer: { executions: ['*'], may: ['read', 'write'] } });
  await using service = await startService({ served: servedFrom(store), tokens });
  const known = { credentials: credentials(tokenOf('writer')) };
  await using sink = await openExecutorSink(service.url, known);
  await sink.createExecution(begun);
  await sink.startStep(step);
  await sink.append({ ...ref, firstNumber: 1, lines: columns(['one']) });
  await sink.finishExecution({ execution: 'e', status: 'succeeded', at: 2 });
  await using source = await openExecutorSource(service.url, known);
  const pages = await Array.fromAsync(source.tailLog({ ...ref, position: { at: 'start' } }));
  expect(pages.flatMap(({ lines }) => [...linesOf(lines)].map(({ text }) => text))).toEqual(['one']);
  await using stranger = await openExecutorSource(service.url, { credentials: credentials('secret-of-nobody') });
  const refused = stranger.listExecutions({});
  await expect(refused).rejects.toMatchObject({ code: 'unauthorized' });
  await expect(refused).rejects.not.toThrow('secret-of-nobody');
});

test('ids of every kind reach the service as they are', async () => {
  await using server = await taking();
  await using sink = await openExecutorSink(server.url);
  await sink.startHost({ execution: 'a/b', step: 'größe ?#%', host: '..%2f', at: 1 });
  expect(server.bodies[0]?.url).toBe(
    '/api/executor/execution-records/a%2Fb/steps/gr%C3%B6%C3%9Fe%20%3F%23%25/hosts/..%252f/start/',
  );
  for (const host of ['..', '.', '', '\ud800'])
    await expect(sink.startHost({ ...ref, host, at: 1 })).rejects.toMatchObject({ code: 'notFound' });
  expect(server.bodies.length).toBe(1);
});
