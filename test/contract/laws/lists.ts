import { expect } from 'vitest';
import type { ExecutionQuery, StepQuery } from '../../../src/model/query.ts';
import type { Status } from '../../../src/model/status.ts';
import { day, lineAtPointer, Recording } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';

async function listed(subject: Subject, query: ExecutionQuery): Promise<string[]> {
  return (await subject.source.listExecutions(query)).executions.map(({ id }) => id);
}

/** Where nobody keeps records, only what has lines or results is known. */
const recorded: Law['binds'] = ({ inferred }) => !inferred;

export const listLaws: readonly Law[] = [
  {
    law: 'executions are listed newest first, page after page',
    async holds(subject) {
      const ids = Array.from({ length: 23 }, (_, i) => `run-${i}`);
      for (const [i, id] of ids.entries()) await Recording.begin(subject, id, day + Math.floor(i / 3));
      const whole = await listed(subject, {});
      expect(whole.toSorted()).toEqual(ids.toSorted());
      expect(whole[0]).toMatch(/^run-2[12]$/);
      const paged: string[] = [];
      for (let cursor: string | undefined; ;) {
        const page = await subject.source.listExecutions({ limit: 4, ...(cursor && { cursor }) });
        paged.push(...page.executions.map(({ id }) => id));
        cursor = page.next;
        if (cursor === undefined) break;
      }
      expect(paged).toEqual(whole);
    },
  },
  {
    law: 'executions are filtered by status, text, user and time',
    binds: recorded,
    async holds(subject) {
      const { sink } = subject;
      const begin = (execution: string, name: string, startedAt: number, user: string) =>
        sink.createExecution({ execution, name, startedAt, user });
      await begin('one', 'Build Größe', day, 'ann');
      await begin('two', 'deploy', day + 10, 'bob');
      await begin('three', 'deploy', day + 20, 'ann');
      await sink.finishExecution({ execution: 'one', status: 'failed', at: day + 30 });
      expect(await listed(subject, { filter: { statuses: ['failed'] } })).toEqual(['one']);
      expect(await listed(subject, { filter: { statuses: ['running', 'failed'] } })).toEqual(['three', 'two', 'one']);
      expect(await listed(subject, { filter: { text: 'GRÖSSE'.replace('SS', 'ß') } })).toEqual(['one']);
      // Another system gives ids of its own.
      if (!subject.source.capabilities.foreign)
        expect(await listed(subject, { filter: { text: 'TW' } })).toEqual(['two']);
      const { executions } = await subject.source.listExecutions({});
      // Not every system knows whose a run is.
      if (!subject.source.capabilities.foreign || executions.some(({ user }) => user !== undefined))
        expect(await listed(subject, { filter: { user: 'ann' } })).toEqual(['three', 'one']);
      expect(await listed(subject, { filter: { since: day + 10, until: day + 20 } })).toEqual(['two']);
      expect(await listed(subject, { filter: { text: '%' } })).toEqual([]);
    },
  },
  {
    law: 'the runs of a job are listed by its id, to the letter, page after page',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const { sink } = subject;
      for (let i = 0; i < 12; i++) {
        const job = ['nightly', 'Nightly', undefined][i % 3];
        await sink.createExecution({
          ...{ execution: `run-${i}`, name: 'nightly', startedAt: day + i },
          ...(job !== undefined && { job }),
        });
      }
      expect(await listed(subject, { filter: { job: 'nightly' } })).toEqual(['run-9', 'run-6', 'run-3', 'run-0']);
      expect(await listed(subject, { filter: { job: 'night' } })).toEqual([]);
      const first = await subject.source.listExecutions({ filter: { job: 'Nightly' }, limit: 3 });
      expect(first.executions.map(({ id, job }) => [id, job])).toEqual([
        ['run-10', 'Nightly'],
        ['run-7', 'Nightly'],
        ['run-4', 'Nightly'],
      ]);
      const rest = await subject.source.listExecutions({
        ...{ filter: { job: 'Nightly' }, limit: 3 },
        ...(first.next !== undefined && { cursor: first.next }),
      });
      expect(rest.executions.map(({ id }) => id)).toEqual(['run-1']);
    },
  },
  {
    law: 'what a sink says is what a source tells',
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const { sink, source } = subject;
      const execution = 'an id with spaces/and ünicode';
      const invocation = { command: ['make', '-j 2'], directory: '/tmp' };
      const named = { name: 'n', kind: 'command', job: 'a job', user: 'u', invocation };
      await sink.createExecution({ execution, ...named, startedAt: day });
      const step = { execution, step: 's' };
      const hosts = [{ id: 'h', name: 'H', address: '10.0.0.1' }];
      const start = { ...step, name: 'S', order: 2, path: ['module', 'task'], hosts };
      await sink.startStep({ ...start, status: 'pending', at: day });
      await sink.startStep({ ...start, status: 'running', at: day + 1 });
      await sink.startHost({ ...step, host: 'h', at: day + 2 });
      const end = { status: 'failed', rawStatus: 'KAPUTT', message: 'no luck', at: day + 3 } as const;
      const ended = { status: 'failed', rawStatus: 'KAPUTT', message: 'no luck', endedAt: day + 3 };
      await sink.finishHost({ ...step, host: 'h', exitCode: 7, ...end });
      await sink.finishStep({ ...step, ...end });
      await sink.finishExecution({ execution, ...end });
      const about = { id: execution, ...named };
      const told = await source.getExecution({ execution });
      expect(told).toEqual({
        ...{ ...about, createdAt: day, startedAt: day, ...ended },
        steps: [
          {
            id: 's',
            name: 'S',
            order: 2,
            path: ['module', 'task'],
            startedAt: day + 1,
            hosts: { failed: 1 },
            ...ended,
          },
        ],
        history: [
          { status: 'running', at: day },
          { status: 'failed', at: day + 3 },
        ],
      });
      const result = await source.getStepResult(step);
      expect(result.hosts).toEqual([{ ...hosts[0], startedAt: day + 2, exitCode: 7, lines: 0, errors: 0, ...ended }]);
      expect(result.step).toEqual(told.steps[0]);
    },
  },
  {
    law: 'steps come in their order, however they were announced',
    binds: recorded,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      for (const order of [3, 1, 2]) await recording.step(`s${order}`, ['alpha'], order);
      const { steps } = await subject.source.getExecution(recording);
      expect(steps.map(({ id }) => id)).toEqual(['s1', 's2', 's3']);
    },
  },
  {
    law: "a host's lines and errors are counted, and its first error is named",
    binds: ({ foreign }) => !foreign,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha']);
      await recording.write('build', 'alpha', ['fine', { text: 'mind', level: 'warn' }]);
      await recording.write('build', 'alpha', ['fine', { text: 'broken', level: 'error' }]);
      await recording.write('build', 'alpha', [{ text: 'dead', level: 'fatal' }, 'fine']);
      const [host] = (await subject.source.getStepResult({ ...recording.ref('build', 'alpha') })).hosts;
      expect([host?.lines, host?.errors]).toEqual([6, 2]);
      if (!host?.firstError) throw new Error('no first error');
      const line = await lineAtPointer(subject.source, recording.ref('build', 'alpha'), host.firstError);
      expect([line?.number, line?.text]).toEqual([4, 'broken']);
    },
  },
  {
    law: 'hosts are counted, filtered, sorted and paged',
    binds: ({ hosts }) => hosts,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      const { sink, source } = subject;
      const ends: Record<string, [Status, number, number]> = {
        h10: ['succeeded', 0, 5],
        h9: ['succeeded', 0, 9],
        h2: ['failed', 3, 1],
        h1: ['timedOut', 124, 30],
      };
      await recording.step('build', [...Object.keys(ends), 'h3', 'h4']);
      for (const [host, [status, exitCode, seconds]] of Object.entries(ends)) {
        const ref = recording.ref('build', host);
        await sink.startHost({ ...ref, at: day });
        await sink.finishHost({ ...ref, status, exitCode, at: day + seconds });
      }
      await sink.startHost({ ...recording.ref('build', 'h4'), at: day });
      const { execution } = recording;
      const read = async (query: Partial<StepQuery>) => {
        const result = await source.getStepResult({ execution, step: 'build', ...query });
        expect(result.counts).toEqual({ succeeded: 2, failed: 1, timedOut: 1, pending: 1, running: 1 });
        return result;
      };
      const ids = async (query: Partial<StepQuery>) => (await read(query)).hosts.map(({ id }) => id).join(' ');
      expect(await ids({})).toBe('h1 h2 h4 h9 h10 h3');
      expect(await ids({ sort: 'name' })).toBe('h1 h2 h3 h4 h9 h10');
      expect(await ids({ sort: 'exitCode', statuses: ['failed', 'timedOut', 'succeeded'] })).toBe('h1 h2 h9 h10');
      if (!source.capabilities.foreign)
        expect(await ids({ sort: 'duration', statuses: ['failed', 'timedOut', 'succeeded'] })).toBe('h1 h9 h10 h2');
      expect(await ids({ text: 'H1' })).toBe('h1 h10');
      const first = await read({ limit: 4 });
      const rest = await read({ limit: 4, ...(first.next !== undefined && { cursor: first.next }) });
      expect([...first.hosts, ...rest.hosts].map(({ id }) => id).join(' ')).toBe('h1 h2 h4 h9 h10 h3');
      expect(rest.next).toBeUndefined();
    },
  },
  {
    law: 'what an ended execution left open reads as ended',
    binds: recorded,
    async holds(subject) {
      const recording = await Recording.begin(subject);
      await recording.step('build', ['alpha', 'beta']);
      await subject.sink.startHost({ ...recording.ref('build', 'alpha'), at: day });
      const later = { name: 'test', order: 2, status: 'pending', hosts: [], at: day } as const;
      await subject.sink.startStep({ execution: recording.execution, step: 'test', ...later });
      await recording.end('cancelled');
      const { steps } = await subject.source.getExecution(recording);
      expect(steps[1]?.status).toBe('skipped');
      const { foreign } = subject.source.capabilities;
      expect(steps[0]).toMatchObject({ status: 'interrupted', ...(!foreign && { hosts: { interrupted: 2 } }) });
    },
  },
];
