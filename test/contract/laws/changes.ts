import { expect } from 'vitest';
import type { WatchQuery } from '../../../src/model/query.ts';
import type { Change } from '../../../src/model/source.ts';
import { day, Recording } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';
import { eventually } from '../../harness/eventually.ts';

/** Watches until a change arrives that `wanted` accepts, after `change` has been made. */
async function watched(
  subject: Subject,
  query: WatchQuery,
  change: () => Promise<void>,
  wanted: (change: Change) => boolean,
): Promise<Change[]> {
  const leave = new AbortController();
  const seen: Change[] = [];
  const watching = (async () => {
    for await (const one of subject.source.watch(query, { signal: leave.signal })) {
      seen.push(one);
      if (wanted(one)) return;
    }
  })();
  // One that hears late of what was done before may be content, and gone, already.
  await eventually(() => expect(subject.waitingTails() > 0 || seen.some(wanted)).toBe(true));
  await change();
  await watching;
  leave.abort();
  // The next watcher is not to be taken for this one, which leaves at the bottom a little later.
  await eventually(() => expect(subject.waitingTails()).toBe(0));
  return seen;
}

export const changeLaws: readonly Law[] = [
  {
    law: 'a change is watched',
    binds: ({ watch, inferred }) => watch === 'push' && !inferred,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      const { execution } = recording;
      const { sink } = subject;
      const step = { execution, step: 'build' };
      const host = { ...step, host: 'alpha' };
      const names = (want: Change) => (is: Change) =>
        is.execution === want.execution && is.step === want.step && is.host === want.host;
      await watched(subject, {}, () => recording.step('build', ['alpha']), names(step));
      await watched(subject, { execution }, () => sink.startHost({ ...host, at: day }), names(host));
      await watched(subject, step, () => recording.write('build', 'alpha', ['x']), names(host));
      await watched(subject, {}, () => recording.endHost('build', 'alpha'), names(host));
      const end = { status: 'succeeded', at: day } as const;
      await watched(subject, step, () => sink.finishStep({ ...step, ...end }), names(step));
      await watched(subject, { execution }, () => recording.end(), names({ execution }));
      const second = `${execution}-2`;
      const create = () => sink.createExecution({ execution: second, name: 'again', startedAt: day });
      await watched(subject, {}, create, names({ execution: second }));
    },
  },
  {
    law: 'a change is told once, then the watcher waits for the next',
    binds: ({ watch }) => watch === 'push',
    async holds(subject) {
      const recording = await Recording.begin(subject);
      const leave = new AbortController();
      const seen: Change[] = [];
      const watching = (async () => {
        for await (const change of subject.source.watch({}, { signal: leave.signal })) seen.push(change);
      })().catch((reason: unknown) => reason);
      const rests = async (told: number) =>
        eventually(() => expect([seen.length, subject.waitingTails()]).toEqual([told, 1]));
      await rests(0);
      await recording.step('build', ['alpha']);
      await rests(1);
      await recording.endHost('build', 'alpha');
      await rests(2);
      leave.abort();
      await watching;
    },
  },
  {
    law: 'a change of status is watched, however it is learnt',
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha']);
      const { execution } = recording;
      const step = { execution, step: 'build' };
      const begin = () => recording.step('test', ['alpha'], 2);
      const of = (want: Change) => (is: Change) => is.execution === want.execution && is.step === want.step;
      await watched(subject, { execution }, begin, of({ execution, step: 'test' }));
      const seen = await watched(subject, step, () => recording.endHost('build', 'alpha'), of(step));
      expect(seen).toContainEqual({ ...step, host: 'alpha' });
      await watched(subject, { execution }, () => recording.end(), of({ execution }));
      const second = `${execution}-2`;
      const create = () => subject.sink.createExecution({ execution: second, name: 'again', startedAt: day });
      await watched(subject, {}, create, of({ execution: second }));
    },
  },
  {
    law: 'a watcher of one execution or step hears nothing of others',
    async holds(subject) {
      const one = await Recording.begin(subject);
      const other = await Recording.begin(subject);
      for (const recording of [one, other]) {
        await recording.step('build', ['alpha']);
        await recording.step('test', ['alpha'], 2);
      }
      const query = { execution: one.execution, step: 'build' };
      const seen = await watched(
        subject,
        query,
        async () => {
          await other.endHost('build', 'alpha');
          await one.endHost('test', 'alpha');
          await one.endHost('build', 'alpha');
        },
        () => true,
      );
      expect(seen).toEqual([{ ...query, host: 'alpha' }]);
    },
  },
  {
    law: 'a deletion is watched',
    needs: 'admin',
    binds: (capabilities) => capabilities.delete,
    async holds(subject) {
      const { execution } = await Recording.begin(subject);
      await subject.sink.finishExecution({ execution, status: 'failed', at: day });
      const remove = async () => subject.admin?.deleteExecution({ execution });
      const seen = await watched(subject, {}, remove, ({ removed }) => removed === true);
      expect(seen.at(-1)).toEqual({ execution, removed: true });
    },
  },
];
