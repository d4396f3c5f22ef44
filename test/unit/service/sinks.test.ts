import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LogSink } from '../../../src/model/sink.ts';
import { Metrics } from '../../../src/service/metrics.ts';
import { Sinks, type SinksOptions } from '../../../src/service/sinks.ts';
import { openSink, openSource, type Opened } from '../../../src/sources/open.ts';
import { columns, day } from '../../contract/recording.ts';

let folder: string;
let opened: Opened;
let open: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execlogs-sinks-'));
  opened = await openSource(`sqlite:${join(folder, 'store.sqlite')}`);
  open = 0;
});
afterEach(async () => {
  await opened[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function sinksOver(options: Partial<SinksOptions> = {}): Sinks {
  return new Sinks({ source: opened.source, open: openCounted, ...options });
}

/** A sink of the real store, counted while it is open. */
async function openCounted(): Promise<LogSink> {
  const sink = await openSink(`sqlite:${join(folder, 'store.sqlite')}`);
  open++;
  const dispose = sink[Symbol.asyncDispose].bind(sink);
  return Object.assign(sink, {
    [Symbol.asyncDispose]: async () => {
      open--;
      await dispose();
    },
  });
}

async function begin(sinks: Sinks, execution = 'a'): Promise<LogSink> {
  const sink = await sinks.sinkFor(execution);
  await sink.createExecution({ execution, name: 'deploy', startedAt: day });
  const hosts = [{ id: 'h', name: 'h' }];
  await sink.startStep({ execution, step: 's', name: 's', order: 1, status: 'running', hosts, at: day });
  return sink;
}

const append = (sink: LogSink, firstNumber: number, execution = 'a') =>
  sink.append({ execution, step: 's', host: 'h', firstNumber, lines: columns(['line']) });

const statusOf = async (execution = 'a') => (await opened.source.getExecution({ execution })).status;

test('one caller cannot take the room of others', async () => {
  await using sinks = sinksOver({ most: 8, silence: 300 });
  for (const execution of ['a', 'b']) await sinks.sinkFor(execution, 'greedy');
  await expect(sinks.sinkFor('c', 'greedy')).rejects.toMatchObject({
    code: 'throttled',
    message: expect.stringContaining('This token writes 2 executions'),
  });
  await sinks.sinkFor('a', 'greedy');
  await begin(sinks, 'mine');
  await sinks.sinkFor('other', 'modest');
  await expect.poll(() => open).toBe(0);
  await sinks.sinkFor('c', 'greedy');
});

describe('the sink of an execution', () => {
  test('is one, however often it is asked for, and stays open while its writer speaks', async () => {
    await using sinks = sinksOver();
    const sink = await begin(sinks);
    expect(await sinks.sinkFor('a')).toBe(sink);
    await append(sink, 1);
    expect(open).toBe(1);
    expect(await statusOf()).toBe('running');
  });

  test('closes when its writer is silent, which is an interruption, and opens when it comes back', async () => {
    await using sinks = sinksOver({ silence: 100 });
    const sink = await begin(sinks);
    await append(sink, 1);
    await expect.poll(() => open).toBe(0);
    await expect.poll(() => statusOf(), { timeout: 8_000 }).toBe('interrupted');
    await append(sink, 2);
    expect(await statusOf()).toBe('running');
    const { lines } = await opened.source.readLog({ execution: 'a', position: { at: 'start' } });
    expect(lines.count).toBe(2);
  });

  test('that was finished closes soon and stays finished, whatever is repeated', async () => {
    await using sinks = sinksOver({ silence: 300 });
    const sink = await begin(sinks);
    await sink.finishExecution({ execution: 'a', status: 'succeeded', at: day });
    await expect.poll(() => open).toBe(0);
    await (await sinks.sinkFor('a')).createExecution({ execution: 'a', name: 'deploy', startedAt: day });
    expect(await statusOf()).toBe('succeeded');
  });

  test('closes again when it was used by somebody who held it since before it closed', async () => {
    await using sinks = sinksOver({ silence: 100 });
    const sink = await begin(sinks);
    await expect.poll(() => open).toBe(0);
    await sinks.sinkFor('a');
    await append(sink, 1);
    expect(open).toBeGreaterThan(0);
    await expect.poll(() => open).toBe(0);
  });

  test('counts the lines it took', async () => {
    const metrics = new Metrics();
    await using sinks = sinksOver({ metrics });
    await append(await begin(sinks), 1);
    expect(metrics.linesAppended).toBe(1);
  });

  test('that cannot be opened is tried again', async () => {
    let fails = true;
    await using sinks = sinksOver({ open: () => (fails ? Promise.reject(new Error('disk')) : openCounted()) });
    await expect(sinks.sinkFor('a')).rejects.toThrow('disk');
    fails = false;
    await expect(begin(sinks)).resolves.toBeDefined();
  });
});

test('more executions than allowed are refused, until others are finished', async () => {
  await using sinks = sinksOver({ most: 1, silence: 300 });
  const sink = await begin(sinks);
  await expect(sinks.sinkFor('b')).rejects.toMatchObject({ code: 'throttled' });
  await sink.finishExecution({ execution: 'a', status: 'succeeded', at: day });
  await expect.poll(() => open).toBe(0);
  await begin(sinks, 'b');
  expect(open).toBe(1);
});

test('when the service stops, what was appended is written, and nothing opens again', async () => {
  const sinks = sinksOver();
  const sink = await begin(sinks);
  const appended = append(sink, 1);
  await sinks[Symbol.asyncDispose]();
  await appended;
  expect(open).toBe(0);
  await expect(append(sink, 2)).rejects.toMatchObject({ code: 'closed' });
  await expect(sinks.sinkFor('b')).rejects.toMatchObject({ code: 'closed' });
});
