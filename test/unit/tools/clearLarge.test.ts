import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LineColumnsBuilder } from '../../../src/base/lineBatch.ts';
import { processLease } from '../../../src/base/lease.ts';
import type { LogSink } from '../../../src/model/sink.ts';
import { combined, combinedAdmin } from '../../../src/sources/combined.ts';
import { openLocalSink } from '../../../src/sources/local/sink.ts';
import { openLocalSource, type LocalSource } from '../../../src/sources/local/source.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { deleteDownTo, isMeasured } from '../../../src/tools/clearLarge.ts';
import { startClearing } from '../../../src/tools/startClearing.ts';
import { eventually } from '../../harness/eventually.ts';

const megabyte = 1e6;
let folder: string;
let sink: LogSink;
let store: LocalSource;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'execlogs-large-'));
  const path = join(folder, 'store.sqlite');
  sink = await openLocalSink(path);
  // Five of a megabyte each, the second of them still running.
  for (let i = 0; i < 5; i++) {
    const ref = { execution: `e${i}`, step: 's', host: 'h' };
    await sink.createExecution({ execution: ref.execution, name: 'e', startedAt: 1_000 + i });
    const hosts = [{ id: 'h', name: 'h' }];
    await sink.startStep({ ...ref, name: 's', order: 1, status: 'running', hosts, at: 1_000 });
    const lines = new LineColumnsBuilder();
    for (let line = 0; line < 1_000; line++) lines.add({ text: `${line} ${'x'.repeat(1_000)}` });
    await sink.append({ ...ref, firstNumber: 1, lines: lines.build() });
    if (i !== 1) await sink.finishExecution({ execution: ref.execution, status: 'succeeded', at: 2_000 });
  }
  store = openLocalSource(path);
});
afterEach(async () => {
  await store[Symbol.asyncDispose]();
  await sink[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

async function left(): Promise<string[]> {
  return (await store.listExecutions({})).executions.map(({ id }) => id).toSorted();
}

test('the oldest that have ended are deleted until the rest takes no more than it may', async () => {
  expect(await store.usedBytes()).toBeGreaterThan(5 * megabyte);
  const place = { source: store, admin: store };
  expect(await Array.fromAsync(deleteDownTo(6 * megabyte, place))).toEqual([]);
  const told = await Array.fromAsync(deleteDownTo(3.5 * megabyte, place));
  expect(told.map((what) => 'deleted' in what && what.deleted.id)).toEqual(['e0', 'e2']);
  expect(await left()).toEqual(['e1', 'e3', 'e4']);
  expect(await store.usedBytes()).toBeLessThan(3.5 * megabyte);
  // What runs stays, however large it is.
  await Array.fromAsync(deleteDownTo(0, place));
  expect(await left()).toEqual(['e1']);
});

test('a service deletes what is too much, beside what is old', async () => {
  const stop = new AbortController();
  const clearing = startClearing({
    ...{ source: store, admin: store, lease: processLease(), firstMs: 1, everyMs: 5, signal: stop.signal },
    limits: { ageMs: Date.now() - 1_000, mostBytes: 4.5 * megabyte },
  });
  await eventually(async () => expect(await left()).toEqual(['e1', 'e2', 'e3', 'e4']));
  stop.abort();
  await clearing;
});

test('of a store and its archive counts what can be told', async () => {
  const live = new MemoryStore();
  const admin = combinedAdmin(live, store);
  expect(isMeasured(admin) && (await admin.usedBytes())).toBe(await store.usedBytes());
  expect(isMeasured(combinedAdmin(live, live))).toBe(false);
  await combined(live, store)[Symbol.asyncDispose]();
});
