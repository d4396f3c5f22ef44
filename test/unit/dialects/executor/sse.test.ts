import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { eventStreamAnswer, eventText, heartbeat, type Part } from '../../../../src/dialects/executor/sse.ts';
import { LogError } from '../../../../src/model/errors.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

function streamOf(part: (signal: AbortSignal) => AsyncGenerator<Part, void>) {
  const stop = new AbortController();
  const stream = { parts: [part], beat: () => 'beat', end: () => 'end' };
  const { body } = eventStreamAnswer(stream, stop.signal);
  if (typeof body !== 'object' || body instanceof Uint8Array) throw new Error('no stream');
  return { parts: body[Symbol.asyncIterator](), stop };
}

/** Never says anything. */
async function* silent(signal: AbortSignal): AsyncGenerator<Part, void> {
  await new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });
  yield 'never';
}

async function* busy(): AsyncGenerator<Part, void> {
  for (;;) yield 'line';
}

describe('an event stream', () => {
  test('beats every four seconds while nothing comes', async () => {
    const { parts } = streamOf(silent);
    expect((await parts.next()).value).toBe(': open\n\n');
    for (let i = 0; i < 3; i++) {
      const next = parts.next();
      let came = false;
      void next.then(() => (came = true));
      await vi.advanceTimersByTimeAsync(heartbeat - 1);
      expect(came).toBe(false);
      await vi.advanceTimersByTimeAsync(1);
      expect((await next).value).toBe('beat');
    }
    await parts.return?.();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('beats also while lines come without a pause', async () => {
    const { parts } = streamOf(busy);
    const take = async (count: number): Promise<unknown[]> => {
      const taken: unknown[] = [];
      for (let i = 0; i < count; i++) taken.push((await parts.next()).value);
      return taken;
    };
    await take(20);
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(heartbeat);
      expect((await take(20)).filter((part) => part === 'beat')).toHaveLength(1);
    }
    await parts.return?.();
    expect(vi.getTimerCount()).toBe(0);
  });

  test('keeps no beats for a reader who takes nothing', async () => {
    const { parts } = streamOf(silent);
    await parts.next();
    const first = parts.next();
    await vi.advanceTimersByTimeAsync(100 * heartbeat);
    expect((await first).value).toBe('beat');
    const second = parts.next();
    let came = false;
    void second.then(() => (came = true));
    await vi.advanceTimersByTimeAsync(heartbeat - 1);
    expect(came).toBe(false);
    await parts.return?.();
  });

  test.each([
    ['a store', new LogError('internal', 'The log store /srv/logs.sqlite failed: database disk image is malformed')],
    ['a mistake', new TypeError('the password is 123')],
  ])('tells nothing of what failed within (%s), and breaks with it for the log', async (_, failure) => {
    const { parts } = streamOf(async function* () {
      yield 'line';
      throw failure;
    });
    let told = '';
    const whole = async (): Promise<void> => {
      for (let part = await parts.next(); !part.done; part = await parts.next()) told += String(part.value);
    };
    await expect(whole()).rejects.toBe(failure);
    expect(told).toContain('"code":"internal"');
    expect(told).not.toContain(failure.message);
  });

  test('never lets an id break out of its line', () => {
    expect(eventText('lines', {}, 'a\nevent: end')).toBe('event: lines\ndata: {}\n\n');
    expect(eventText('lines', { text: 'a\nb\r' }, 'p')).toBe('id: p\nevent: lines\ndata: {"text":"a\\nb\\r"}\n\n');
  });
});
