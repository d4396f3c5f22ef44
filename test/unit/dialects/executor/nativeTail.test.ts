import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { openExecutorSource } from '../../../../src/dialects/executor/client.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import type { HostRef } from '../../../../src/model/sink.ts';
import type { LogSource } from '../../../../src/model/source.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { columns, numbered } from '../../../contract/recording.ts';
import { eventually } from '../../../harness/eventually.ts';
import { servedFrom, startService } from '../../../harness/service.ts';
import { TcpProxy } from '../../../harness/tcpProxy.ts';
import { serveHttp } from '../httpServer.ts';

const scope: HostRef = { execution: 'e', step: 'build', host: 'alpha' };

/** A host's log in a store behind a service behind a wire. */
class Bench implements AsyncDisposable {
  readonly store = new MemoryStore();
  #service: Awaited<ReturnType<typeof startService>> | undefined;
  #proxy: TcpProxy | undefined;
  #written = 0;

  static async open(): Promise<Bench> {
    const bench = new Bench();
    const { store } = bench;
    bench.#service = await startService({ served: servedFrom(store), grace: 50 });
    bench.#proxy = await TcpProxy.open(Number(new URL(bench.#service.url).port));
    await store.createExecution({ execution: 'e', name: 'deploy', startedAt: 0 });
    const hosts = [{ id: 'alpha', name: 'alpha' }];
    await store.startStep({ execution: 'e', step: 'build', name: 'b', order: 1, status: 'running', hosts, at: 0 });
    return bench;
  }

  get proxy(): TcpProxy {
    if (!this.#proxy) throw new Error('not open');
    return this.#proxy;
  }

  client(patience?: number): Promise<LogSource> {
    return openExecutorSource(`http://127.0.0.1:${this.proxy.port}`, patience === undefined ? {} : { patience });
  }

  async write(count: number): Promise<void> {
    const firstNumber = this.#written + 1;
    await this.store.append({ ...scope, firstNumber, lines: columns(numbered(count, firstNumber)) });
    this.#written += count;
  }

  async end(): Promise<void> {
    await this.store.finishExecution({ execution: 'e', status: 'succeeded', at: 1 });
  }

  async stopService(): Promise<void> {
    await this.#service?.close();
    this.#service = undefined;
  }

  async startService(): Promise<void> {
    this.#service = await startService({ served: servedFrom(this.store), grace: 50 });
    this.proxy.leadTo(Number(new URL(this.#service.url).port));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#proxy?.[Symbol.asyncDispose]();
    await this.#service?.close();
    await this.store[Symbol.asyncDispose]();
  }
}

/** What a reader of a tail has seen so far. */
class Reader {
  readonly pages: LogPage[] = [];
  readonly done: Promise<unknown>;

  constructor(source: LogSource, from: LogPage['newer'] | 'start' = 'start') {
    const position = from === 'start' ? ({ at: 'start' } as const) : ({ at: 'after', pointer: from } as const);
    this.done = (async () => {
      for await (const page of source.tailLog({ ...scope, position })) this.pages.push(page);
    })();
    this.done.catch(() => undefined);
  }

  get texts(): string[] {
    return this.pages.flatMap((page) => [...linesOf(page.lines)].map(({ text }) => text));
  }

  get states(): (string | undefined)[] {
    return this.pages.map(({ state }) => state?.kind).filter((kind) => kind !== undefined);
  }
}

test('a tail that is cut goes on where it was, and tells how it keeps up', async () => {
  await using bench = await Bench.open();
  await using source = await bench.client();
  const reader = new Reader(source);
  await bench.write(10);
  await eventually(() => expect(reader.texts.length).toBe(10));
  bench.proxy.cut();
  await eventually(() => expect(reader.states).toEqual(['reconnecting']));
  await bench.write(10);
  await eventually(() => expect(reader.states).toEqual(['reconnecting', 'catchingUp', 'live']));
  await bench.write(10);
  await bench.end();
  await reader.done;
  expect(reader.texts).toEqual(numbered(30));
  expect(reader.pages.findIndex(({ complete }) => complete)).toBe(reader.pages.length - 1);
});

test('a tail is cut anywhere in the stream and loses and repeats nothing', async () => {
  const within = Buffer.from('本').subarray(0, 2);
  const points = [
    'HTTP/1.1 2',
    'id: ',
    'event: li',
    'data: {',
    '日',
    Buffer.concat([Buffer.from('日'), within]),
    '}\n',
  ];
  const cutAt = async (after: string | Uint8Array): Promise<void> => {
    await using bench = await Bench.open();
    await using source = await bench.client();
    const cut = bench.proxy.cutAfter({ direction: 'fromServer', after });
    const reader = new Reader(source);
    await bench.store.append({ ...scope, firstNumber: 1, lines: columns(['größe 日本語', '', 'last']) });
    await cut;
    await bench.end();
    await reader.done;
    expect(reader.texts, String(after)).toEqual(['größe 日本語', '', 'last']);
  };
  await Promise.all(points.map(cutAt));
});

test('a tail goes on when the service is stopped and started again', async () => {
  await using bench = await Bench.open();
  await using source = await bench.client();
  await bench.write(5);
  const reader = new Reader(source);
  await eventually(() => expect(reader.texts.length).toBe(5));
  await bench.stopService();
  await eventually(() => expect(reader.states).toContain('reconnecting'));
  await bench.write(5);
  await bench.startService();
  await bench.end();
  await reader.done;
  expect(reader.texts).toEqual(numbered(10));
});

test('a tail gives up after its patience', async () => {
  await using bench = await Bench.open();
  await using source = await bench.client(1);
  await bench.write(5);
  const reader = new Reader(source);
  await eventually(() => expect(reader.texts.length).toBe(5));
  await bench.stopService();
  await expect(reader.done).rejects.toMatchObject({ code: 'unavailable' });
});

test('a tail does not try again what will not be better', async () => {
  await using bench = await Bench.open();
  await using source = await bench.client();
  await bench.write(5);
  const reader = new Reader(source);
  await eventually(() => expect(reader.texts.length).toBe(5));
  bench.proxy.refuse();
  bench.proxy.cut();
  await eventually(() => expect(reader.states).toContain('reconnecting'));
  await bench.end();
  await bench.store.deleteExecution({ execution: 'e' });
  bench.proxy.forward();
  await expect(reader.done).rejects.toMatchObject({ code: 'notFound' });
});

test('where streams cannot be had, pages are asked for instead', async () => {
  await using bench = await Bench.open();
  const { port } = bench.proxy;
  // A proxy that keeps what is streamed until it ends.
  await using buffering = await serveHttp(async (request, response) => {
    if (request.url?.includes('/realtime/')) response.writeHead(502).end();
    else await pass(port, request.url ?? '/', response);
  });
  await using source = await openExecutorSource(buffering.url);
  await bench.write(5);
  const reader = new Reader(source);
  await eventually(() => expect(reader.states).toEqual(['polling']));
  await bench.write(5);
  await bench.end();
  await reader.done;
  expect(reader.texts).toEqual(numbered(10));
});

test('lines that a server sends twice are shown once', async () => {
  await using bench = await Bench.open();
  await bench.write(4);
  await bench.end();
  const { port } = bench.proxy;
  let attempts = 0;
  // Never resumes: sends from the start again, cut short at first.
  await using forgetful = await serveHttp(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://x');
    if (!url.pathname.includes('/realtime/')) return pass(port, request.url ?? '/', response);
    const page = await fetch(
      `http://127.0.0.1:${port}/api/executor/execution-records/e/steps/build/hosts/alpha/logs/?format=lines&at=start`,
    );
    const whole = (await page.json()) as { complete: boolean };
    const last = attempts++ > 0;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`event: lines\ndata: ${JSON.stringify({ ...whole, complete: last })}\n\n`);
    setImmediate(() => response.destroy());
    return undefined;
  });
  await using source = await openExecutorSource(forgetful.url);
  const reader = new Reader(source);
  await reader.done;
  expect([reader.texts, attempts]).toEqual([numbered(4), 2]);
});

test('a watch tells what it may have missed while it was cut', async () => {
  await using bench = await Bench.open();
  await using source = await bench.client();
  const seen: string[] = [];
  const stop = new AbortController();
  const watching = (async () => {
    for await (const { execution } of source.watch({}, { signal: stop.signal })) seen.push(execution);
  })();
  await eventually(() => expect(bench.store.waiting).toBe(1));
  bench.proxy.refuse();
  bench.proxy.cut();
  await eventually(() => expect(bench.store.waiting).toBe(0));
  await bench.store.createExecution({ execution: 'later', name: 'x', startedAt: 1 });
  bench.proxy.forward();
  await eventually(() => expect(seen).toContain('later'));
  stop.abort();
  await expect(watching).rejects.toThrow();
});

test('a server that is not there when it is opened is asked again by the next call', async () => {
  await using bench = await Bench.open();
  bench.proxy.refuse();
  await using source = await bench.client();
  await expect(source.listExecutions({})).rejects.toMatchObject({ code: 'unavailable' });
  bench.proxy.forward();
  expect((await source.listExecutions({})).executions.map(({ id }) => id)).toEqual(['e']);
});

async function pass(port: number, target: string, response: ServerResponse): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${target}`);
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
}
