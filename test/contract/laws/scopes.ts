import fc from 'fast-check';
import { expect } from 'vitest';
import { lineAtPointer, linesIn, numbered, readOnward, Recording, textsIn } from '../recording.ts';
import type { Law } from '../subject.ts';

const wide: Law['binds'] = ({ wideScopes }) => wideScopes;
const places = [
  ['build', 'alpha'],
  ['build', 'beta'],
  ['test', 'alpha'],
] as const;
const writes = fc.array(fc.tuple(fc.constantFrom(...places), fc.integer({ min: 1, max: 9 })), { maxLength: 20 });

export const scopeLaws: readonly Law[] = [
  {
    law: "a wider scope holds exactly its hosts' lines, each host's in order",
    binds: wide,
    async holds(subject) {
      await fc.assert(
        fc.asyncProperty(writes, async (written) => {
          const recording = await twoSteps(subject);
          for (const [[step, host], size] of written) await recording.write(step, host, numbered(size));
          const { execution } = recording;
          const whole = await readOnward(subject.source, { execution });
          const build = await readOnward(subject.source, { execution, step: 'build' });
          for (const [step, host] of places) {
            const own = await readOnward(subject.source, { execution, step, host });
            const isOwn = (line: { step: string; host: string }) => line.step === step && line.host === host;
            expect(whole.filter(isOwn)).toEqual(own);
            if (step === 'build') expect(build.filter(isOwn)).toEqual(own);
          }
          expect(build).toEqual(whole.filter(({ step }) => step === 'build'));
          expect(whole.length).toBe(written.reduce((sum, [, size]) => sum + size, 0));
        }),
        { numRuns: 15 },
      );
    },
  },
  {
    law: "a host's pointer works in wider scopes",
    binds: wide,
    async holds(subject) {
      const recording = await twoSteps(subject);
      for (const [step, host] of [...places, ...places]) await recording.write(step, host, ['x', 'y']);
      const { execution } = recording;
      for (const [step, host] of places)
        for (const line of await readOnward(subject.source, { execution, step, host })) {
          expect(await lineAtPointer(subject.source, { execution, step }, line.pointer)).toEqual(line);
          expect(await lineAtPointer(subject.source, { execution }, line.pointer)).toEqual(line);
        }
    },
  },
  {
    law: 'nothing lands before a pointer already given out',
    binds: wide,
    async holds(subject) {
      await fc.assert(
        fc.asyncProperty(writes, async (written) => {
          const recording = await twoSteps(subject);
          const { execution } = recording;
          let page = await subject.source.readLog({ execution, position: { at: 'end' } });
          const seen = linesIn(page);
          for (const [[step, host], size] of written) {
            await recording.write(step, host, numbered(size));
            page = await subject.source.readLog({ execution, position: { at: 'after', pointer: page.newer } });
            seen.push(...linesIn(page));
          }
          expect(seen).toEqual(await readOnward(subject.source, { execution }));
        }),
        { numRuns: 10 },
      );
    },
  },
  {
    law: "no log contains another execution's line",
    async holds(subject) {
      const one = await twoSteps(subject);
      const other = await twoSteps(subject);
      for (let i = 0; i < 5; i++) {
        await one.write('build', 'alpha', ['one']);
        await other.write('build', 'alpha', ['other', 'other']);
      }
      const scope = one.ref('build', 'alpha');
      const page = await subject.source.readLog({ ...scope, position: { at: 'start' } });
      expect(textsIn(page)).toEqual(['one', 'one', 'one', 'one', 'one']);
      if (!subject.source.capabilities.wideScopes) return;
      const { execution } = other;
      const whole = await subject.source.readLog({ execution, position: { at: 'end' } });
      expect(new Set(textsIn(whole))).toEqual(new Set(['other']));
    },
  },
];

async function twoSteps(subject: Parameters<Law['holds']>[0]): Promise<Recording> {
  const recording = await Recording.begin(subject);
  await recording.step('build', ['alpha', 'beta']);
  await recording.step('test', ['alpha'], 2);
  return recording;
}
