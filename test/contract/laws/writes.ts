import { expect } from 'vitest';
import { columns, day, numbered, oneHost, readOnward, Recording } from '../recording.ts';
import type { Law } from '../subject.ts';

export const writeLaws: readonly Law[] = [
  {
    law: 'a repeated append changes nothing',
    async holds(subject) {
      const { sink, source } = subject;
      const { scope } = await oneHost(subject);
      const append = (firstNumber: number, count: number) =>
        sink.append({ ...scope, firstNumber, lines: columns(numbered(count, firstNumber)) });
      await append(1, 10);
      await append(1, 10);
      await append(4, 3);
      await append(6, 10);
      const texts = (await readOnward(source, scope)).map((line) => line.text);
      expect(texts).toEqual(numbered(15));
      await sink.finishHost({ ...scope, status: 'succeeded', at: day });
      await append(6, 10);
      expect((await readOnward(source, scope)).length).toBe(15);
    },
  },
  {
    law: 'appends without numbers side by side are all kept, each in one piece and in its order',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const { sink, source } = subject;
      const { scope } = await oneHost(subject);
      const append = async (writer: string): Promise<void> => {
        for (let i = 0; i < 5; i++) {
          const lines = columns(numbered(3, 3 * i + 1, writer).map((text) => ({ text, level: 'error' })));
          await sink.append({ ...scope, firstNumber: 1, uncounted: true, lines });
        }
      };
      const writers = ['ann', 'bob', 'eve'];
      await sink.append({ ...scope, firstNumber: 1, lines: columns(['counted']) });
      await Promise.all(writers.map(append));
      const lines = await readOnward(source, scope);
      const texts = lines.map(({ text }) => text);
      expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: 46 }, (_, i) => i + 1));
      for (const writer of writers)
        expect(texts.filter((text) => text.startsWith(writer))).toEqual(numbered(15, 1, writer));
      for (let i = 1; i < texts.length; i += 3)
        expect(new Set(texts.slice(i, i + 3).map((text) => text.split(' ')[0])).size).toBe(1);
      const { hosts } = await source.getStepResult(scope);
      expect(hosts[0]).toMatchObject({ lines: 46, errors: 45, firstError: lines[1]?.pointer });
      await sink.finishHost({ ...scope, status: 'succeeded', at: day });
      const late = sink.append({ ...scope, firstNumber: 1, uncounted: true, lines: columns(['late']) });
      await expect(late).rejects.toMatchObject({ code: 'invalidRequest' });
    },
  },
  {
    law: 'an append that would leave lines out is refused',
    async holds(subject) {
      const { sink, source } = subject;
      const { scope } = await oneHost(subject);
      const lines = columns(['x']);
      await expect(sink.append({ ...scope, firstNumber: 2, lines })).rejects.toMatchObject({ code: 'invalidRequest' });
      expect(await readOnward(source, scope)).toEqual([]);
    },
  },
  {
    law: 'nothing can be appended to what has ended',
    async holds(subject) {
      const { recording } = await oneHost(subject);
      await recording.endHost('build', 'alpha');
      await expect(recording.write('build', 'alpha', ['late'])).rejects.toMatchObject({ code: 'invalidRequest' });
    },
  },
  {
    law: 'saying an execution, a step or an end twice makes it once',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await Recording.begin(subject, recording.execution);
      await recording.step('build', ['alpha']);
      await recording.step('build', ['alpha', 'beta']);
      await recording.endHost('build', 'alpha', 'failed');
      await recording.endHost('build', 'alpha', 'succeeded');
      const execution = await subject.source.getExecution(recording);
      expect(execution.steps.map((step) => step.hosts)).toEqual([{ failed: 1, pending: 1 }]);
      expect((await subject.source.listExecutions({})).executions.length).toBe(1);
    },
  },
  {
    law: 'the results at the end of a run set right what was not told, and undo nothing that was',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const { sink, source } = subject;
      const recording = await Recording.begin(subject);
      const { execution } = recording;
      await recording.step('build', ['alpha', 'beta', 'gamma']);
      await recording.step('test', ['alpha'], 2);
      await recording.step('later', ['alpha'], 3);
      await sink.finishHost({ ...recording.ref('build', 'alpha'), status: 'failed', exitCode: 3, at: day + 1 });
      const results = [
        { step: 'build', host: 'alpha', status: 'succeeded', exitCode: 0, endedAt: day + 9 },
        { step: 'build', host: 'beta', status: 'succeeded', exitCode: 0, startedAt: day + 2, endedAt: day + 7 },
        { step: 'build', host: 'gamma', status: 'skipped', message: 'nothing to do', endedAt: day + 6 },
        { step: 'test', host: 'alpha', status: 'succeeded', startedAt: day + 3, endedAt: day + 8 },
        { step: 'test', host: 'unheard', status: 'timedOut', startedAt: day + 3, endedAt: day + 5 },
        { step: 'never announced', host: 'alpha', status: 'failed', endedAt: day + 8 },
      ] as const;
      const end = { execution, status: 'failed', at: day + 10, results } as const;
      await sink.finishExecution(end);
      await sink.finishExecution({ ...end, status: 'succeeded', results: [] });
      const told = await source.getExecution({ execution });
      expect(told).toMatchObject({ status: 'failed', endedAt: day + 10 });
      expect(told.steps.map(({ id, status, endedAt, hosts }) => [id, status, endedAt, hosts])).toEqual([
        ['build', 'failed', day + 9, { failed: 1, succeeded: 1, skipped: 1 }],
        ['test', 'timedOut', day + 8, { succeeded: 1, timedOut: 1 }],
        ['later', 'interrupted', day + 10, { interrupted: 1 }],
      ]);
      const { hosts } = await source.getStepResult({ execution, step: 'build', sort: 'name' });
      expect(hosts[0]).toMatchObject({ status: 'failed', exitCode: 3, endedAt: day + 1 });
      expect(hosts[1]).toMatchObject({ status: 'succeeded', exitCode: 0, startedAt: day + 2, endedAt: day + 7 });
      expect(hosts[2]).toMatchObject({ status: 'skipped', message: 'nothing to do', endedAt: day + 6 });
      expect(hosts[2]).not.toHaveProperty('startedAt');
    },
  },
  {
    law: 'a failure that does not matter is told apart, told live or at the end',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const { sink, source } = subject;
      const recording = await Recording.begin(subject);
      const { execution } = recording;
      await recording.step('build', ['live', 'late', 'grave']);
      const failed = { status: 'failed', message: 'no luck', exitCode: 1, at: day + 1 } as const;
      await sink.finishHost({ ...recording.ref('build', 'live'), ...failed, ignored: true });
      await sink.finishHost({ ...recording.ref('build', 'grave'), ...failed });
      const late = { step: 'build', host: 'late', status: 'failed', ignored: true, endedAt: day + 2 } as const;
      await sink.finishExecution({ execution, status: 'failed', at: day + 3, results: [late] });
      const { hosts } = await source.getStepResult({ execution, step: 'build', sort: 'name' });
      expect(hosts.map(({ id, status, ignored }) => [id, status, ignored])).toEqual([
        ['grave', 'failed', undefined],
        ['late', 'failed', true],
        ['live', 'failed', true],
      ]);
      // What does not matter is no failure of the step.
      const { steps } = await source.getExecution({ execution });
      expect(steps[0]).toMatchObject({ status: 'failed', hosts: { failed: 1, succeeded: 2 } });
    },
  },
  {
    law: 'writing about what was never begun is notFound',
    async holds(subject) {
      const { sink } = subject;
      const { scope } = await oneHost(subject);
      const lines = columns(['x']);
      for (const ref of [
        { ...scope, execution: 'no' },
        { ...scope, step: 'no' },
        { ...scope, host: 'no' },
      ])
        await expect(sink.append({ ...ref, firstNumber: 1, lines })).rejects.toMatchObject({ code: 'notFound' });
    },
  },
  {
    law: 'a deleted execution is gone, a running one is not deleted',
    needs: 'admin',
    binds: (capabilities) => capabilities.delete,
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const { source, admin } = subject;
      await recording.write('build', 'alpha', numbered(3_000));
      await expect(admin?.deleteExecution(scope)).rejects.toMatchObject({ code: 'invalidRequest' });
      await recording.end();
      const other = await Recording.begin(subject);
      await admin?.deleteExecution(scope);
      await expect(source.getExecution(scope)).rejects.toMatchObject({ code: 'notFound' });
      const reading = source.readLog({ ...scope, position: { at: 'start' } });
      await expect(reading).rejects.toMatchObject({ code: 'notFound' });
      const left = (await source.listExecutions({})).executions.map(({ id }) => id);
      expect(left).toEqual([other.execution]);
    },
  },
  {
    law: 'what is no longer as somebody saw it is not deleted',
    needs: 'admin',
    binds: (capabilities) => capabilities.delete,
    async holds(subject) {
      const { admin, source } = subject;
      const { recording, scope } = await oneHost(subject);
      const { execution } = recording;
      await recording.write('build', 'alpha', numbered(7));
      await recording.end('failed');
      const seen = { status: 'failed', lines: 7 } as const;
      for (const other of [
        { lines: 6 },
        { lines: 8 },
        { lines: 0 },
        { status: 'succeeded' } as const,
        { status: 'interrupted' } as const,
      ])
        await expect(admin?.deleteExecution({ execution, unchanged: { ...seen, ...other } })).rejects.toMatchObject({
          code: 'invalidRequest',
          message: expect.stringContaining('Somebody has written'),
        });
      expect(await readOnward(source, scope)).toHaveLength(7);
      await admin?.deleteExecution({ execution, unchanged: seen });
      await expect(source.getExecution({ execution })).rejects.toMatchObject({ code: 'notFound' });
      const empty = await Recording.begin(subject);
      await empty.end('succeeded');
      await admin?.deleteExecution({ execution: empty.execution, unchanged: { status: 'succeeded', lines: 0 } });
      await expect(source.getExecution(empty)).rejects.toMatchObject({ code: 'notFound' });
    },
  },
];
