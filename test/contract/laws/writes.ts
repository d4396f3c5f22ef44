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
