import { beforeEach, describe, expect, it } from 'vitest';
import { LineColumnsBuilder, lineAt } from '../../../src/base/lineBatch.ts';
import type { Status } from '../../../src/model/status.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { exportLog, type ExportFormat } from '../../../src/tools/exportLog.ts';
import { firstFailure } from '../../../src/tools/firstFailure.ts';
import { nextFailedHost } from '../../../src/tools/nextFailedHost.ts';

const execution = 'run';
let store: MemoryStore;
let order = 0;

beforeEach(async () => {
  store = new MemoryStore();
  order = 0;
  await store.createExecution({ execution, name: 'deploy', startedAt: 0 });
});

/** A step whose hosts ended as told, each having written the lines given. */
async function step(
  id: string,
  status: Status,
  hosts: Record<string, { status: Status; lines?: string[]; ignored?: true }>,
) {
  const list = Object.keys(hosts).map((host) => ({ id: host, name: host }));
  await store.startStep({ execution, step: id, name: id, order: ++order, status: 'running', hosts: list, at: 0 });
  for (const [host, { status: ended, lines = [], ignored }] of Object.entries(hosts)) {
    const columns = new LineColumnsBuilder();
    for (const text of lines) columns.add({ text });
    if (lines.length > 0) await store.append({ execution, step: id, host, firstNumber: 1, lines: columns.build() });
    await store.finishHost({ execution, step: id, host, status: ended, at: 1, ...(ignored && { ignored }) });
  }
  await store.finishStep({ execution, step: id, status, at: 1 });
}

describe('the first failure', () => {
  it('is the first error line of the first failed host of the first failed step', async () => {
    await step('build', 'succeeded', { a: { status: 'succeeded', lines: ['ERROR harmless'] } });
    await step('ship', 'failed', {
      a: { status: 'succeeded' },
      b: { status: 'failed', lines: ['begin', 'ERROR no space left', 'ERROR giving up'] },
    });
    await step('later', 'failed', { a: { status: 'failed', lines: ['ERROR later'] } });
    const found = await firstFailure(store, { execution });
    expect(found).toMatchObject({ step: 'ship', host: 'b' });
    expect(await lineOf(found)).toBe('ERROR no space left');
  });

  it('is the last line where none tells of an error', async () => {
    await step('ship', 'failed', { a: { status: 'failed', lines: ['begin', 'bye'] } });
    expect(await lineOf(await firstFailure(store, { execution }))).toBe('bye');
  });

  it('is not what was only cancelled because of it', async () => {
    await step('one', 'cancelled', { a: { status: 'cancelled' } });
    await step('two', 'failed', { a: { status: 'cancelled' }, b: { status: 'failed' } });
    expect(await firstFailure(store, { execution })).toEqual({ step: 'two', host: 'b' });
  });

  it('is none that was said not to matter', async () => {
    await step('one', 'failed', { a: { status: 'failed', lines: ['ERROR no matter'], ignored: true } });
    await step('two', 'failed', { a: { status: 'timedOut', ignored: true }, b: { status: 'failed' } });
    expect(await firstFailure(store, { execution })).toEqual({ step: 'two', host: 'b' });
    expect(await nextFailedHost(store, { execution, step: 'one', host: 'a' }, 'next')).toEqual({
      step: 'two',
      host: 'b',
    });
  });

  it('keeps to the step and host it is asked for', async () => {
    await step('one', 'failed', { a: { status: 'failed' }, b: { status: 'failed' } });
    await step('two', 'failed', { a: { status: 'failed' } });
    expect(await firstFailure(store, { execution, step: 'two' })).toMatchObject({ step: 'two' });
    expect(await firstFailure(store, { execution, step: 'one', host: 'b' })).toMatchObject({ host: 'b' });
  });

  it('is nothing when all went well', async () => {
    await step('one', 'succeeded', { a: { status: 'succeeded' } });
    expect(await firstFailure(store, { execution })).toBeUndefined();
  });

  async function lineOf(found: Awaited<ReturnType<typeof firstFailure>>): Promise<string | undefined> {
    if (!found?.pointer) return undefined;
    const position = { at: 'around', pointer: found.pointer } as const;
    const page = await store.readLog({ execution, ...found, position, limit: { lines: 1 } });
    return lineAt(page.lines, 0).text;
  }
});

describe('the next failed host', () => {
  it('goes through the failed hosts of all failed steps, and back', async () => {
    await step('one', 'failed', { a: { status: 'failed' }, b: { status: 'succeeded' }, c: { status: 'failed' } });
    await step('two', 'succeeded', { a: { status: 'succeeded' } });
    await step('three', 'failed', { b: { status: 'failed' } });
    const stops = [
      { step: 'one', host: 'a' },
      { step: 'one', host: 'c' },
      { step: 'three', host: 'b' },
    ];
    for (const [i, stop] of stops.entries()) {
      expect(await nextFailedHost(store, { execution, ...stop }, 'next')).toEqual(stops[i + 1]);
      expect(await nextFailedHost(store, { execution, ...stop }, 'previous')).toEqual(stops[i - 1]);
    }
    expect(await nextFailedHost(store, { execution, step: 'one', host: 'b' }, 'next')).toEqual(stops[0]);
  });
});

describe('an export', () => {
  async function exported(format: ExportFormat, filter?: { text: { pattern: string } }): Promise<string> {
    const scope = { execution, step: 'one', host: 'a' };
    let text = '';
    for await (const part of exportLog(store, { scope, format, ...(filter && { filter }) })) text += part.text;
    return text;
  }

  it('holds every line of the log, over all its pages', async () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => `line ${String(i)}`);
    await step('one', 'succeeded', { a: { status: 'succeeded', lines } });
    expect(await exported('text')).toBe(`${lines.join('\n')}\n`);
  });

  it('ends at the end of a log that goes on', async () => {
    await store.startStep({
      execution,
      step: 'one',
      name: 'one',
      order: 1,
      status: 'running',
      hosts: [{ id: 'a', name: 'a' }],
      at: 0,
    });
    expect(await exported('text')).toBe('');
    const lines = new LineColumnsBuilder().add({ text: 'so far' }).build();
    await store.append({ execution, step: 'one', host: 'a', firstNumber: 1, lines });
    expect(await exported('text')).toBe('so far\n');
  });

  it('leaves colours out of text and keeps them in JSON', async () => {
    await step('one', 'succeeded', { a: { status: 'succeeded', lines: ['\u001b[31mred\u001b[0m'] } });
    expect(await exported('text')).toBe('red\n');
    expect(JSON.parse(await exported('jsonLines'))).toMatchObject({ number: 1, text: '\u001b[31mred\u001b[0m' });
  });

  it('keeps to its filter', async () => {
    await step('one', 'succeeded', { a: { status: 'succeeded', lines: ['yes', 'no', 'yes again'] } });
    expect(await exported('text', { text: { pattern: 'yes' } })).toBe('yes\nyes again\n');
  });
});
