import fc from 'fast-check';
import { expect } from 'vitest';
import type { NewLine } from '../../../src/base/lineBatch.ts';
import { levels, streams, type LogLine } from '../../../src/model/line.ts';
import type { LogFilter } from '../../../src/model/query.ts';
import { compileFilter } from '../../../src/text/matcher.ts';
import {
  columns,
  day,
  numbered,
  oneHost,
  pagesOnward,
  readBack,
  readOnward,
  Recording,
  textsIn,
  told,
} from '../recording.ts';
import type { Law } from '../subject.ts';

const words = fc.constantFrom('error', 'Error', 'warn', 'ok', 'exit 0', '\u001b[31mred\u001b[0m', 'größe', '');
const line: fc.Arbitrary<NewLine> = fc.record({
  text: fc.array(words, { maxLength: 4 }).map((parts) => parts.join(' ')),
  time: fc.integer({ min: day, max: day + 100 }),
  stream: fc.constantFrom(...streams),
  level: fc.constantFrom(...levels),
});
const pattern = fc.record(
  { pattern: words, matchCase: fc.boolean(), wholeWord: fc.boolean() },
  { requiredKeys: ['pattern'] },
);
const filters: fc.Arbitrary<LogFilter> = fc.record(
  {
    text: pattern,
    exclude: pattern,
    levels: fc.subarray([...levels], { minLength: 1 }),
    streams: fc.subarray([...streams], { minLength: 1 }),
    since: fc.integer({ min: day, max: day + 100 }),
    until: fc.integer({ min: day, max: day + 100 }),
  },
  { requiredKeys: [] },
);

const bound: Law['binds'] = (capabilities) => capabilities.filters;

export const filterLaws: readonly Law[] = [
  {
    law: 'a filter gives the same lines as filtering everything',
    binds: bound,
    async holds(subject) {
      const batches = fc.array(fc.array(line, { maxLength: 12 }), { maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(batches, filters, fc.integer({ min: 1, max: 9 }), async (written, filter, lines) => {
          const { recording, scope } = await oneHost(subject);
          for (const batch of written) await recording.write('build', 'alpha', batch);
          const everything = await readOnward(subject.source, scope);
          const compiled = compileFilter(filter);
          const wanted = everything.filter((one) => compiled.matches(columns([asNew(one)]), 0));
          const query = { ...scope, filter, limit: { lines } };
          expect(told(await readOnward(subject.source, query))).toEqual(told(wanted));
          expect(told(await readBack(subject.source, query))).toEqual(told(wanted));
        }),
        { numRuns: 25 },
      );
    },
  },
  {
    law: 'a filtered page tells how far it looked',
    binds: bound,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(5_000));
      await recording.endHost('build', 'alpha');
      const filter = { text: { pattern: 'line 4999', wholeWord: true } };
      const pages = await pagesOnward(subject.source, { ...scope, filter }, { at: 'start' });
      expect(pages.flatMap(textsIn)).toEqual(['line 4999']);
      const scanned = pages.reduce((sum, page) => sum + (page.scanned?.lines ?? 0), 0);
      if (subject.source.capabilities.totals) {
        expect(scanned).toBe(5_000);
        expect(pages[0]?.scanned?.total).toBe(5_000);
      } else {
        // Others' lines lie between where logs are not kept apart.
        expect(scanned).toBeGreaterThanOrEqual(5_000);
      }
      expect(pages.at(-1)?.complete).toBe(true);
    },
  },
  {
    law: 'a filtered read looks at a bounded stretch, and the next goes on from there',
    binds: bound,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      // Where all logs lie in one, every entry is looked at, which is slow.
      const { inferred, pointers } = subject.source.capabilities;
      const count = inferred && pointers === 'stable' ? 50_000 : 250_000;
      for (let from = 1; from < count; from += 50_000) await recording.write('build', 'alpha', numbered(50_000, from));
      const filter = { text: { pattern: 'line 25000' } };
      const pages = await pagesOnward(subject.source, { ...scope, filter }, { at: 'start' });
      expect(Math.max(...pages.map((page) => page.scanned?.lines ?? 0))).toBeLessThanOrEqual(100_000);
      expect(pages.length).toBeGreaterThan(2);
      expect(pages.flatMap(textsIn)).toEqual(count > 50_000 ? ['line 25000', 'line 250000'] : ['line 25000']);
    },
  },
  {
    law: 'a wider scope is filtered like a narrow one',
    binds: ({ filters: some, wideScopes }) => some && wideScopes,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha', 'beta']);
      for (let i = 0; i < 5; i++) {
        await recording.write('build', 'alpha', numbered(10, 10 * i, 'alpha'));
        await recording.write('build', 'beta', numbered(10, 10 * i, 'beta'));
      }
      const filter = { text: { pattern: '[ab].* 1\\d$', regex: true } };
      const found = await readOnward(subject.source, { execution: recording.execution, filter });
      expect(found.map(({ text }) => text)).toEqual([...numbered(10, 10, 'alpha'), ...numbered(10, 10, 'beta')]);
    },
  },
];

function asNew({ text, time, stream, level }: LogLine): NewLine {
  return { text, ...(time !== undefined && { time }), stream, level };
}
