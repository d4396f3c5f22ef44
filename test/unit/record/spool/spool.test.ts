import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { linesOf } from '../../../../src/base/lineBatch.ts';
import { LogError } from '../../../../src/model/errors.ts';
import type { LogSink } from '../../../../src/model/sink.ts';
import type { SpooledCall } from '../../../../src/record/spool/calls.ts';
import { Delivery, type DeliveryState } from '../../../../src/record/spool/delivery.ts';
import { sendLeftovers, withoutAddress } from '../../../../src/record/spool/leftovers.ts';
import { Spool } from '../../../../src/record/spool/spool.ts';
import { SpoolSink } from '../../../../src/record/spool/spoolSink.ts';
import { MemoryStore } from '../../../../src/sources/memory.ts';
import { columns, numbered } from '../../../contract/recording.ts';

const to = 'http://127.0.0.1:1';
const host = { execution: 'e', step: 's', host: 'h' };
let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'execlogs-spool-'));
});
afterEach(() => rm(parent, { recursive: true }));

const beginning: readonly SpooledCall[] = [
  { call: 'createExecution', argument: { execution: 'e', name: 'n', startedAt: 1 } },
  {
    call: 'startStep',
    argument: {
      execution: 'e',
      step: 's',
      name: 's',
      order: 1,
      status: 'running',
      hosts: [{ id: 'h', name: 'h' }],
      at: 1,
    },
  },
  { call: 'startHost', argument: { ...host, at: 1 } },
];

function lines(firstNumber: number, count: number): SpooledCall {
  return { call: 'append', argument: { ...host, firstNumber, lines: columns(numbered(count, firstNumber)) } };
}

const end: SpooledCall = { call: 'finishExecution', argument: { execution: 'e', status: 'succeeded', at: 2 } };

async function textsIn(store: MemoryStore): Promise<string[]> {
  const { lines: batch } = await store.readLog({ execution: 'e', position: { at: 'start' }, limit: { lines: 50_000 } });
  return [...linesOf(batch)].map(({ text }) => text);
}

/** A sink that fails when told to. */
function failing(store: MemoryStore, fail: () => LogError | undefined): LogSink & { readonly calls: string[] } {
  const calls: string[] = [];
  const through = async <T>(name: string, argument: T, call: (argument: T) => Promise<void>): Promise<void> => {
    calls.push(name);
    const error = fail();
    if (error) throw error;
    await call(argument);
  };
  return {
    calls,
    createExecution: (one) => through('createExecution', one, (it) => store.createExecution(it)),
    startStep: (one) => through('startStep', one, (it) => store.startStep(it)),
    startHost: (one) => through('startHost', one, (it) => store.startHost(it)),
    append: (one) => through('append', one, (it) => store.append(it)),
    finishHost: (one) => through('finishHost', one, (it) => store.finishHost(it)),
    finishStep: (one) => through('finishStep', one, (it) => store.finishStep(it)),
    finishExecution: (one) => through('finishExecution', one, (it) => store.finishExecution(it)),
    [Symbol.asyncDispose]: async () => undefined,
  };
}

async function leave(calls: readonly SpooledCall[]): Promise<string> {
  const spool = await Spool.create(parent, to);
  for (const call of calls) await spool.append(call);
  await spool.complete();
  await spool.close();
  return spool.folder;
}

test('what is spooled arrives in order, once, and the spool is gone', async () => {
  await leave([...beginning, lines(1, 10), lines(11, 5), lines(16, 1_000), end]);
  const store = new MemoryStore();
  const sink = failing(store, () => undefined);
  const sent = await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, new AbortController().signal));
  expect(sent.map(({ state, left }) => [state.kind, left])).toEqual([['delivered', 0]]);
  expect(await textsIn(store)).toEqual(numbered(1_015));
  // Batches that follow one another went as one.
  expect(sink.calls).toEqual(['createExecution', 'startStep', 'startHost', 'append', 'finishExecution']);
  expect(await readdir(parent)).toEqual([]);
});

test('every kind of line comes back from the spool as it was', async () => {
  const text = fc.string({ unit: 'grapheme' }).map((one) => one.replaceAll('\n', ''));
  const line = fc.record(
    {
      text,
      time: fc.integer(),
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      flags: fc.integer({ min: 0, max: 15 }),
      fields: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2, noNullPrototype: true }),
    },
    { requiredKeys: ['text'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (some) => {
      const batch = columns(some);
      const folder = await leave([{ call: 'append', argument: { ...host, firstNumber: 1, lines: batch } }]);
      const spool = await Spool.open(folder);
      const window = await spool?.next(new AbortController().signal);
      await spool?.remove();
      expect(window?.calls).toEqual([{ call: 'append', argument: { ...host, firstNumber: 1, lines: batch } }]);
    }),
    { numRuns: 30 },
  );
});

test('a spool that was not written to its end is sent up to its last whole call, wherever it was cut', async () => {
  const calls = [...beginning, lines(1, 3), lines(4, 3), lines(7, 3)];
  const folder = await leave(calls);
  const name = '00000001.calls';
  const { length } = await readFile(join(folder, name));
  const half = join(parent, 'half');
  const wanted = new Set([0, 3, 6, 9]);
  const seen = new Set<number>();
  for (let size = 24; size <= length; size += 7) {
    await mkdir(half);
    await copyFile(join(folder, 'about.json'), join(half, 'about.json'));
    await copyFile(join(folder, name), join(half, name));
    await truncate(join(half, name), size);
    const store = new MemoryStore();
    const sink = failing(store, () => undefined);
    const spool = await Spool.open(half);
    if (!spool) throw new Error('it cannot be opened');
    const delivery = new Delivery(spool, sink, () => undefined);
    await delivery.run(new AbortController().signal);
    expect(delivery.state.kind, `cut at ${size}`).toBe('delivered');
    if (sink.calls.includes('append')) seen.add((await textsIn(store)).length);
    await spool.remove();
  }
  expect(seen.isSubsetOf(wanted)).toBe(true);
  expect(seen.size).toBe(3);
});

test('bytes that never reached the disk are not taken for a call', async () => {
  const folder = await leave([...beginning, lines(1, 3), lines(4, 3)]);
  const path = join(folder, '00000001.calls');
  const bytes = await readFile(path);
  await writeFile(path, bytes.fill(0, bytes.length - 20));
  const store = new MemoryStore();
  const sink = failing(store, () => undefined);
  await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, new AbortController().signal));
  expect(await textsIn(store)).toEqual(numbered(3));
});

/** Leaves ten lines in two calls, spoiled as asked, and sends them. */
async function sendSpoiled(spoil: (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>) {
  const folder = await leave([...beginning, lines(1, 3), lines(4, 3), lines(7, 3), end]);
  const path = join(folder, '00000001.calls');
  const spoiled = spoil(await readFile(path));
  await writeFile(path, spoiled);
  const store = new MemoryStore();
  const sink = failing(store, () => undefined);
  const { signal } = new AbortController();
  const [sent] = await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, signal));
  return { path, spoiled, store, sent };
}

test.each<[string, (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>]>([
  [
    'a byte of a call was changed',
    (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(bytes.indexOf('line 5')) ^ 1, bytes.indexOf('line 5'));
      return bytes;
    },
  ],
  [
    'the length of a call was changed to reach far behind the end',
    (bytes) => {
      const at = bytes.lastIndexOf('{"call":"append"', bytes.indexOf('line 5')) - 12;
      bytes.writeUInt32LE(1 << 29, at);
      return bytes;
    },
  ],
  [
    'bytes in the middle are gone',
    (bytes) => {
      const at = bytes.indexOf('line 5');
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 3)]);
    },
  ],
  ['a stretch became zeros', (bytes) => bytes.fill(0, bytes.indexOf('line 5') - 100, bytes.indexOf('line 5') + 30)],
])('damage in the middle is told and kept, never taken for the end: %s', async (_, spoil) => {
  const { path, spoiled, store, sent } = await sendSpoiled(spoil);
  expect(await textsIn(store)).toEqual(numbered(3));
  expect(sent?.state).toMatchObject({
    kind: 'damaged',
    error: {
      message: expect.stringMatching(/damaged: .*00000001\.calls cannot be read from byte \d+ on\. .* not sent/),
    },
  });
  expect(sent?.left).toBeGreaterThan(100);
  expect((await readFile(path)).subarray(24).equals(spoiled.subarray(24))).toBe(true);
});

test('a changed last call is told too, and so is a file without its beginning, and one that is missing', async () => {
  const last = await sendSpoiled((bytes) => Buffer.concat([bytes.subarray(0, -2), Buffer.from('?}')]));
  expect([await textsIn(last.store), last.sent?.state.kind]).toEqual([numbered(9), 'damaged']);
  const head = await sendSpoiled((bytes) => bytes.fill(0, 0, 4));
  expect(head.sent?.state.kind).toBe('damaged');
  const spool = await Spool.create(parent, to, 1_000);
  for (const call of beginning) await spool.append(call);
  for (let from = 1; from <= 500; from += 50) await spool.append(lines(from, 50));
  await spool.close();
  await rm(join(spool.folder, '00000002.calls'));
  const sink = failing(new MemoryStore(), () => undefined);
  const sent = await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, new AbortController().signal));
  expect(sent.map(({ state }) => state)).toMatchObject([
    { kind: 'damaged', error: { message: expect.stringContaining('00000002.calls is missing') } },
  ]);
  expect(await readdir(spool.folder)).toContain('00000003.calls');
});

test('what does not say any longer where it goes is known, and what was never written to is not', async () => {
  const folder = await leave(beginning);
  const empty = await leave([]);
  expect(await withoutAddress(parent)).toEqual([]);
  for (const one of [folder, empty]) await writeFile(join(one, 'about.json'), '{"to');
  expect(await withoutAddress(parent)).toEqual([folder]);
});

test('what was sent frees its room while more is written', async () => {
  const store = new MemoryStore();
  const sink = failing(store, () => undefined);
  const spool = await Spool.create(parent, to, 10_000);
  const running = new Delivery(spool, sink, () => undefined).run(new AbortController().signal);
  for (const call of beginning) await spool.append(call);
  for (let from = 1; from <= 5_000; from += 100) await spool.append(lines(from, 100));
  await spool.complete();
  await running;
  expect(await textsIn(store)).toEqual(numbered(5_000));
  expect([(await readdir(spool.folder)).filter((name) => name.endsWith('.calls')).length, spool.unsent]).toEqual([
    1, 0,
  ]);
  await spool.remove();
});

test('what was left in several files is sent in order', async () => {
  const spool = await Spool.create(parent, to, 1_000);
  for (const call of beginning) await spool.append(call);
  for (let from = 1; from <= 500; from += 50) await spool.append(lines(from, 50));
  expect((await readdir(spool.folder)).length).toBeGreaterThan(5);
  await spool.close();
  const store = new MemoryStore();
  const sink = failing(store, () => undefined);
  const sent = await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, new AbortController().signal));
  expect([sent[0]?.left, await textsIn(store)]).toEqual([0, numbered(500)]);
});

test('what was sent is not sent again, and the rest is', async () => {
  const folder = await leave([...beginning, lines(1, 3), end]);
  const store = new MemoryStore();
  let left = 4;
  const stop = new AbortController();
  const broken = failing(store, () => {
    if (left-- > 0) return undefined;
    stop.abort();
    return new LogError('unavailable', 'gone');
  });
  const first = await Spool.open(folder);
  if (!first) throw new Error('it cannot be opened');
  await new Delivery(first, broken, () => undefined).run(stop.signal);
  await first.close();
  const sink = failing(store, () => undefined);
  await Array.fromAsync(sendLeftovers(parent, async () => sink, {}, new AbortController().signal));
  expect(sink.calls).toEqual(['finishExecution']);
  expect(await textsIn(store)).toEqual(numbered(3));
});

test('what is refused is kept, said, and offered again only when asked to', async () => {
  const folder = await leave([...beginning, lines(1, 3)]);
  const store = new MemoryStore();
  const refused = failing(store, () => new LogError('forbidden', 'not you'));
  const { signal } = new AbortController();
  const [sent] = await Array.fromAsync(sendLeftovers(parent, async () => refused, {}, signal));
  expect(sent).toMatchObject({ folder, state: { kind: 'refused', error: { code: 'forbidden' } } });
  expect(refused.calls).toEqual(['createExecution']);
  const willing = failing(store, () => undefined);
  expect(await Array.fromAsync(sendLeftovers(parent, async () => willing, {}, signal))).toEqual([]);
  await Array.fromAsync(sendLeftovers(parent, async () => willing, { refusedToo: true }, signal));
  expect(await textsIn(store)).toEqual(numbered(3));
});

test('a run does not wait for a service that is away, and all arrives when it is back', async () => {
  const store = new MemoryStore();
  let away = true;
  const sink = failing(store, () => (away ? new LogError('unavailable', 'away') : undefined));
  const spool = await Spool.create(parent, to);
  const states: DeliveryState['kind'][] = [];
  const delivery = new Delivery(spool, sink, ({ kind }) => states.push(kind));
  const running = delivery.run(new AbortController().signal);
  const recorded = new SpoolSink(spool, delivery);
  await recorded.createExecution({ execution: 'e', name: 'n', startedAt: 1 });
  await recorded.startStep({ execution: 'e', step: 's', name: 's', order: 1, status: 'running', hosts: [], at: 1 });
  await recorded.startHost({ ...host, at: 1 });
  for (let from = 1; from <= 100; from += 10)
    await recorded.append({ ...host, firstNumber: from, lines: columns(numbered(10, from)) });
  await recorded.finishExecution({ execution: 'e', status: 'succeeded', at: 2 });
  expect(states).toEqual(['failing']);
  away = false;
  await recorded[Symbol.asyncDispose]();
  await running;
  expect(states).toEqual(['failing', 'sending', 'delivered']);
  expect(await textsIn(store)).toEqual(numbered(100));
  await spool.remove();
});

test('a run that may not write there learns it at its beginning', async () => {
  const spool = await Spool.create(parent, to);
  const sink = failing(new MemoryStore(), () => new LogError('unauthorized', 'who are you?'));
  const delivery = new Delivery(spool, sink, () => undefined);
  const running = delivery.run(new AbortController().signal);
  const recorded = new SpoolSink(spool, delivery);
  const created = recorded.createExecution({ execution: 'e', name: 'n', startedAt: 1 });
  await expect(created).rejects.toMatchObject({ code: 'unauthorized' });
  await running;
  await spool.remove();
});

test('a spool that somebody works with is left alone, one whose process is gone is not', async () => {
  const spool = await Spool.create(parent, to);
  expect(await Spool.open(spool.folder)).toBeUndefined();
  await spool.close();
  await writeFile(join(spool.folder, 'lock'), `${hostname()} 999999999\n`);
  const opened = await Spool.open(spool.folder);
  expect(opened?.to).toBe(to);
  await opened?.remove();
});

test('a spool whose process was stopped for a while is left alone', async () => {
  const spool = await Spool.create(parent, to);
  await spool.close();
  const lock = join(spool.folder, 'lock');
  await writeFile(lock, `${hostname()} ${process.ppid}\n`);
  const before = Date.now() / 1_000 - 3_600;
  await utimes(lock, before, before);
  expect(await Spool.open(spool.folder)).toBeUndefined();
});

test('a folder that cannot be written to is said', async () => {
  await writeFile(join(parent, 'file'), '');
  const made = Spool.create(join(parent, 'file'), to);
  await expect(made).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('EXECLOGS_HOME') });
});
