import fc from 'fast-check';
import { expect } from 'vitest';
import type { LogQuery } from '../../../src/model/query.ts';
import {
  day,
  lineAtPointer,
  linesIn,
  numbered,
  oneHost,
  pagesBack,
  pagesOnward,
  readBack,
  readOnward,
  Recording,
  textsIn,
  told,
} from '../recording.ts';
import type { Law, Subject } from '../subject.ts';

const limits = fc.record({ lines: fc.integer({ min: 1, max: 40 }), bytes: fc.integer({ min: 1, max: 400 }) });
/** Sizes of batches, and which of two hosts each belongs to. */
const batches = fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.boolean()), { maxLength: 12 });

async function recordBatches(subject: Subject, sizes: readonly (readonly [number, boolean])[]): Promise<Recording> {
  const recording = await Recording.begin(subject);
  await recording.step('build', ['alpha', 'beta']);
  let next = 1;
  for (const [size, first] of sizes) {
    await recording.write('build', first ? 'alpha' : 'beta', numbered(size, next, 'ü'.repeat(next % 7)));
    next += size;
  }
  return recording;
}

export const pageLaws: readonly Law[] = [
  {
    law: 'pages follow one another without gap or overlap, both ways',
    async holds(subject) {
      const { source } = subject;
      await fc.assert(
        fc.asyncProperty(batches, limits, async (sizes, limit) => {
          const recording = await recordBatches(subject, sizes);
          for (const scope of scopesOf(recording, source.capabilities.wideScopes)) {
            const all = told(await readOnward(source, scope));
            const query = { ...scope, limit };
            expect(told(await readOnward(source, query))).toEqual(all);
            expect(told(await readBack(source, query))).toEqual(all);
            expect(new Set(all).size).toBe(all.length);
          }
        }),
        { numRuns: 15 },
      );
    },
  },
  {
    law: 'what is before a line, the line, and what is after it are the whole log',
    async holds(subject) {
      const { source } = subject;
      await fc.assert(
        fc.asyncProperty(batches, limits, fc.nat(), async (sizes, limit, at) => {
          const recording = await recordBatches(subject, sizes);
          for (const scope of scopesOf(recording, source.capabilities.wideScopes)) {
            const all = await readOnward(source, scope);
            const line = all[at % Math.max(1, all.length)];
            if (!line) continue;
            const query = { ...scope, limit };
            const before = await pagesBack(source, query, { at: 'before', pointer: line.pointer });
            const after = await pagesOnward(source, query, { at: 'after', pointer: line.pointer });
            const joined = [...before.flatMap(linesIn), line, ...after.flatMap(linesIn)];
            expect(told(joined)).toEqual(told(all));
            const around = await source.readLog({ ...query, position: { at: 'around', pointer: line.pointer } });
            expect(told(linesIn(around))).toContain(told([line])[0]);
            expect(told(all).join('\n')).toContain(told(linesIn(around)).join('\n'));
          }
        }),
        { numRuns: 15 },
      );
    },
  },
  {
    law: 'the same pointer always leads to the same line, also through JSON',
    async holds(subject) {
      const { source } = subject;
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(50));
      const lines = await readOnward(source, scope);
      await recording.write('build', 'alpha', numbered(50, 51));
      for (const line of lines) {
        const pointer = JSON.parse(JSON.stringify(line.pointer)) as typeof line.pointer;
        expect(await lineAtPointer(source, scope, pointer)).toEqual(line);
        expect(line.pointer).toMatch(/^[\x21-\x7e]+$/);
      }
    },
  },
  {
    law: 'the same pointer leads to the same line after a restart',
    binds: ({ pointers }) => pointers === 'stable',
    needs: 'restart',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(20));
      await recording.end();
      const lines = await readOnward(subject.source, scope);
      await subject.restart?.();
      for (const line of lines) expect(await lineAtPointer(subject.source, scope, line.pointer)).toEqual(line);
    },
  },
  {
    law: 'a limit is kept, in lines and bytes',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(3_000));
      const read = (query: Omit<LogQuery, keyof typeof scope>) => subject.source.readLog({ ...scope, ...query });
      for (const at of ['start', 'end'] as const) {
        expect((await read({ position: { at } })).lines.count).toBe(1_000);
        expect((await read({ position: { at }, limit: { lines: 7 } })).lines.count).toBe(7);
        const page = await read({ position: { at }, limit: { bytes: 100 } });
        expect(page.lines.count).toBeGreaterThan(0);
        expect(page.lines.text.length).toBeLessThanOrEqual(100);
      }
      const middle = (await read({ position: { at: 'start' } })).newer;
      expect((await read({ position: { at: 'around', pointer: middle }, limit: { lines: 9 } })).lines.count).toBe(9);
    },
  },
  {
    law: 'one line is always given, however long',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', ['x'.repeat(1_000), 'y'.repeat(1_000)]);
      const limit = { bytes: 10 };
      const first = await subject.source.readLog({ ...scope, limit, position: { at: 'start' } });
      const last = await subject.source.readLog({ ...scope, limit, position: { at: 'end' } });
      expect([textsIn(first), textsIn(last)]).toEqual([['x'.repeat(1_000)], ['y'.repeat(1_000)]]);
    },
  },
  {
    law: 'a short page is not an end',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(10));
      const limit = { bytes: 20 };
      const running = await pagesOnward(subject.source, { ...scope, limit }, { at: 'start' });
      expect(running.length).toBeGreaterThan(1);
      expect(running.some((page) => page.complete)).toBe(false);
      await recording.endHost('build', 'alpha');
      const ended = await pagesOnward(subject.source, { ...scope, limit }, { at: 'start' });
      expect(ended.findIndex((page) => page.complete)).toBe(ended.length - 1);
      expect((await subject.source.readLog({ ...scope, limit, position: { at: 'end' } })).complete).toBe(true);
    },
  },
  {
    law: 'only the start of a log has nothing older',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(10));
      const { source } = subject;
      const end = await source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 3 } });
      const past = await source.readLog({ ...scope, position: { at: 'after', pointer: end.newer } });
      expect(past.lines.count).toBe(0);
      expect(past.older).toBeDefined();
      const back = await pagesBack(source, scope, { at: 'before', pointer: past.older ?? end.newer });
      expect(back.flatMap(textsIn)).toEqual(numbered(10));
      expect((await source.readLog({ ...scope, position: { at: 'start' } })).older).toBeUndefined();
    },
  },
  {
    law: 'an empty log has a place to read on from',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const { source } = subject;
      const scopes = scopesOf(recording, source.capabilities.wideScopes);
      const empty = await Promise.all(scopes.map((one) => source.readLog({ ...one, position: { at: 'end' } })));
      await recording.write('build', 'alpha', ['a', 'b']);
      for (const [i, { newer, older, complete, lines }] of empty.entries()) {
        expect([older, complete, lines.count]).toEqual([undefined, false, 0]);
        const page = await source.readLog({ ...scope, ...scopes[i], position: { at: 'after', pointer: newer } });
        expect(textsIn(page)).toEqual(['a', 'b']);
      }
    },
  },
  {
    law: 'columns can be had without their text',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', [{ text: 'oh no', level: 'error', stream: 'stderr', time: day }, 'x']);
      const query: LogQuery = { ...scope, position: { at: 'start' } };
      const { lines } = await subject.source.readLog(query);
      const bare = (await subject.source.readLog({ ...query, withoutText: true })).lines;
      expect(bare.text.length).toBe(0);
      expect({ ...bare, text: lines.text, offsets: lines.offsets }).toEqual(lines);
      const filter = { text: { pattern: 'oh' } };
      expect((await subject.source.readLog({ ...query, withoutText: true, filter })).lines.count).toBe(1);
    },
  },
  {
    law: 'a batch owns arrays of exactly its size',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(500));
      const { lines } = await subject.source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 5 } });
      for (const column of [lines.text, lines.offsets, lines.times, lines.numbers, lines.levels, lines.originOf])
        expect(column.buffer.byteLength).toBe(column.byteLength);
    },
  },
];

function scopesOf(recording: Recording, wide: boolean) {
  const { execution } = recording;
  const host = recording.ref('build', 'alpha');
  return wide ? [host, { execution, step: 'build' }, { execution }] : [host];
}
