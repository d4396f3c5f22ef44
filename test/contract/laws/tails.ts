import fc from 'fast-check';
import { expect } from 'vitest';
import { follow, linesIn, numbered, oneHost, readOnward, Recording, textsIn, told } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';
import { eventually } from '../../harness/eventually.ts';

/** Resolves when `count` readers wait at the bottom. */
async function waiting(subject: Subject, count: number): Promise<void> {
  await eventually(() => expect(subject.waitingTails()).toBe(count));
}

export const tailLaws: readonly Law[] = [
  {
    law: 'a tail yields what is there, then what is written, then ends',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', ['there']);
      const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }));
      await waiting(subject, 1);
      await recording.write('build', 'alpha', ['then']);
      await waiting(subject, 1);
      await recording.write('build', 'alpha', ['and then', 'last']);
      await recording.endHost('build', 'alpha');
      const { lines, pages } = await tail;
      expect(lines.map((line) => line.text)).toEqual(['there', 'then', 'and then', 'last']);
      expect(pages.map((page) => page.complete).indexOf(true)).toBe(pages.length - 1);
    },
  },
  {
    law: 'a tail of a log that has ended is the log, and ends',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(2_500));
      await recording.end();
      const { lines, pages } = await follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }));
      expect(lines.map((line) => line.text)).toEqual(numbered(2_500));
      expect(pages.at(-1)?.complete).toBe(true);
    },
  },
  {
    law: "a tail begun at a page's end continues it exactly",
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const { source } = subject;
      const empty = await source.readLog({ ...scope, position: { at: 'end' } });
      await recording.write('build', 'alpha', numbered(10));
      const page = await source.readLog({ ...scope, position: { at: 'start' }, limit: { lines: 4 } });
      const tails = [empty, page].map(({ newer }) =>
        follow(source.tailLog({ ...scope, position: { at: 'after', pointer: newer } })),
      );
      await waiting(subject, 2);
      await recording.write('build', 'alpha', numbered(10, 11));
      await recording.endHost('build', 'alpha');
      const [fromEmpty, fromPage] = await Promise.all(tails);
      expect(fromEmpty?.lines.map((line) => line.text)).toEqual(numbered(20));
      expect(fromPage?.lines.map((line) => line.text)).toEqual(numbered(16, 5));
    },
  },
  {
    law: 'a tail of the end begins with the last lines and follows',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(10));
      const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'end' }, limit: { lines: 3 } }));
      await waiting(subject, 1);
      await recording.write('build', 'alpha', numbered(10, 11));
      await recording.endHost('build', 'alpha');
      expect((await tail).lines.map((line) => line.text)).toEqual(numbered(13, 8));
    },
  },
  {
    law: 'reading to the end and tailing to the end give the same lines',
    async holds(subject) {
      const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 12 });
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer({ min: 1, max: 50 }), async (batches, lines) => {
          const recording = await Recording.begin(subject);
          await recording.step('build', ['alpha', 'beta']);
          const { wideScopes } = subject.source.capabilities;
          const scope = wideScopes ? { execution: recording.execution } : recording.ref('build', 'alpha');
          const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'start' }, limit: { lines } }));
          for (const [i, size] of batches.entries())
            await recording.write('build', i % 2 && wideScopes ? 'beta' : 'alpha', numbered(size));
          await recording.end();
          expect(told((await tail).lines)).toEqual(told(await readOnward(subject.source, scope)));
        }),
        { numRuns: 10 },
      );
    },
  },
  {
    law: 'a tail of an execution ends with the execution, not with its first host',
    binds: ({ wideScopes }) => wideScopes,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha', 'beta']);
      const tail = follow(subject.source.tailLog({ execution: recording.execution, position: { at: 'start' } }));
      await recording.write('build', 'alpha', ['a']);
      await recording.endHost('build', 'alpha');
      await recording.write('build', 'beta', ['b']);
      await recording.endHost('build', 'beta');
      await waiting(subject, 1);
      await recording.end();
      expect((await tail).lines.map((line) => line.text)).toEqual(['a', 'b']);
    },
  },
  {
    law: 'a filtered tail gives the lines that match',
    binds: ({ filters }) => filters,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const filter = { text: { pattern: 'line 1' } };
      const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'start' }, filter }));
      for (let from = 1; from < 100; from += 10) await recording.write('build', 'alpha', numbered(10, from));
      await waiting(subject, 1);
      await recording.endHost('build', 'alpha');
      const wanted = numbered(100).filter((text) => text.includes('line 1'));
      expect((await tail).lines.map((line) => line.text)).toEqual(wanted);
    },
  },
  {
    law: 'two tails do not disturb each other',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const tail = () => subject.source.tailLog({ ...scope, position: { at: 'start' } });
      const staying = follow(tail());
      const leaving = follow(tail(), (lines) => lines.length > 0);
      await waiting(subject, 2);
      await recording.write('build', 'alpha', ['a']);
      await leaving;
      await waiting(subject, 1);
      await recording.write('build', 'alpha', ['b']);
      await recording.endHost('build', 'alpha');
      expect((await staying).lines.map((line) => line.text)).toEqual(['a', 'b']);
    },
  },
  {
    law: 'a reader that stops reading resumes where it was',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const { source } = subject;
      await recording.write('build', 'alpha', numbered(100));
      const query = { ...scope, limit: { lines: 7 } };
      const first = await follow(source.tailLog({ ...query, position: { at: 'start' } }), (lines) => lines.length > 20);
      await recording.write('build', 'alpha', numbered(20, 101));
      await recording.end();
      const pointer = first.pages.at(-1)?.newer;
      if (pointer === undefined) throw new Error('no page came');
      const second = await follow(source.tailLog({ ...query, position: { at: 'after', pointer } }));
      expect([...first.lines, ...second.lines].map((line) => line.text)).toEqual(numbered(120));
    },
  },
  {
    law: 'a broken stream says unavailable and never ends quietly',
    needs: 'cut',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', ['a']);
      const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }));
      const failed = expect(tail).rejects.toMatchObject({ code: 'unavailable' });
      await waiting(subject, 1);
      subject.cut?.();
      await failed;
    },
  },
  {
    law: 'lines that are gone appear as a gap, never as silence',
    needs: 'trim',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const { source } = subject;
      for (let from = 1; from <= 100; from += 10) await recording.write('build', 'alpha', numbered(10, from));
      const all = await readOnward(source, scope);
      await recording.end();
      await subject.trim?.(scope, 30);
      const gap = { reason: 'trimmed', count: 30, from: 1, to: 30 };
      const start = await source.readLog({ ...scope, position: { at: 'start' } });
      expect([start.gap, linesIn(start)[0]?.text]).toMatchObject([gap, 'line 31']);
      const end = await source.readLog({ ...scope, position: { at: 'end' } });
      expect([end.gap, textsIn(end), end.older]).toMatchObject([gap, numbered(70, 31), undefined]);
      const pointer = all[14]?.pointer;
      if (pointer === undefined) throw new Error('no such line');
      const after = await source.readLog({ ...scope, position: { at: 'after', pointer } });
      expect([after.gap, textsIn(after)[0]]).toMatchObject([{ ...gap, count: 15, from: 16 }, 'line 31']);
      const tail = await follow(source.tailLog({ ...scope, position: { at: 'start' } }));
      expect([tail.pages[0]?.gap, tail.lines.length]).toMatchObject([gap, 70]);
    },
  },
];
