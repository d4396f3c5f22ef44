import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { lineAt, LineBatchBuilder, LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import { connect } from '../../../src/bridge/connect.ts';
import type { Port } from '../../../src/bridge/port.ts';
import { serve, type ServeOptions } from '../../../src/bridge/serve.ts';
import { LogError } from '../../../src/model/errors.ts';
import type { LineBatch } from '../../../src/model/line.ts';
import type { CallOptions } from '../../../src/model/source.ts';

interface Sums {
  add(numbers: { a: number; b: number }, options?: CallOptions): Promise<number>;
  count(request: { to: number }, options?: CallOptions): AsyncIterable<number>;
  wait(request: object, options?: CallOptions): Promise<never>;
  batch(request: object, options?: CallOptions): Promise<LineBatch>;
}

/** Two ends of one channel; what crosses is copied, later, in order. */
function channel(): { near: Port; far: Port } {
  const { port1, port2 } = new MessageChannel();
  onTestFinished(() => {
    port1.close();
    port2.close();
  });
  return { near: endOf(port1), far: endOf(port2) };
}

function endOf(port: MessagePort): Port {
  return {
    post: (message) => {
      port.postMessage(message);
    },
    onMessage(listener) {
      port.on('message', listener);
      return {
        dispose: () => {
          port.off('message', listener);
        },
      };
    },
  };
}

function pair(api: object, options?: ServeOptions) {
  const { near, far } = channel();
  const server = serve(far, api, options);
  const client = connect<Sums>(near, { streams: ['count'] });
  return { near, far, server, client };
}

const codeOf = (error: unknown) => (error instanceof LogError ? error.code : error);

describe('a call', () => {
  test('resolves with what its handler returns', async () => {
    const { client } = pair({ add: ({ a, b }: { a: number; b: number }) => Promise.resolve(a + b) });
    await expect(client.add({ a: 1, b: 2 })).resolves.toBe(3);
  });

  test('finds the methods of a class', async () => {
    class Adder {
      readonly #more = 10;
      add({ a, b }: { a: number; b: number }): Promise<number> {
        return Promise.resolve(a + b + this.#more);
      }
    }
    await expect(pair(new Adder()).client.add({ a: 1, b: 2 })).resolves.toBe(13);
  });

  test('brings a line batch over as typed arrays of exactly its size', async () => {
    const lines = new LineColumnsBuilder().add({ text: 'größer', time: 5, level: 'error' }).add({ text: '' }).build();
    const batch = new LineBatchBuilder()
      .addColumns({ step: 's', host: 'h', pointerPrefix: 'p:' }, 7, lines, 0, 2)
      .build();
    const { client } = pair({ batch: () => Promise.resolve(batch) });
    const arrived = await client.batch({});
    expect(arrived).toEqual(batch);
    expect(arrived.text.buffer.byteLength).toBe(8);
    expect(lineAt(arrived, 0)).toMatchObject({ pointer: 'p:7', text: 'größer', level: 'error' });
  });

  test.each([
    ['rejects', () => Promise.reject(new LogError('notFound', 'gone'))],
    [
      'throws',
      () => {
        throw new LogError('notFound', 'gone');
      },
    ],
  ])('fails with the code and words of a handler that %s', async (_, add) => {
    const report = vi.fn();
    const { client } = pair({ add }, { report });
    const error = await client.add({ a: 1, b: 2 }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(LogError);
    expect(error).toMatchObject({ code: 'notFound', message: 'gone' });
    expect(report).not.toHaveBeenCalled();
  });

  test('fails as internal, and is reported, when the handler breaks', async () => {
    const report = vi.fn();
    const broken = new TypeError('oops');
    const { client } = pair({ add: () => Promise.reject(broken) }, { report });
    await expect(client.add({ a: 1, b: 2 })).rejects.toMatchObject({ code: 'internal' });
    expect(report).toHaveBeenCalledWith(broken);
  });

  test.each(['add', 'constructor', '__proto__', 'toString', 'hasOwnProperty'])(
    'of %s is refused where nothing answers to it',
    async (method) => {
      const { near } = channelServing({});
      await expect(answersTo(near, { frame: 'call', session: 's', id: 1, method, request: {} })).resolves.toMatchObject(
        { frame: 'error', code: 'invalidRequest', id: 1 },
      );
    },
  );

  test('with an answer that cannot be copied fails instead of hanging', async () => {
    const report = vi.fn();
    const { client } = pair({ add: () => Promise.resolve(() => 1) }, { report });
    await expect(client.add({ a: 1, b: 2 })).rejects.toMatchObject({ code: 'internal' });
    expect(report).toHaveBeenCalledOnce();
  });

  test('that cannot be sent fails', async () => {
    const { client } = pair({});
    const unsendable = { a: 1, b: () => 1 } as unknown as { a: number; b: number };
    await expect(client.add(unsendable)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('aborted rejects with the reason at once and aborts the signal of its handler', async () => {
    const aborted = deferred<AbortSignal>();
    const called = deferred<undefined>();
    const { client } = pair({
      wait: (_: object, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(signal);
        });
        called.resolve(undefined);
        return new Promise(() => undefined);
      },
    });
    const abort = new AbortController();
    const waiting = client.wait({}, { signal: abort.signal });
    await called.promise;
    const reason = new Error('changed my mind');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect((await aborted.promise).aborted).toBe(true);
  });

  test('aborted before it began asks nothing', async () => {
    const add = vi.fn();
    const { client } = pair({ add });
    await expect(client.add({ a: 1, b: 2 }, { signal: AbortSignal.abort() })).rejects.toThrow();
    await nextTurn();
    expect(add).not.toHaveBeenCalled();
  });
});

describe('a stream', () => {
  test('yields every value in order, then ends', async () => {
    const { client } = pair({ count: upTo });
    expect(await collect(client.count({ to: 5 }))).toEqual([1, 2, 3, 4, 5]);
  });

  test('produces only what is pulled', async () => {
    const produced: number[] = [];
    const { client } = pair({
      async *count() {
        for (let i = 1; ; i++) {
          produced.push(i);
          yield await Promise.resolve(i);
        }
      },
    });
    const iterator = client.count({ to: 0 })[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    await nextTurn();
    expect(produced).toEqual([1, 2]);
    await iterator.return?.();
  });

  test('fails where its source fails, after what came before', async () => {
    const { client } = pair({
      async *count() {
        yield await Promise.resolve(1);
        throw new LogError('unavailable', 'cut');
      },
    });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const value of client.count({ to: 9 })) seen.push(value);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen).toEqual([1]);
  });

  test('lets its source go when the reader leaves', async () => {
    const left = deferred<string>();
    const { client } = pair({
      async *count() {
        try {
          for (let i = 1; ; i++) yield await Promise.resolve(i);
        } finally {
          left.resolve('left');
        }
      },
    });
    for await (const value of client.count({ to: 9 })) if (value === 3) break;
    await expect(left.promise).resolves.toBe('left');
  });

  test('lets its source go when the reader leaves while it waits', async () => {
    const left = deferred<string>();
    const { client } = pair({
      async *count(_: object, { signal }: { signal: AbortSignal }) {
        yield 1;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        left.resolve('left');
      },
    });
    const iterator = client.count({ to: 9 })[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    await iterator.return?.();
    await expect(waiting).resolves.toMatchObject({ done: true });
    await expect(left.promise).resolves.toBe('left');
  });

  test('that waits is ended by its signal, here and there', async () => {
    const left = deferred<string>();
    const { client } = pair({
      async *count(_: object, { signal }: { signal: AbortSignal }) {
        yield 1;
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        left.resolve('left');
      },
    });
    const abort = new AbortController();
    const iterator = client.count({ to: 9 }, { signal: abort.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await expect(left.promise).resolves.toBe('left');
  });

  test('aborted between two pulls ends at the next one', async () => {
    const { client } = pair({ count: upTo });
    const abort = new AbortController();
    const iterator = client.count({ to: 9 }, { signal: abort.signal })[Symbol.asyncIterator]();
    await iterator.next();
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(iterator.next()).rejects.toBe(reason);
  });

  test('runs beside another one of the same method', async () => {
    const { client } = pair({ count: upTo });
    const both = await Promise.all([collect(client.count({ to: 3 })), collect(client.count({ to: 4 }))]);
    expect(both).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4],
    ]);
  });
});

describe('the end', () => {
  test('of the answering side fails what is open and what comes later as closed', async () => {
    const called = deferred<AbortSignal>();
    const { client, server } = pair({
      wait: (_: object, { signal }: { signal: AbortSignal }) => {
        called.resolve(signal);
        return new Promise(() => undefined);
      },
    });
    const waiting = client.wait({}).catch(codeOf);
    const signal = await called.promise;
    server.dispose();
    expect(await waiting).toBe('closed');
    expect(signal.aborted).toBe(true);
    expect(await client.add({ a: 1, b: 2 }).catch(codeOf)).toBe('closed');
  });

  test('of the asking side fails what is open as closed and lets its handlers go', async () => {
    const aborted = deferred<undefined>();
    const { client } = pair({
      wait: (_: object, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(undefined);
        });
        return new Promise(() => undefined);
      },
    });
    const waiting = client.wait({}).catch(codeOf);
    client.dispose();
    expect(await waiting).toBe('closed');
    await aborted.promise;
  });

  test('of a view that is loaded again lets go what the view before had open', async () => {
    const aborted = deferred<undefined>();
    const { client, near } = pair({
      add: () => Promise.resolve(1),
      wait: (_: object, { signal }: { signal: AbortSignal }) => {
        signal.addEventListener('abort', () => {
          aborted.resolve(undefined);
        });
        return new Promise(() => undefined);
      },
    });
    const waiting = client.wait({}).catch(codeOf);
    const again = connect<Sums>(near, { streams: [] });
    await expect(again.add({ a: 1, b: 2 })).resolves.toBe(1);
    await aborted.promise;
    client.dispose();
    expect(await waiting).toBe('closed');
  });
});

describe('messages that are no frames', () => {
  test.each([undefined, null, 7, 'call', [], {}, { frame: 'call' }, { frame: 'call', session: 's', id: '1' }])(
    '%j are ignored by both ends',
    async (message) => {
      const { client, near, far } = pair({ add: () => Promise.resolve(3) });
      near.post(message);
      far.post(message);
      await expect(client.add({ a: 1, b: 2 })).resolves.toBe(3);
    },
  );

  test('a call without a method is refused', async () => {
    const { near } = channelServing({});
    await expect(answersTo(near, { frame: 'call', session: 's', id: 4 })).resolves.toMatchObject({
      frame: 'error',
      code: 'invalidRequest',
      id: 4,
    });
  });

  test('a pull of a call nobody knows is told that it has ended', async () => {
    const { near } = channelServing({});
    await expect(answersTo(near, { frame: 'pull', session: 's', id: 4 })).resolves.toMatchObject({
      frame: 'end',
      id: 4,
    });
  });

  test('a second call of the same number leaves the first alone', async () => {
    const { near } = channelServing({ add: () => Promise.resolve(3), wait: () => Promise.resolve(4) });
    const first = answersTo(near, { frame: 'call', session: 's', id: 1, method: 'add' });
    near.post({ frame: 'call', session: 's', id: 1, method: 'wait' });
    await expect(first).resolves.toMatchObject({ frame: 'value', value: 3 });
  });
});

async function* upTo({ to }: { to: number }): AsyncGenerator<number> {
  for (let i = 1; i <= to; i++) yield await Promise.resolve(i);
}

function channelServing(api: object): { near: Port } {
  const { near, far } = channel();
  serve(far, api);
  return { near };
}

function answersTo(port: Port, message: unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const heard = port.onMessage((answer) => {
      heard.dispose();
      resolve(answer);
    });
    port.post(message);
  });
}

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
