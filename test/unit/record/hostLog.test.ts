import { describe, expect, test } from 'vitest';
import { HostLog, hostLogLimits } from '../../../src/record/hostLog.ts';
import { LineRooms } from '../../../src/record/lineRoom.ts';
import { Persistence } from '../../../src/record/persistence.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { allLines, diskFull, TroubledSink } from './harness.ts';

const ref = { execution: 'e', step: 's', host: 'h' };

async function begin(limits: Partial<typeof hostLogLimits> = {}) {
  const store = new MemoryStore();
  const sink = new TroubledSink(store);
  const said: string[] = [];
  const persistence = new Persistence((words) => said.push(words));
  await store.createExecution({ execution: 'e', name: 'E', startedAt: 1 });
  const hosts = [{ id: 'h', name: 'h' }];
  await store.startStep({ execution: 'e', step: 's', name: 's', order: 1, status: 'running', hosts, at: 1 });
  await store.startHost({ ...ref, at: 1 });
  const place = { sink, persistence, rooms: new LineRooms(), limits: { ...hostLogLimits, ...limits } };
  const log = new HostLog(place, ref, Promise.resolve());
  const finish = async () => {
    await log.end();
    await store.finishHost({ ...ref, status: 'succeeded', at: 2 });
    await store.finishStep({ execution: 'e', step: 's', status: 'succeeded', at: 2 });
    await store.finishExecution({ execution: 'e', status: 'succeeded', at: 2 });
    return (await allLines(store, ref)).map(({ text }) => text);
  };
  const recorded = async () => (await store.readLog({ ...ref, position: { at: 'end' } })).total;
  return { store, sink, persistence, log, said, finish, recorded };
}

function write(log: HostLog, text: string): Promise<void> | undefined {
  return log.write('stdout', Buffer.from(text));
}

describe('lines reach the sink', () => {
  test('soon after they came, without more', async () => {
    const { log, recorded } = await begin();
    void write(log, 'one\n');
    await expect.poll(recorded).toBe(1);
    await log.end();
  });

  test('before their end has come when that takes too long', async () => {
    const { log, recorded, finish } = await begin({ unfinishedAfter: 20 });
    void write(log, 'Name? ');
    await expect.poll(recorded).toBe(1);
    void write(log, 'Ada\n');
    expect(await finish()).toEqual(['Name? ', 'Ada']);
  });

  test('in larger batches when it is slow, and the writer waits when too much waits', async () => {
    const { log, sink, recorded, finish } = await begin({ flushLines: 1, waitingLines: 3 });
    const gate = Promise.withResolvers<undefined>();
    sink.gate = gate.promise;
    expect(write(log, '1\n')).toBeUndefined();
    await expect.poll(() => sink.appends).toBe(1);
    expect(write(log, '2\n3\n')).toBeUndefined();
    const room = write(log, '4\n');
    expect(room).toBeInstanceOf(Promise);
    expect(await recorded()).toBe(0);
    gate.resolve(undefined);
    await room;
    expect(await finish()).toEqual(['1', '2', '3', '4']);
  });
});

describe('a sink that fails', () => {
  test('loses nothing when it works again before too much waits', async () => {
    const { log, sink, said, finish } = await begin();
    sink.failure = diskFull;
    void write(log, 'one\n');
    await expect.poll(() => said).toHaveLength(1);
    void write(log, 'two\n');
    sink.failure = undefined;
    expect(await finish()).toEqual(['one', 'two']);
    expect(log.missing).toBeUndefined();
    expect(said).toEqual(['The disk is full. Make room. Trying again; the command goes on.', 'recording again']);
  });

  test('never holds the writer up, and the log tells where lines are missing', async () => {
    const { log, sink, said, finish } = await begin({ waitingLines: 2, flushLines: 1 });
    void write(log, 'one\n');
    await expect.poll(() => sink.appends).toBe(1);
    sink.failure = diskFull;
    void write(log, 'two\n');
    await expect.poll(() => said).toHaveLength(1);
    for (let i = 3; i <= 7; i++) expect(write(log, `${i}\n`)).toBeUndefined();
    sink.failure = undefined;
    const lines = await finish();
    expect(lines.map((line) => line.replace(/\d{4}-\S+Z/g, '…'))).toEqual([
      'one',
      'two',
      '4 lines were not recorded after line 1, … to …. The disk is full. Make room.',
      '7',
    ]);
    expect(log.missing).toContain('4 lines were not recorded after line 1');
    expect(log.lines).toBe(7);
  });

  test('lets a writer go that waited for it when it was slow', async () => {
    const { log, sink, finish } = await begin({ waitingLines: 1, flushLines: 1 });
    const gate = Promise.withResolvers<undefined>();
    sink.gate = gate.promise;
    void write(log, 'one\n');
    await expect.poll(() => sink.appends).toBe(1);
    const room = write(log, 'two\n');
    sink.failure = diskFull;
    gate.resolve(undefined);
    await room;
    sink.failure = undefined;
    expect(await finish()).toEqual(['one', 'two']);
  });

  test('for good is told once, with all that is missing', async () => {
    const { log, sink, persistence, said, finish } = await begin();
    sink.failure = diskFull;
    void write(log, 'one\n');
    await expect.poll(() => said).toHaveLength(1);
    void write(log, 'two\n');
    persistence.hurry();
    expect(await finish()).toEqual([]);
    expect(log.missing).toMatch(/^2 lines were not recorded before the first line/);
    expect(said).toHaveLength(1);
  });
});
