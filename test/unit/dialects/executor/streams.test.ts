import { describe, expect, test } from 'vitest';
import { lineText } from '../../../../src/base/lineBatch.ts';
import { fromWirePage } from '../../../../src/dialects/executor/fromWire.ts';
import { LogError } from '../../../../src/model/errors.ts';
import type { LogPage } from '../../../../src/model/page.ts';
import type { LogSource } from '../../../../src/model/source.ts';
import type { MemoryStore } from '../../../../src/sources/memory.ts';
import { columns } from '../../../contract/recording.ts';
import { alpha, append, begin, day, end, serveStore, type ServedStore } from './served.ts';
import { readEvents, type SentEvent } from './strictEvents.ts';

const logs = '/api/realtime/sse/logs/12/';

function open({ url }: ServedStore, path: string, lastEventId?: string): Promise<Response> {
  return fetch(url + path, lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } });
}

const pagesIn = (events: readonly SentEvent[]): LogPage[] =>
  events.filter(({ event }) => event === 'lines').map(({ data }) => fromWirePage(data, 'unavailable'));

function textsIn(events: readonly SentEvent[]): string[] {
  return pagesIn(events).flatMap(({ lines }) => Array.from({ length: lines.count }, (_, i) => lineText(lines, i)));
}

const contentsIn = (events: readonly SentEvent[]): unknown[] =>
  events.filter(({ data }) => data['type'] === 'log').map(({ data }) => data['content']);

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}`);

/** Resolves when so many tails and watches wait in the store. */
async function waiting(store: MemoryStore, count: number): Promise<void> {
  await expect.poll(() => store.waiting, { interval: 5, timeout: 5_000 }).toBe(count);
}

describe('a stream of lines', () => {
  test('gives what is there, then what is written, and says that it has ended', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    const events = readEvents(await open(served, `${logs}?format=lines`));
    await waiting(served.store, 1);
    await append(served.store, 4, 5);
    await waiting(served.store, 1);
    await end(served.store);
    const all = await events;
    expect(textsIn(all)).toEqual(numbered(1, 5));
    expect(pagesIn(all).map(({ complete }) => complete)).toEqual([false, false, true]);
    expect(all.at(-1)).toMatchObject({ event: 'end', data: { pointer: 'memory:12/1@5' } });
  });

  test('carries many lines per event, at most 1,000 and 64 KiB, and they make up the pages', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 5_500);
    const long = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(4_000, '-'));
    await served.store.append({ ...alpha, firstNumber: 5_501, lines: columns(long) });
    await end(served.store);
    const events = await readEvents(await open(served, `${logs}?format=lines`));
    expect(textsIn(events)).toEqual([...numbered(1, 5_500), ...long]);
    const pages = pagesIn(events);
    expect(Math.max(...pages.map(({ lines }) => lines.count))).toBe(1_000);
    expect(Math.max(...pages.map(({ lines }) => lines.text.length))).toBeLessThanOrEqual(65_536);
    expect(pages.length).toBeLessThan(12);
    expect(pages.filter(({ complete }) => complete)).toHaveLength(1);
    for (const [i, page] of pages.entries()) {
      const before = pages[i - 1];
      expect(page.firstLine).toBe(1 + pages.slice(0, i).reduce((sum, { lines }) => sum + lines.count, 0));
      // Reading before a page, and after the one before it, leads to the same place.
      if (before) expect(page.older).toBe(`memory:12/1@${(before.lines.numbers.at(-1) ?? 0) + 1}`);
    }
  });

  test.each(['lines', 'events'])('resumes after any id with exactly the rest: %s', async (format) => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 2_300);
    await end(served.store);
    const read = async (query: string, header?: string) => readEvents(await open(served, `${logs}?${query}`, header));
    const all = await read(`format=${format}`);
    const texts = format === 'lines' ? textsIn : contentsIn;
    expect(texts(all)).toEqual(numbered(1, 2_300));
    const step = Math.ceil(all.length / 8);
    for (let seen = 1; seen <= all.length; seen += step) {
      const id = all[seen - 1]?.id ?? '';
      const rest = numbered(1, 2_300).slice(texts(all.slice(0, seen)).length);
      expect(texts(await read(`format=${format}&last_id=${encodeURIComponent(id)}`))).toEqual(rest);
      // The header is the newer of the two: browsers send it with the URL that they began with.
      expect(texts(await read(`format=${format}&last_id=memory:12/1@1`, id === '' ? 'memory:12/1@1' : id))).toEqual(
        id === '' ? numbered(2, 2_300) : rest,
      );
    }
  });

  test.each(['last_id=0', 'last_id=0-0', 'last_id=', 'at=start', ''])('begins at the start: "%s"', async (query) => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    await end(served.store);
    expect(textsIn(await readEvents(await open(served, `${logs}?format=lines&${query}`)))).toEqual(numbered(1, 3));
  });

  test('begins where it is asked to, in the scope and with the filter asked for', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const beta = { ...alpha, host: '8' };
    await served.store.startHost({ ...beta, at: day });
    await append(served.store, 1, 12);
    await append(served.store, 1, 2, beta);
    await end(served.store);
    const read = async (query: string) =>
      textsIn(await readEvents(await open(served, `${logs}?format=lines&${query}`)));
    expect(await read('at=end&limit=2&step_id=1&host_id=7')).toEqual(numbered(11, 12));
    expect(await read('at=after&pointer=memory:12/1@10&step_id=1&host_id=7')).toEqual(numbered(11, 12));
    expect(await read('step_id=1&host_id=8')).toEqual(numbered(1, 2));
    expect(await read('step_id=1&text=1&word=true')).toEqual(['line 1', 'line 1']);
    expect(await read('')).toHaveLength(14);
  });

  test.each([
    ['invalidPointer', 'last_id=nonsense'],
    ['invalidPointer', 'last_id=memory:13/1@1'],
    ['invalidPointer', 'at=after'],
    ['invalidRequest', 'at=before&pointer=memory:12/1@1'],
    ['invalidRequest', 'text=(&regex=true'],
    ['invalidRequest', 'host_id=7'],
    ['invalidRequest', 'format=xml'],
    ['invalidRequest', 'levels=loud'],
    ['invalidRequest', 'limit=0'],
  ])('what cannot be followed is refused before it begins, with %s: %s', async (code, query) => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    expect(await served.get(`${logs}?${query}`)).toMatchObject({ status: 400, body: { error: { code } } });
  });

  test('an id in UTF-8 is understood in the header', async () => {
    await using served = await serveStore();
    await served.store.createExecution({ execution: '执行', name: '', startedAt: day });
    const path = `/api/realtime/sse/logs/${encodeURIComponent('执行')}/`;
    const header = Buffer.from('memory:执行/1@1').toString('latin1');
    const answer = await open(served, path, header);
    expect(await answer.json()).toMatchObject({ error: { code: 'invalidPointer' } });
  });

  test('lines that are gone are told in their place', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    await append(served.store, 4, 5);
    served.store.trim(alpha, 3);
    await end(served.store);
    const gap = { reason: 'trimmed', count: 3 };
    const structured = await readEvents(await open(served, `${logs}?format=lines&step_id=1&host_id=7`));
    expect(textsIn(structured)).toEqual(numbered(4, 5));
    expect(pagesIn(structured)[0]?.gap).toMatchObject(gap);
    const plain = await readEvents(await open(served, `${logs}?step_id=1&host_id=7`));
    expect(plain.map(({ event }) => event)).toEqual(['message', 'gap', 'message', 'message', 'end']);
    expect(plain[1]?.data).toMatchObject({ type: 'gap', ...gap });
  });

  test('a line of 5 MB goes through, and what follows it', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const long = '日'.repeat(1_700_000);
    await served.store.append({ ...alpha, firstNumber: 1, lines: columns(['before', long, 'after']) });
    await end(served.store);
    const texts = textsIn(await readEvents(await open(served, `${logs}?format=lines`)));
    expect(texts.map((text) => text.length)).toEqual([6, 1_700_000, 5]);
    expect(texts[1] === long).toBe(true);
  });

  test('a reader who takes nothing stops the reading, and has missed nothing when it goes on', async () => {
    let read = 0;
    await using served = await serveStore((store) => counting(store, (lines) => (read += lines)));
    await begin(served.store);
    const long = 'x'.repeat(1_000);
    for (let from = 1; from <= 30_000; from += 1_000) {
      const lines = Array.from({ length: 1_000 }, (_, i) => `${from + i} ${long}`);
      await served.store.append({ ...alpha, firstNumber: from, lines: columns(lines) });
    }
    await end(served.store);
    const answer = await open(served, `${logs}?format=lines`);
    // Nothing is read on until the reader takes something: what has been is what fits into the pipes.
    let before = -1;
    while (read > before) {
      before = read;
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(read).toBeLessThan(25_000);
    const texts = textsIn(await readEvents(answer));
    expect(texts.map((text) => Number.parseInt(text))).toEqual(Array.from({ length: 30_000 }, (_, i) => i + 1));
  });

  test('a reader who leaves is let go', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 3);
    for (const path of [`${logs}?format=lines`, logs, '/api/realtime/sse/combined/12/', '/api/realtime/sse/changes/']) {
      const leave = new AbortController();
      const answer = await fetch(served.url + path, { signal: leave.signal });
      await expect.poll(() => served.store.waiting, { interval: 5, timeout: 5_000 }).toBeGreaterThan(0);
      leave.abort();
      await answer.body?.cancel().catch(() => undefined);
      await waiting(served.store, 0);
    }
  });

  test('a service that stops says so, and the stream breaks without its end', async () => {
    const served = await serveStore();
    await begin(served.store);
    const events = readEvents(await open(served, `${logs}?format=lines`));
    await waiting(served.store, 1);
    await served[Symbol.asyncDispose]();
    const all = await events;
    expect(all.at(-1)).toMatchObject({
      event: 'error',
      data: { code: 'unavailable', message: 'The service is stopping.' },
    });
    expect(all.some(({ event }) => event === 'end')).toBe(false);
  });

  test('a source that fails is told in its words, after the lines before', async () => {
    await using served = await serveStore((store) => breaking(store, new LogError('throttled', 'Too many.')));
    await begin(served.store);
    await append(served.store, 1, 3);
    const events = await readEvents(await open(served, `${logs}?format=lines`));
    expect(textsIn(events)).toEqual(numbered(1, 3));
    const data = { type: 'error', code: 'throttled', message: 'Too many.' };
    expect(events.at(-1)).toEqual({ event: 'error', id: 'memory:12/1@3', data });
  });

  test('what nobody expected cuts the stream, and tells nobody what is not their business', async () => {
    await using served = await serveStore((store) => breaking(store, new TypeError('secret at /home/ann')));
    await begin(served.store);
    const answer = await open(served, `${logs}?format=lines`);
    const heard: string[] = [];
    const read = async (): Promise<void> => {
      for await (const chunk of answer.body as AsyncIterable<Uint8Array>) heard.push(new TextDecoder().decode(chunk));
    };
    await expect(read()).rejects.toThrow();
    expect(heard.join('')).not.toMatch(/secret|event: end/);
  });
});

describe('the form of ops-jobs', () => {
  test('tells each line with its step and host, and every event but the last is a message', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const line = { text: 'py line 0', time: day, stream: 'stderr' as const };
    await served.store.append({ ...alpha, firstNumber: 1, lines: columns([line]) });
    await end(served.store);
    const [hello, log, last] = await readEvents(await open(served, logs));
    expect(hello).toMatchObject({
      event: 'message',
      data: { type: 'connection_established', execution_id: '12', filters: { host_id: null, step_id: null } },
    });
    expect(log).toEqual({
      event: 'message',
      id: 'memory:12/1@1',
      data: {
        type: 'log',
        id: 'memory:12/1@1',
        timestamp: '2026-02-20T00:00:00.000Z',
        host_id: '7',
        host_name: 'node-1',
        host_ip: '1.1.1.1',
        log_type: 'stderr',
        level: 'none',
        line: 1,
        content: 'py line 0',
        step_id: '1',
        step_name: '初始化',
        step_order: 1,
        execution_id: '12',
      },
    });
    expect(last).toMatchObject({ event: 'end', data: { type: 'end', execution_id: '12' } });
  });

  test('names steps and hosts that were announced after it began', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const events = readEvents(await open(served, logs));
    await waiting(served.store, 1);
    const step = { execution: '12', step: '2', name: 'deploy', order: 2, status: 'running', at: day } as const;
    await served.store.startStep({ ...step, hosts: [{ id: '9', name: 'node-9' }] });
    await append(served.store, 1, 1, { execution: '12', step: '2', host: '9' });
    await end(served.store);
    expect((await events)[1]?.data).toMatchObject({ step_name: 'deploy', step_order: 2, host_name: 'node-9' });
  });

  test('names every host of a step of very many', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const hosts = Array.from({ length: 1_200 }, (_, i) => ({ id: `${i}`, name: `node-${i}` }));
    const step = { execution: '12', step: '2', name: 'deploy', order: 2, status: 'running', at: day } as const;
    await served.store.startStep({ ...step, hosts });
    for (const { id } of hosts) await append(served.store, 1, 1, { execution: '12', step: '2', host: id });
    await end(served.store);
    const events = await readEvents(await open(served, logs));
    const named = events.filter(({ data }) => data['type'] === 'log').map(({ data }) => data['host_name']);
    expect(named).toEqual(hosts.map(({ name }) => name));
  });

  test('moves on the place to resume from where nothing matches', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 2_000);
    await end(served.store);
    const events = await readEvents(await open(served, `${logs}?text=line 3&word=true`));
    expect(contentsIn(events)).toEqual(['line 3']);
    expect(events.at(-1)?.id).toBe('memory:12/1@2000');
  });

  test('the combined stream tells lines and statuses, and ends with the execution', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await append(served.store, 1, 2);
    const events = readEvents(await open(served, '/api/realtime/sse/combined/12/'));
    await waiting(served.store, 2);
    await end(served.store);
    const all = await events;
    expect(contentsIn(all)).toEqual(numbered(1, 2));
    const statuses = all.filter(({ data }) => data['type'] === 'status').map(({ data }) => data);
    expect(statuses[0]).toMatchObject({ execution_id: '12', status: 'running', total_hosts: '1', running_hosts: '1' });
    expect(statuses.at(-1)).toMatchObject({
      status: 'success',
      state: 'succeeded',
      progress: '100',
      success_hosts: '1',
    });
    expect(all.at(-1)?.event).toBe('end');
  });

  test('the stream of statuses tells each once, of its own execution only', async () => {
    await using served = await serveStore();
    await begin(served.store);
    const events = readEvents(await open(served, '/api/realtime/sse/status/12/?format=lines'));
    await waiting(served.store, 1);
    await served.store.createExecution({ execution: '13', name: 'other', startedAt: day });
    await served.store.finishExecution({ execution: '13', status: 'failed', at: day });
    await end(served.store);
    const all = await events;
    expect(all.map(({ event }) => event)).toEqual(['status', 'status', 'end']);
    expect(all.map(({ data }) => data['execution_id'])).toEqual(['12', '12', '12']);
  });
});

describe('the stream of changes', () => {
  test('tells what changes from when it is open', async () => {
    await using served = await serveStore();
    const answer = await open(served, '/api/realtime/sse/changes/');
    const events = readEvents(answer, (seen) => seen.length > 0);
    await waiting(served.store, 1);
    await begin(served.store);
    expect((await events)[0]).toMatchObject({ event: 'change', data: { execution: '12' } });
  });

  test('keeps to what was asked for', async () => {
    await using served = await serveStore();
    await begin(served.store);
    await served.store.createExecution({ execution: '13', name: 'other', startedAt: day });
    const answer = await open(served, '/api/realtime/sse/changes/?execution=12&step=1');
    const events = readEvents(answer, (seen) => seen.length === 1);
    await waiting(served.store, 1);
    await served.store.finishExecution({ execution: '13', status: 'failed', at: day });
    await append(served.store, 1, 1);
    expect((await events)[0]?.data).toEqual({ execution: '12', step: '1', host: '7' });
  });
});

/** The store, but its tails break after the first page. */
function breaking(store: MemoryStore, failure: Error): LogSource {
  return withTail(store, async function* (pages) {
    for await (const page of pages) {
      yield page;
      throw failure;
    }
  });
}

/** The store, and how many lines its tails have given. */
function counting(store: MemoryStore, count: (lines: number) => void): LogSource {
  return withTail(store, async function* (pages) {
    for await (const page of pages) {
      count(page.lines.count);
      yield page;
    }
  });
}

function withTail(
  store: MemoryStore,
  change: (pages: AsyncIterable<LogPage>) => AsyncGenerator<LogPage, void>,
): LogSource {
  return {
    capabilities: store.capabilities,
    listExecutions: (query, options) => store.listExecutions(query, options),
    getExecution: (ref, options) => store.getExecution(ref, options),
    getStepResult: (query, options) => store.getStepResult(query, options),
    readLog: (query, options) => store.readLog(query, options),
    watch: (query, options) => store.watch(query, options),
    tailLog: (query, options) => change(store.tailLog(query, options)),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  };
}
