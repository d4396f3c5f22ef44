import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openEventStream, type EventStreamOptions, type StreamEvent } from '../../../src/dialects/eventStream.ts';
import { eventually } from '../../harness/eventually.ts';
import { serveHttp, type TestServer } from './httpServer.ts';

const options: EventStreamOptions = { silence: 30_000, events: ['lines', 'end', 'heartbeat'] };

async function collect(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** A server that sends these pieces, each as a chunk of its own, and ends. */
function serving(pieces: readonly (string | Uint8Array)[], status = 200): Promise<TestServer> {
  return serveHttp(async (_, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) {
      response.write(piece);
      await new Promise(setImmediate);
    }
    response.end();
  });
}

const sent = [
  ': welcome\n',
  'id: a-1\nevent: lines\ndata: {"text":"größe 日本語 🎉"}\n\n',
  'event: heartbeat\ndata: {}\n\n',
  'event: unheard\ndata: {}\n\n',
  'data: one\r\ndata: two\r\n\r\n',
  'id: a-2\nevent: end\ndata: \n\n',
  'data: cut sho',
].join('');
const expected: readonly StreamEvent[] = [
  { event: 'lines', data: '{"text":"größe 日本語 🎉"}', id: 'a-1' },
  { event: 'heartbeat', data: '{}', id: 'a-1' },
  { event: 'message', data: 'one\ntwo', id: 'a-1' },
  { event: 'end', data: '', id: 'a-2' },
];

test('events arrive the same however the bytes are cut', async () => {
  const bytes = Buffer.from(sent);
  const cut = (points: readonly number[]) => {
    const ends = [...points].toSorted((a, b) => a - b);
    return [0, ...ends].map((from, i) => bytes.subarray(from, ends[i] ?? bytes.length)).filter((part) => part.length);
  };
  const points = fc.array(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(points, async (at) => {
      await using server = await serving(cut(at));
      expect(await collect(openEventStream(server.url, options))).toEqual(expected);
    }),
    { numRuns: 60, examples: [[[...bytes.keys()].slice(1)]] },
  );
});

test('a slow reader stops the stream', async () => {
  const data = 'x'.repeat(100_000);
  let written = 0;
  let waits = false;
  await using server = await serveHttp(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (; written < 1_000 && !response.destroyed; written++) {
      if (response.write(`event: lines\ndata: ${data}\n\n`)) continue;
      waits = true;
      await new Promise((resolve) => {
        response.removeAllListeners('drain').once('drain', resolve);
        response.removeAllListeners('close').once('close', resolve);
      });
      waits = false;
    }
  });
  const stream = openEventStream(server.url, options)[Symbol.asyncIterator]();
  await stream.next();
  let seen = -1;
  // The server waits, and has not written more since the last look.
  await eventually(
    () => {
      const before = seen;
      seen = waits ? written : -1;
      expect(seen).toBe(before);
      expect(seen).toBeGreaterThan(0);
    },
    { interval: 100 },
  );
  expect(written).toBeLessThan(300);
  for (let i = 0; i < 100; i++) expect(await stream.next()).toMatchObject({ value: { data } });
  await stream.return?.();
});

test('a reader who leaves closes the connection', async () => {
  const closed = Promise.withResolvers<void>();
  await using server = await serveHttp((request, response) => {
    request.once('close', () => closed.resolve());
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n');
  });
  for await (const { data } of openEventStream(server.url, options)) {
    expect(data).toBe('x');
    break;
  }
  await closed.promise;
});

test('an abort ends the wait with its reason, before and after the answer has begun', async () => {
  for (const begins of [true, false]) {
    await using server = await serveHttp((_, response) => {
      if (begins) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n');
    });
    const stop = new AbortController();
    const reason = new Error('enough');
    const stream = openEventStream(server.url, { ...options, signal: stop.signal })[Symbol.asyncIterator]();
    if (begins) await stream.next();
    const waiting = expect(stream.next()).rejects.toBe(reason);
    await eventually(() => expect(server.requests.length).toBe(1));
    stop.abort(reason);
    await waiting;
  }
});

test('silence counts as broken, before and after the answer has begun', async () => {
  for (const begins of [true, false]) {
    await using server = await serveHttp((_, response) => {
      if (begins) response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\n');
    });
    const stream = collect(openEventStream(server.url, { ...options, silence: 200 }));
    await expect(stream).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('silent') });
  }
});

test('a slow reader is no silence', async () => {
  await using server = await serving(['data: 1\n\n', 'data: 2\n\n']);
  await using silent = await serveHttp(() => undefined);
  const slow = openEventStream(server.url, { ...options, silence: 300 })[Symbol.asyncIterator]();
  await slow.next();
  await expect(collect(openEventStream(silent.url, { ...options, silence: 400 }))).rejects.toThrow('silent');
  expect(await slow.next()).toMatchObject({ value: { data: '2' } });
});

test('a connection that breaks is unavailable', async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: x\n\ndata: y');
    setImmediate(() => response.destroy());
  });
  await expect(collect(openEventStream(server.url, options))).rejects.toMatchObject({ code: 'unavailable' });
  const gone = server.url;
  await server[Symbol.asyncDispose]();
  await expect(collect(openEventStream(gone, options))).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('ECONNREFUSED'),
  });
});

test('an endless line and an endless event are refused', async () => {
  for (const piece of ['x'.repeat(10_000), `${'x'.repeat(1_000)}\ndata: `]) {
    await using server = await serveHttp(async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: good\n\ndata: ');
      while (!response.destroyed && response.write(piece)) await new Promise(setImmediate);
    });
    const events: StreamEvent[] = [];
    const stream = openEventStream(server.url, { ...options, longestEvent: 100_000 });
    const all = (async () => {
      for await (const event of stream) events.push(event);
    })();
    await expect(all).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('too long') });
    expect(events.map(({ data }) => data)).toEqual(['good']);
  }
});

test('what is no event stream is unavailable', async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
  });
  await expect(collect(openEventStream(server.url, options))).rejects.toMatchObject({ code: 'unavailable' });
});

test('a refusal is what its status says, in its words', async () => {
  await using server = await serveHttp((_, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden for you');
  });
  await expect(collect(openEventStream(server.url, options))).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('Forbidden for you'),
  });
});

test('headers and the id to resume from are sent', async () => {
  await using server = await serving(['data: x\n\n']);
  const headers = { authorization: 'Bearer t' };
  await collect(openEventStream(`${server.url}/a?b=c`, { ...options, headers, lastEventId: 'a-9' }));
  expect(server.requests[0]?.url).toBe('/a?b=c');
  expect(server.requests[0]?.headers).toMatchObject({
    authorization: 'Bearer t',
    accept: 'text/event-stream',
    'last-event-id': 'a-9',
  });
});

test('a redirect within the origin is followed, one to another origin gets nothing', async () => {
  await using other = await serving(['data: secret\n\n']);
  await using server = await serveHttp(async (request, response) => {
    await text(request);
    if (request.url === '/there') response.writeHead(200, { 'content-type': 'text/event-stream' }).end('data: x\n\n');
    else response.writeHead(302, { location: request.url === '/out' ? other.url : '/there' }).end();
  });
  const headers = { authorization: 'Bearer t' };
  expect(await collect(openEventStream(`${server.url}/here`, { ...options, headers }))).toMatchObject([{ data: 'x' }]);
  const out = collect(openEventStream(`${server.url}/out`, { ...options, headers }));
  await expect(out).rejects.toMatchObject({ code: 'invalidRequest', message: expect.stringContaining(other.url) });
  expect(other.requests).toEqual([]);
});
