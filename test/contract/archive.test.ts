import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { processLease } from '../../src/base/lease.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { LogSink } from '../../src/model/sink.ts';
import type { LogAdmin } from '../../src/model/source.ts';
import { combined } from '../../src/sources/combined.ts';
import { combinedSink } from '../../src/sources/combined/sink.ts';
import { openLocalSink } from '../../src/sources/local/sink.ts';
import { openLocalSource, type LocalSource } from '../../src/sources/local/source.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { archiveExecution } from '../../src/tools/archive.ts';
import { startArchiving, type ArchiveReport } from '../../src/tools/startArchiving.ts';
import { eventually } from '../harness/eventually.ts';
import { columns, day, follow, lineAtPointer, linesIn, numbered, pagesOnward, Recording, told } from './recording.ts';

let folder: string;
let live: MemoryStore;
let archive: LocalSource;
let archiveSink: LogSink;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'execlogs-archive-'));
  const path = join(folder, 'archive.sqlite');
  live = new MemoryStore();
  archive = openLocalSource(path);
  archiveSink = await openLocalSink(path);
});
afterEach(async () => {
  await live[Symbol.asyncDispose]();
  await archive[Symbol.asyncDispose]();
  await archiveSink[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function move(execution: string): Promise<void> {
  await archiveExecution(live, { source: archive, sink: archiveSink }, { execution });
  await live.deleteExecution({ execution });
}

/** Two hosts that take turns, with a gap in one, and the other without lines. */
async function recorded(id?: string): Promise<Recording> {
  const subject = {
    source: live,
    sink: live,
    waitingTails: () => live.waiting,
    [Symbol.asyncDispose]: async () => undefined,
  };
  const recording = await Recording.begin(subject, id);
  await recording.step('build', ['alpha', 'beta', 'idle']);
  await recording.step('test', ['alpha'], 2);
  for (let from = 1; from <= 60; from += 10) {
    await recording.write('build', 'alpha', numbered(10, from, 'a'));
    await recording.write('build', 'beta', numbered(10, from, 'b'));
    await recording.write('test', 'alpha', [{ text: `oh ${from}`, level: 'error' }]);
  }
  const alpha = recording.ref('build', 'alpha');
  await live.startHost({ ...alpha, at: day + 1 });
  await live.finishHost({ ...alpha, status: 'failed', exitCode: 3, message: 'no', rawStatus: 'KO', at: day + 2 });
  await live.finishStep({ execution: recording.execution, step: 'build', status: 'partial', at: day + 3 });
  await recording.end('failed');
  return recording;
}

describe('a copy', () => {
  test('is what was copied: records, lines in their order, pointers, gaps', async () => {
    const recording = await recorded();
    const { execution } = recording;
    live.trim(recording.ref('build', 'alpha'), 20);
    live.trim(recording.ref('build', 'beta'), 10);
    const scopes = [{ execution }, { execution, step: 'build' }, recording.ref('build', 'beta')];
    const seen = (source: MemoryStore | LocalSource) =>
      Promise.all(
        scopes.map(async (scope) => {
          const pages = await pagesOnward(source, { ...scope, limit: { lines: 7 } }, { at: 'start' });
          return pages.map((page) => [told(linesIn(page)), page.gap, page.newer, page.older?.replace(/^\w+/, '')]);
        }),
      );
    const records = async (source: MemoryStore | LocalSource) => [
      await source.getExecution({ execution }),
      await source.getStepResult({ execution, step: 'build' }),
      await source.getStepResult({ execution, step: 'test' }),
    ];
    const [lines, about] = [await seen(live), await records(live)];
    expect(await archiveExecution(live, { source: archive, sink: archiveSink }, { execution })).toEqual({
      lines: 126,
      lost: 30,
      status: 'failed',
    });
    expect(await seen(archive)).toEqual(lines);
    expect(await records(archive)).toEqual(about);
  });

  test('is made once, however often it is begun and broken off', async () => {
    const recording = await recorded();
    const { execution } = recording;
    const whole = told((await follow(live.tailLog({ execution, position: { at: 'start' } }))).lines);
    for (let calls = 1; calls < 30; calls++) {
      const stop = new AbortController();
      let left = calls;
      const breaking = new Proxy(live, {
        get(store, name) {
          if (--left < 0) stop.abort(new Error('killed'));
          const value: unknown = Reflect.get(store, name, store);
          return typeof value === 'function' ? (value.bind(store) as unknown) : value;
        },
      });
      const done = await archiveExecution(breaking, { source: archive, sink: archiveSink }, { execution }, stop).catch(
        () => 0,
      );
      if (done === 0) await expect(archive.getExecution({ execution })).rejects.toMatchObject({ code: 'notFound' });
    }
    await archiveExecution(live, { source: archive, sink: archiveSink }, { execution });
    await archiveExecution(live, { source: archive, sink: archiveSink }, { execution });
    expect(told((await follow(archive.tailLog({ execution, position: { at: 'start' } }))).lines)).toEqual(whole);
  });

  test('of what runs is refused; one that differs is told', async () => {
    const { execution } = await recorded('one');
    await live.createExecution({ execution: 'two', name: 'two', startedAt: day });
    const into = { source: archive, sink: archiveSink };
    await expect(archiveExecution(live, into, { execution: 'two' })).rejects.toMatchObject({ code: 'invalidRequest' });
    await archiveSink.createExecution({ execution, name: 'other', startedAt: day });
    await archiveSink.finishExecution({ execution, status: 'failed', at: day });
    await expect(archiveExecution(live, into, { execution })).rejects.toMatchObject({ code: 'internal' });
    expect((await live.getExecution({ execution })).status).toBe('failed');
  });
});

describe('read as one', () => {
  test('pages, pointers and tails begun before the move go on after it', async () => {
    await using source = combined(live, archive);
    const recording = await recorded();
    const { execution } = recording;
    const scope = recording.ref('build', 'alpha');
    const all = await follow(source.tailLog({ execution, position: { at: 'start' } }));
    const query = { execution, limit: { lines: 9 } };
    const first = await source.readLog({ ...query, position: { at: 'start' } });
    const tail = source.tailLog({ ...query, position: { at: 'start' } })[Symbol.asyncIterator]();
    const begun = await tail.next();
    await move(execution);
    const pages = await pagesOnward(source, query, { at: 'after', pointer: first.newer });
    expect(told([first, ...pages].flatMap(linesIn))).toEqual(told(all.lines));
    const rest: LogPage[] = [];
    for (let next = begun; !next.done; next = await tail.next()) rest.push(next.value);
    expect(told(rest.flatMap(linesIn))).toEqual(told(all.lines));
    expect(rest.at(-1)?.complete).toBe(true);
    for (const line of all.lines) {
      expect(await lineAtPointer(source, { execution }, line.pointer)).toEqual(line);
      if (line.step === 'build' && line.host === 'alpha')
        expect(await lineAtPointer(source, scope, line.pointer)).toEqual(line);
    }
  });

  test('executions are listed once, newest first, while they move from page to page', async () => {
    await using source = combined(live, archive);
    const ids = Array.from({ length: 25 }, (_, i) => `run-${String(i).padStart(2, '0')}`);
    for (const [i, id] of ids.entries()) {
      await live.createExecution({ execution: id, name: id, startedAt: day + Math.floor(i / 3) });
      await live.finishExecution({ execution: id, status: 'succeeded', at: day + 100 });
    }
    for (const id of ids.filter((_, i) => i % 4 === 0)) await move(id);
    for (const both of ['run-21', 'run-23'])
      await archiveExecution(live, { source: archive, sink: archiveSink }, { execution: both });
    const seen: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await source.listExecutions({ limit: 4, ...(cursor !== undefined && { cursor }) });
      seen.push(...page.executions.map(({ id }) => id));
      cursor = page.next;
      if (cursor === undefined) break;
      const [next] = ids.filter((id) => !seen.includes(id)).toReversed();
      if (next !== undefined && (await live.getExecution({ execution: next }).catch(() => undefined))) await move(next);
    }
    expect(seen).toEqual(ids.toReversed());
  });

  test('a writer who says it all again after the move hears that it is kept, and brings nothing back', async () => {
    const recording = await recorded();
    const { execution } = recording;
    await move(execution);
    const sink = combinedSink(live, archive);
    const alpha = recording.ref('build', 'alpha');
    const at = { status: 'failed', at: day } as const;
    const lines = columns(numbered(10, 51, 'a'));
    const step = { execution, step: 'build', name: 'build', order: 1, status: 'running', hosts: [], at: day } as const;
    await sink.createExecution({ execution, name: 'deploy', startedAt: day });
    await sink.startStep(step);
    await sink.startHost({ ...alpha, at: day });
    await sink.append({ ...alpha, firstNumber: 51, lines });
    await sink.finishHost({ ...alpha, ...at });
    await sink.finishStep({ execution, step: 'build', ...at });
    await sink.finishExecution({ execution, ...at });
    await expect(live.getExecution({ execution })).rejects.toMatchObject({ code: 'notFound' });
    const late = sink.append({ ...alpha, firstNumber: 52, lines });
    await expect(late).rejects.toMatchObject({ code: 'invalidRequest' });
    await expect(sink.startStep({ ...step, execution: 'no' })).rejects.toMatchObject({ code: 'notFound' });
  });

  test('a move is a change, not a removal', async () => {
    await using source = combined(live, archive);
    const { execution } = await recorded();
    const stop = new AbortController();
    const seen: unknown[] = [];
    const watching = [{}, { execution }].map(async (query) => {
      for await (const change of source.watch(query, { signal: stop.signal })) seen.push(change);
    });
    await eventually(() => expect(live.waiting).toBe(2));
    await move(execution);
    await eventually(() => expect(seen.length).toBeGreaterThan(2));
    expect(new Set(seen.map((change) => JSON.stringify(change)))).toEqual(new Set([JSON.stringify({ execution })]));
    await archive.deleteExecution({ execution });
    await eventually(() =>
      expect(seen.filter((change) => Object.hasOwn(Object(change) as object, 'removed'))).toHaveLength(2),
    );
    stop.abort();
    await Promise.allSettled(watching);
  });

  test('with live away, what is archived is served and the rest says unavailable; it recovers by itself', async () => {
    const { execution } = await recorded();
    await move(execution);
    const path = join(folder, 'live.sqlite');
    await writeFile(path, 'These are my notes.\n'.repeat(1_000));
    await using source = combined(openLocalSource(path), archive);
    const listed = await source.listExecutions({});
    expect(listed.executions.map(({ id }) => id)).toEqual([execution]);
    expect(listed.notice).toContain(path);
    expect((await follow(source.tailLog({ execution, position: { at: 'start' } }))).lines).toHaveLength(126);
    const other = { execution: 'other', position: { at: 'start' } } as const;
    const unavailable = { code: 'unavailable' };
    await expect(source.getExecution(other)).rejects.toMatchObject(unavailable);
    await expect(follow(source.tailLog(other))).rejects.toMatchObject(unavailable);
    await expect(source.watch(other)[Symbol.asyncIterator]().next()).rejects.toMatchObject(unavailable);
    await rm(path);
    await using sink = await openLocalSink(path);
    await sink.createExecution({ execution: 'other', name: 'other', startedAt: day });
    expect((await source.getExecution(other)).status).toBe('running');
    expect((await source.listExecutions({})).notice).toBeUndefined();
  });
});

describe('archiving', () => {
  test('moves what has ended some time ago, by one of those who share a lease', async () => {
    const stop = new AbortController();
    const lease = processLease();
    const reports: ArchiveReport[] = [];
    const report = (what: ArchiveReport): void => void reports.push(what);
    const { signal } = stop;
    const { execution } = await recorded('old');
    await live.createExecution({ execution: 'running', name: 'running', startedAt: day });
    await live.createExecution({ execution: 'fresh', name: 'fresh', startedAt: day });
    await live.finishExecution({ execution: 'fresh', status: 'failed', at: Date.now() + 3_600_000 });
    await archiveSink.createExecution({ execution: 'differs', name: 'differs', startedAt: day });
    await archiveSink.finishExecution({ execution: 'differs', status: 'failed', at: day });
    await live.createExecution({ execution: 'differs', name: 'differs', startedAt: day });
    await live.finishExecution({ execution: 'differs', status: 'succeeded', at: day });
    const shared = { live, liveAdmin: live, archive, archiveSink, lease, graceMs: 100, signal, report };
    const running = [startArchiving(shared), startArchiving(shared)];
    await eventually(() => expect(live.getExecution({ execution })).rejects.toMatchObject({ code: 'notFound' }));
    await eventually(() => expect(reports).toHaveLength(2));
    expect(reports).toContainEqual({ moved: 'old', lines: 126, lost: 0 });
    expect(reports.map((what) => ('failed' in what ? what.failed : undefined))).toContain('differs');
    stop.abort();
    await Promise.all(running);
    const left = (await live.listExecutions({})).executions.map(({ id }) => id);
    expect(left.toSorted()).toEqual(['differs', 'fresh', 'running']);
    expect((await archive.getExecution({ execution })).status).toBe('failed');
  });

  test('loses nothing of a writer who comes back between the copy and the deletion', async () => {
    const path = join(folder, 'live.sqlite');
    await using store = openLocalSource(path);
    const about = { execution: 'a', name: 'a', startedAt: day };
    const host = { execution: 'a', step: 's', host: 'h' };
    const write = async (firstNumber: number, lines: string[]): Promise<void> => {
      await using sink = await openLocalSink(path);
      await sink.createExecution(about);
      await sink.startStep({
        ...host,
        name: 's',
        order: 1,
        status: 'running',
        hosts: [{ id: 'h', name: 'h' }],
        at: day,
      });
      await sink.append({ ...host, firstNumber, lines: columns(lines) });
    };
    await write(1, ['early']);
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 2 * 86_400_000);
    const reports: ArchiveReport[] = [];
    const stop = new AbortController();
    const liveAdmin: LogAdmin = {
      async deleteExecution(what, options) {
        now.mockRestore();
        await write(2, ['late']);
        await store.deleteExecution(what, options);
      },
    };
    const running = startArchiving({
      ...{ live: store, liveAdmin, archive, archiveAdmin: archive, archiveSink, lease: processLease() },
      ...{ signal: stop.signal, report: (what) => reports.push(what) },
    });
    await eventually(() => expect(reports).toHaveLength(1));
    stop.abort();
    await running;
    expect(reports).toMatchObject([{ failed: 'a', error: { code: 'invalidRequest' } }]);
    const all = await store.readLog({ execution: 'a', position: { at: 'start' } });
    expect(linesIn(all).map(({ text }) => text)).toEqual(['early', 'late']);
    await expect(archive.getExecution({ execution: 'a' })).rejects.toMatchObject({ code: 'notFound' });
  });

  test('removes copies that were begun of what was deleted meanwhile, and no others', async () => {
    const path = join(folder, 'archive.sqlite');
    await using gone = await openLocalSink(path);
    for (const execution of ['deleted', 'still-live'])
      await gone.createExecution({ execution, name: execution, startedAt: day, copy: {} });
    await archiveSink.createExecution({ execution: 'under-way', name: 'x', startedAt: day, copy: {} });
    await live.createExecution({ execution: 'still-live', name: 'still-live', startedAt: day });
    expect(await archive.abandonedCopies()).toEqual([]);
    await gone[Symbol.asyncDispose]();
    expect((await archive.abandonedCopies()).toSorted()).toEqual(['deleted', 'still-live']);
    const stop = new AbortController();
    const running = startArchiving({
      ...{ live, liveAdmin: live, archive, archiveAdmin: archive, archiveSink, lease: processLease() },
      signal: stop.signal,
    });
    await eventually(async () => expect(await archive.abandonedCopies()).toEqual(['still-live']));
    stop.abort();
    await running;
    await archiveSink.finishExecution({ execution: 'under-way', status: 'failed', at: day });
    expect((await archive.getExecution({ execution: 'under-way' })).status).toBe('failed');
  });
});
