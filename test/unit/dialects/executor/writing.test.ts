import { describe, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { toWireLines } from '../../../../src/dialects/executor/wire.ts';
import { lineFlag, type LogLine } from '../../../../src/model/line.ts';
import { columns } from '../../../contract/recording.ts';
import { heldArrayBytes } from '../../../harness/heldBytes.ts';
import { alpha, append, begin, day, end, serveStore, type ServedStore } from './served.ts';

const records = '/api/executor/execution-records/';
const host = `${records}12/steps/1/hosts/7/`;

const encoder = new TextEncoder();

async function written({ store }: ServedStore): Promise<LogLine[]> {
  const { lines } = await store.readLog({
    ...alpha,
    position: { at: 'start' },
    limit: { lines: 50_000, bytes: 16_777_216 },
  });
  return [...linesOf(lines)];
}

const textsIn = async (served: ServedStore): Promise<string[]> => (await written(served)).map(({ text }) => text);

/** Sends a body in these chunks; one that is an error breaks the connection. */
async function stream(
  { url }: ServedStore,
  path: string,
  chunks: Iterable<Uint8Array | Error> | AsyncIterable<Uint8Array | Error>,
): Promise<{ status: number; body: unknown }> {
  const body = ReadableStream.from(broken(chunks));
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await fetch(url + path, { method: 'POST', headers, body, duplex: 'half' });
  return { status: answer.status, body: await answer.json() };
}

async function* broken(
  chunks: Iterable<Uint8Array | Error> | AsyncIterable<Uint8Array | Error>,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk;
    yield chunk;
  }
}

const ndjson = (texts: readonly string[]): Uint8Array =>
  encoder.encode(texts.map((text) => `${JSON.stringify({ text })}\n`).join(''));

describe('recording over HTTP', () => {
  test('an execution from its creation to its end', async () => {
    await using served = await serveStore();
    const about = { execution: 'a/b', name: 'deploy', kind: 'command', user: 'ann', startedAt: '2026-02-20T00:00:00Z' };
    const invocation = { command: ['make', ''], directory: '/src' };
    expect(await served.send(records, { ...about, invocation })).toEqual({ status: 201, body: { execution: 'a/b' } });
    const record = `${records}a%2Fb/`;
    const hosts = [{ id: '7', name: 'node-1', address: '1.1.1.1' }, { id: '8' }];
    const path = ['module', 'task'];
    const nothing = { status: 204, body: undefined };
    expect(await served.send(`${record}steps/`, { step: '1', name: 'build', order: 2, path, hosts, at: day })).toEqual(
      nothing,
    );
    expect(await served.send(`${record}steps/1/hosts/7/start/`)).toEqual(nothing);
    expect(await served.send(`${record}steps/1/hosts/8/start/`, { at: day + 5 })).toEqual(nothing);
    expect(await served.send(`${record}alive/`)).toEqual(nothing);
    const lines = toWireLines(columns([{ text: 'x', time: day, stream: 'stderr', level: 'warn' }]));
    expect(await served.send(`${record}steps/1/hosts/7/lines/?first=1`, lines)).toEqual({
      status: 200,
      body: { lines: 1 },
    });
    const failed = { status: 'failed', exitCode: 2, message: 'no such file', at: day + 9 };
    expect(await served.send(`${record}steps/1/hosts/7/finish/`, failed)).toEqual(nothing);
    expect(await served.send(`${record}steps/1/hosts/8/finish/`, { status: 'success', at: day + 9 })).toEqual(nothing);
    expect(await served.send(`${record}steps/1/finish/`, { status: 'partial', at: day + 9 })).toEqual(nothing);
    expect(await served.send(`${record}finish/`, { status: 'failed', rawStatus: 'ko', at: day + 9 })).toEqual(nothing);
    expect(await served.store.getExecution({ execution: 'a/b' })).toMatchObject({
      name: 'deploy',
      kind: 'command',
      user: 'ann',
      invocation,
      status: 'failed',
      rawStatus: 'ko',
      startedAt: day,
      endedAt: day + 9,
      steps: [{ id: '1', name: 'build', order: 2, path, status: 'partial', startedAt: day }],
    });
    expect((await served.store.getStepResult({ execution: 'a/b', step: '1' })).hosts).toMatchObject([
      { id: '7', name: 'node-1', address: '1.1.1.1', status: 'failed', exitCode: 2, message: 'no such file', lines: 1 },
      { id: '8', name: '8', status: 'succeeded', startedAt: day + 5 },
    ]);
    expect(await fetch(served.url + record, { method: 'DELETE' })).toMatchObject({ status: 204 });
    expect(await served.get(record)).toMatchObject({ status: 404 });
  });

  test('lines come in any chunks, also cut within a character', async () => {
    const texts = ['größe', '日本語 🎉', '', 'a "quoted" \\ one', '\u001b[31mred'];
    const body = ndjson(texts);
    for (const size of [1, 2, 3, 7, 50, body.length]) {
      await using served = await serveStore();
      await begin(served.store);
      const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.slice(i * size, (i + 1) * size),
      );
      expect(await stream(served, `${host}lines/?first=1`, chunks)).toEqual({ status: 200, body: { lines: 5 } });
      expect(await textsIn(served)).toEqual(texts);
    }
  });

  test('what has come whole is there before the rest comes', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const rest = Promise.withResolvers<void>();
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      yield ndjson(['one', 'two']);
      yield encoder.encode('{"text":"thr');
      await rest.promise;
      yield encoder.encode('ee"}');
    }
    const sent = stream(served, `${host}lines/?first=1`, chunks());
    await expect.poll(() => textsIn(served), { interval: 5, timeout: 5_000 }).toEqual(['one', 'two']);
    rest.resolve();
    expect(await sent).toEqual({ status: 200, body: { lines: 3 } });
  });

  test('repeated lines change nothing, and the answer says how many there are', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 100);
    const send = (first: string, texts: string[]) => stream(served, `${host}lines/${first}`, [ndjson(texts)]);
    expect(await send('?first=51', ['line 51', 'line 52'])).toMatchObject({ body: { lines: 100 } });
    expect(await send('?first=100', ['line 100', 'line 101'])).toMatchObject({ body: { lines: 101 } });
    expect(await send('?first=102', [])).toMatchObject({ body: { lines: 101 } });
    expect(await send('', ['line 102'])).toMatchObject({ body: { lines: 102 } });
    expect(await textsIn(served)).toEqual(Array.from({ length: 102 }, (_, i) => `line ${i + 1}`));
    expect(await send('?first=104', ['line 104'])).toMatchObject({
      status: 400,
      body: { error: { code: 'invalidRequest' } },
    });
    for (const first of ['0', '-1', 'x', ''])
      expect(await send(`?first=${first}`, ['y'])).toMatchObject({ status: 400 });
    expect(await textsIn(served)).toHaveLength(102);
  });

  test('two who send lines without numbers side by side lose none', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const told = (writer: string, from: number) => ndjson([`${writer} ${from}`, `${writer} ${from + 1}`]);
    async function* inTwo(writer: string): AsyncGenerator<Uint8Array, void> {
      yield told(writer, 1);
      // The other one may have gone on already.
      await expect.poll(async () => (await textsIn(served)).length, { interval: 5 }).toBeGreaterThanOrEqual(4);
      yield told(writer, 3);
    }
    const sent = await Promise.all(['ann', 'bob'].map((writer) => stream(served, `${host}lines/`, inTwo(writer))));
    for (const { status } of sent) expect(status).toBe(200);
    const texts = await textsIn(served);
    for (const writer of ['ann', 'bob'])
      expect(texts.filter((text) => text.startsWith(writer))).toEqual([1, 2, 3, 4].map((i) => `${writer} ${i}`));
  });

  test('a body that is cut short leaves its whole lines', async () => {
    await using served = await serveStore();
    await begin(served.store);
    async function* chunks(): AsyncGenerator<Uint8Array | Error, void> {
      yield ndjson(['one', 'two']);
      yield encoder.encode('{"text":"half a li');
      await expect.poll(() => textsIn(served), { interval: 5, timeout: 5_000 }).toEqual(['one', 'two']);
      yield new Error('the cable was pulled');
    }
    await expect(stream(served, `${host}lines/?first=1`, chunks())).rejects.toThrow();
    expect(await textsIn(served)).toEqual(['one', 'two']);
    expect(await stream(served, `${host}lines/?first=1`, [ndjson(['one', 'two', 'three'])])).toMatchObject({
      body: { lines: 3 },
    });
  });

  test('a line that is no JSON is refused, and those before it are kept', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const body = encoder.encode('{"text":"one"}\n\n"two"\nthree\n"four"\n');
    expect(await stream(served, `${host}lines/?first=1`, [body])).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('Line 4 of the body is no JSON') } },
    });
    expect(await textsIn(served)).toEqual(['one', 'two']);
  });

  test('a line of 100 MB is cut, flagged and does not fill the memory', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const piece = new Uint8Array(65_536).fill(0x78);
    let most = 0;
    async function* chunks(): AsyncGenerator<Uint8Array, void> {
      yield encoder.encode('"before"\n{"stream":"stderr","text":"');
      for (let i = 0; i < 1_600; i++) {
        yield piece;
        if (i % 100 === 99) most = Math.max(most, heldArrayBytes());
      }
      yield encoder.encode('"}\n"after"');
    }
    const held = heldArrayBytes();
    expect(await stream(served, `${host}lines/?first=1`, chunks())).toEqual({ status: 200, body: { lines: 3 } });
    const lines = await written(served);
    expect(lines.map(({ text, flags }) => [text.length, flags])).toEqual([
      [6, 0],
      [8 * 1_048_576 - '{"stream":"stderr","text":"'.length, lineFlag.cut],
      [5, 0],
    ]);
    expect(lines[1]?.stream).toBe('stderr');
    // The 8 MiB that are kept, and what is on its way through the sockets of both ends.
    expect(most - held).toBeLessThan(16 * 1_048_576);
  });

  test('what has ended takes no more lines, and what runs is not deleted', async () => {
    await using served = await serveStore();
    await begin(served.store);
    expect(await fetch(`${served.url}${records}12/`, { method: 'DELETE' })).toMatchObject({ status: 400 });
    await end(served.store);
    expect(await stream(served, `${host}lines/?first=1`, [ndjson(['late'])])).toMatchObject({ status: 400 });
  });

  test.each<[string, string, unknown]>([
    ['no name', records, { execution: '5' }],
    ['no id', records, { name: 'x' }],
    ['an id of dots', records, { execution: '..', name: 'x' }],
    ['an empty id', records, { execution: '', name: 'x' }],
    ['an id without end', records, { execution: 'x'.repeat(2_000), name: 'x' }],
    ['a list', records, []],
    ['nothing', records, null],
    ['a time that is none', records, { execution: '5', name: 'x', startedAt: 'soon' }],
    ['an invocation that is none', records, { execution: '5', name: 'x', invocation: { command: 'make' } }],
    ['a step of another execution', `${records}12/steps/`, { execution: '13', step: '2' }],
    ['a step without id', `${records}12/steps/`, { name: 'x' }],
    ['a step number 0', `${records}12/steps/`, { step: '2', order: 0 }],
    ['a step that has ended', `${records}12/steps/`, { step: '2', status: 'failed' }],
    ['hosts that are none', `${records}12/steps/`, { step: '2', hosts: ['7'] }],
    ['an end that is none', `${host}finish/`, { status: 'running' }],
    ['an end nobody knows', `${host}finish/`, { status: 'fine' }],
    ['an end of another host', `${host}finish/`, { status: 'failed', host: '8' }],
    ['no end', `${records}12/finish/`, {}],
    ['lines that do not fit', `${host}lines/?first=1`, { count: 2, text: 'a', times: null, streams: 0 }],
  ])('%s is refused, and changes nothing', async (_, path, body) => {
    await using served = await serveStore();
    await begin(served.store);
    const before = await served.store.getExecution({ execution: '12' });
    expect(await served.send(path, body)).toMatchObject({ status: 400, body: { error: { code: 'invalidRequest' } } });
    expect(await served.store.getExecution({ execution: '12' })).toEqual(before);
    expect((await served.store.listExecutions({})).total).toBe(1);
  });

  test.each([
    `${records}13/steps/`,
    `${records}13/finish/`,
    `${records}13/alive/`,
    `${records}12/steps/4/finish/`,
    `${records}12/steps/1/hosts/9/finish/`,
    `${records}12/steps/1/hosts/9/lines/`,
    `${records}12/steps/4/hosts/7/lines/?first=1`,
  ])('what is not there is not found: POST %s', async (path) => {
    await using served = await serveStore();
    await begin(served.store);
    const begins = path.endsWith('/steps/') ? { step: '1' } : { status: 'failed' };
    const body = path.includes('/lines/') ? toWireLines(columns(['x'])) : begins;
    expect(await served.send(path, body)).toMatchObject({ status: 404, body: { error: { code: 'notFound' } } });
  });
});
