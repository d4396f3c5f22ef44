import { expect } from 'vitest';
import { follow, oneHost, readOnward } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';
import { eventually } from '../../harness/eventually.ts';

async function waiting(subject: Subject, count: number): Promise<void> {
  await eventually(() => expect(subject.waitingTails()).toBe(count));
}

export const lifetimeLaws: readonly Law[] = [
  {
    law: 'an abort ends a waiting call with the reason given',
    async holds(subject) {
      const { scope } = await oneHost(subject);
      const stop = new AbortController();
      const reason = new Error('seen enough');
      const { signal } = stop;
      const tail = follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }, { signal }));
      const watch = subject.source.watch({}, { signal })[Symbol.asyncIterator]().next();
      const ended = Promise.all([expect(tail).rejects.toBe(reason), expect(watch).rejects.toBe(reason)]);
      await waiting(subject, 2);
      stop.abort(reason);
      await ended;
      await waiting(subject, 0);
      const late = subject.source.readLog({ ...scope, position: { at: 'start' } }, { signal });
      await expect(late).rejects.toBe(reason);
      await expect(subject.source.listExecutions({}, { signal })).rejects.toBe(reason);
      await expect(subject.source.getExecution(scope, { signal })).rejects.toBe(reason);
      await expect(subject.source.getStepResult(scope, { signal })).rejects.toBe(reason);
    },
  },
  {
    law: 'a reader who leaves is let go, all the way down',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      await recording.write('build', 'alpha', ['a']);
      await follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }), (lines) => lines.length > 0);
      const stop = new AbortController();
      const ended = [
        follow(subject.source.tailLog({ ...scope, position: { at: 'start' } }, { signal: stop.signal })),
        follow(subject.source.tailLog({ ...scope, position: { at: 'end' } }, { signal: stop.signal })),
      ].map((tail) => expect(tail).rejects.toThrow());
      await waiting(subject, 2);
      stop.abort();
      await Promise.all(ended);
      await waiting(subject, 0);
      await recording.write('build', 'alpha', ['b']);
      expect((await readOnward(subject.source, scope)).length).toBe(2);
    },
  },
  {
    law: 'after dispose everything is closed',
    async holds(subject) {
      const { scope } = await oneHost(subject);
      const { source } = subject;
      const closed = { code: 'closed' };
      const ended = [
        expect(follow(source.tailLog({ ...scope, position: { at: 'start' } }))).rejects.toMatchObject(closed),
        expect(source.watch({})[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed),
      ];
      await waiting(subject, 2);
      await source[Symbol.asyncDispose]();
      await Promise.all(ended);
      await expect(source.readLog({ ...scope, position: { at: 'start' } })).rejects.toMatchObject(closed);
      await expect(source.listExecutions({})).rejects.toMatchObject(closed);
      await expect(source.getExecution(scope)).rejects.toMatchObject(closed);
      await expect(source.getStepResult(scope)).rejects.toMatchObject(closed);
      const tail = follow(source.tailLog({ ...scope, position: { at: 'start' } }));
      await expect(tail).rejects.toMatchObject(closed);
      await expect(source.watch({})[Symbol.asyncIterator]().next()).rejects.toMatchObject(closed);
      await waiting(subject, 0);
    },
  },
];
