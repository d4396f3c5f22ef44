import { expect } from 'vitest';
import { pointer } from '../../../src/model/pointer.ts';
import type { LogQuery, LogScope, Position } from '../../../src/model/query.ts';
import { follow, numbered, readOnward, Recording } from '../recording.ts';
import type { Law } from '../subject.ts';

export const errorLaws: readonly Law[] = [
  {
    law: 'unknown things are notFound, by page and by tail',
    async holds(subject) {
      const { source } = subject;
      const { execution } = await Recording.begin(subject);
      const notFound = { code: 'notFound' };
      const { hosts, wideScopes } = source.capabilities;
      await expect(source.getExecution({ execution: 'no' })).rejects.toMatchObject(notFound);
      await expect(source.getStepResult({ execution, step: 'no' })).rejects.toMatchObject(notFound);
      await expect(source.getStepResult({ execution: 'no', step: 'no' })).rejects.toMatchObject(notFound);
      const watch = source.watch({ execution: 'no' })[Symbol.asyncIterator]().next();
      await expect(watch).rejects.toMatchObject(notFound);
      const scopes: LogScope[] = [{ execution, step: 'no', host: 'no' }];
      if (wideScopes) scopes.push({ execution: 'no' }, { execution, step: 'no' });
      if (hosts) {
        const recording = await Recording.begin(subject);
        await recording.step('build', ['alpha']);
        scopes.push(recording.ref('build', 'no'));
      }
      for (const scope of scopes) {
        const query: LogQuery = { ...scope, position: { at: 'start' } };
        await expect(source.readLog(query)).rejects.toMatchObject(notFound);
        await expect(follow(source.tailLog(query))).rejects.toMatchObject(notFound);
      }
    },
  },
  {
    law: 'a foreign or damaged pointer is invalidPointer',
    async holds(subject) {
      const { source } = subject;
      const one = await Recording.begin(subject);
      const other = await Recording.begin(subject);
      for (const recording of [one, other]) {
        await recording.step('build', ['alpha', 'beta']);
        await recording.write('build', 'alpha', numbered(5));
        await recording.write('build', 'beta', numbered(5));
      }
      const scope = one.ref('build', 'alpha');
      const own = (await readOnward(source, scope))[2]?.pointer ?? pointer('');
      const foreign = [
        (await readOnward(source, other.ref('build', 'alpha')))[0]?.pointer ?? pointer(''),
        (await readOnward(source, one.ref('build', 'beta')))[0]?.pointer ?? pointer(''),
      ];
      const damaged = [
        '',
        'x',
        '0',
        ' ',
        own.slice(1),
        `${own}x`,
        `x${own}`,
        own.slice(0, -1),
        `${own}99999`,
        `${own} `,
      ];
      damaged.push(`${own}\n`, own.replace(/.$/, '-1'), own.replace(/.$/, '1.5'), 'a'.repeat(10_000), '\ud800');
      for (const bad of [...foreign, ...damaged.map(pointer)])
        for (const at of ['before', 'after', 'around'] as const) {
          const query: LogQuery = { ...scope, position: { at, pointer: bad } };
          await expect(source.readLog(query), JSON.stringify(bad)).rejects.toMatchObject({ code: 'invalidPointer' });
          if (at === 'after')
            await expect(follow(source.tailLog(query))).rejects.toMatchObject({ code: 'invalidPointer' });
        }
    },
  },
  {
    law: 'what makes no sense is invalidRequest',
    async holds(subject) {
      const { source } = subject;
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha']);
      const scope = recording.ref('build', 'alpha');
      const refused = { code: 'invalidRequest' };
      const { seekByLine, seekByTime, filters } = source.capabilities;
      const positions: unknown[] = [{ at: 'nowhere' }, { at: 'before' }];
      if (seekByLine) positions.push({ at: 'line', line: 0 }, { at: 'line', line: 1.5 }, { at: 'line', line: -1 });
      if (seekByTime) positions.push({ at: 'time', time: Number.NaN });
      for (const position of positions)
        await expect(source.readLog({ ...scope, position: position as Position })).rejects.toMatchObject(refused);
      const query: LogQuery = { ...scope, position: { at: 'start' } };
      for (const lines of [0, -1, 1.5, Number.NaN])
        await expect(source.readLog({ ...query, limit: { lines } })).rejects.toMatchObject(refused);
      if (filters) {
        const filter = { text: { pattern: '(', regex: true } };
        await expect(source.readLog({ ...query, filter })).rejects.toMatchObject(refused);
      }
      await expect(source.listExecutions({ limit: 0 })).rejects.toMatchObject(refused);
      await expect(source.listExecutions({ cursor: 'no such place' })).rejects.toMatchObject(refused);
      await expect(source.getStepResult({ ...scope, limit: -1 })).rejects.toMatchObject(refused);
      await expect(source.getStepResult({ ...scope, cursor: 'no such host' })).rejects.toMatchObject(refused);
    },
  },
];
