import { expect } from 'vitest';
import { day, linesIn, numbered, oneHost, Recording, textsIn } from '../recording.ts';
import type { Law } from '../subject.ts';

export const seekLaws: readonly Law[] = [
  {
    law: 'a line number leads to its line, one past the end to nothing',
    binds: ({ seekByLine }) => seekByLine,
    async holds(subject) {
      const { source } = subject;
      const { recording, scope } = await oneHost(subject);
      for (let i = 0; i < 10; i++) await recording.write('build', 'alpha', numbered(i * 3, 1 + (3 * i * (i - 1)) / 2));
      for (const line of [1, 2, 3, 4, 64, 135]) {
        const page = await source.readLog({ ...scope, position: { at: 'line', line }, limit: { lines: 2 } });
        expect(textsIn(page)).toEqual(numbered(135).slice(line - 1, line + 1));
        expect(linesIn(page)[0]?.number).toBe(line);
      }
      const past = await source.readLog({ ...scope, position: { at: 'line', line: 1_000_000 } });
      expect(past.lines.count).toBe(0);
      const back = await source.readLog({ ...scope, position: { at: 'before', pointer: past.older ?? past.newer } });
      expect(textsIn(back)).toEqual(numbered(135));
    },
  },
  {
    law: 'in wider scopes a line number is the rank in the merged order',
    binds: ({ seekByLine, wideScopes }) => seekByLine && wideScopes,
    async holds(subject) {
      const { source } = subject;
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha', 'beta']);
      await recording.step('test', ['alpha'], 2);
      await recording.write('build', 'alpha', ['1', '2']);
      await recording.write('build', 'beta', ['3']);
      await recording.write('test', 'alpha', ['4']);
      await recording.write('build', 'alpha', ['5']);
      const read = async (step: string | undefined, line: number) => {
        const { execution } = recording;
        const page = await source.readLog({ execution, ...(step && { step }), position: { at: 'line', line } });
        return textsIn(page);
      };
      expect(await read(undefined, 3)).toEqual(['3', '4', '5']);
      expect(await read('build', 3)).toEqual(['3', '5']);
      expect(await read('test', 1)).toEqual(['4']);
    },
  },
  {
    law: 'a time leads to the first line that is not earlier',
    binds: ({ seekByTime }) => seekByTime,
    async holds(subject) {
      const { source } = subject;
      const { recording, scope } = await oneHost(subject);
      // Every line of another system has a time.
      const unknown = source.capabilities.foreign ? 0 : undefined;
      const lines = [10, 20, 20, 15, 30, unknown, 50].map((time, i) => ({
        text: `${i}`,
        ...(time !== undefined && { time: day + time }),
      }));
      for (let from = 0; from < lines.length; from += 2)
        await recording.write('build', 'alpha', lines.slice(from, from + 2));
      const first = async (time: number) =>
        textsIn(await source.readLog({ ...scope, position: { at: 'time', time: day + time }, limit: { lines: 1 } }))[0];
      expect(await Promise.all([0, 10, 11, 20, 21, 31, 50, 51].map(first))).toEqual([
        ...['0', '0', '1', '1', '4', '6', '6'],
        undefined,
      ]);
    },
  },
  {
    law: 'a page tells the row of its first line and how many there are',
    binds: ({ totals }) => totals,
    async holds(subject) {
      const { source } = subject;
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', numbered(30));
      const { wideScopes } = source.capabilities;
      for (const one of wideScopes ? [scope, { execution: recording.execution }] : [scope]) {
        const limit = { lines: 4 };
        const start = await source.readLog({ ...one, limit, position: { at: 'start' } });
        const end = await source.readLog({ ...one, limit, position: { at: 'end' } });
        const middle = await source.readLog({ ...one, limit, position: { at: 'around', pointer: start.newer } });
        expect([start.firstLine, end.firstLine, middle.firstLine]).toEqual([1, 27, 2]);
        expect([start.total, end.total, middle.total]).toEqual([30, 30, 30]);
      }
    },
  },
];
