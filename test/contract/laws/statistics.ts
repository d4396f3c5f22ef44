import { expect } from 'vitest';
import type { NewLine } from '../../../src/base/lineBatch.ts';
import type { LogSink } from '../../../src/model/sink.ts';
import type { LogStatistics } from '../../../src/model/statistics.ts';
import { columns, day, lineAtPointer, oneHost, Recording } from '../recording.ts';
import type { Law, Subject } from '../subject.ts';

const hour = 3_600_000;

function counting({ statistics }: Subject): LogStatistics {
  if (!statistics) throw new Error('the subject has no statistics');
  return statistics;
}

/** A run of a job that writes these lines on one host and ends after so many milliseconds. */
async function ran(
  sink: LogSink,
  about: { execution: string; job?: string; startedAt: number; takes?: number; step?: string },
  lines: readonly (NewLine | string)[],
): Promise<void> {
  const { execution, job, startedAt, takes, step = 'build' } = about;
  const ref = { execution, step, host: 'alpha' };
  await sink.createExecution({ execution, name: 'nightly', ...(job !== undefined && { job }), startedAt });
  const hosts = [{ id: 'alpha', name: 'alpha' }];
  await sink.startStep({ execution, step, name: step, order: 1, status: 'running', hosts, at: startedAt });
  await sink.append({ ...ref, firstNumber: 1, lines: columns(lines) });
  if (takes !== undefined) await sink.finishExecution({ execution, status: 'succeeded', at: startedAt + takes });
}

export const statisticsLaws: readonly Law[] = [
  {
    law: 'lines are counted by level, step and hour, repeated ones once',
    needs: 'statistics',
    async holds(subject) {
      const { sink } = subject;
      const recording = await Recording.begin(subject);
      const { execution } = recording;
      await recording.step('build', ['alpha', 'beta']);
      await recording.step('test', ['alpha'], 2);
      const alpha = { ...recording.ref('build', 'alpha'), firstNumber: 1 };
      const lines: NewLine[] = [
        { text: 'one', time: day, level: 'info' },
        { text: 'two', time: day + hour - 1, level: 'info' },
        { text: 'three', time: day + hour, level: 'error' },
      ];
      await sink.append({ ...alpha, lines: columns(lines.slice(0, 2)) });
      await sink.append({ ...alpha, lines: columns(lines) });
      await sink.append({ ...alpha, lines: columns(lines) });
      await recording.write('build', 'beta', [{ text: 'four', time: day + 5 * hour, level: 'warn' }]);
      await recording.write('test', 'alpha', [{ text: 'five', time: day }]);
      const counted = await counting(subject).statistics({ execution });
      expect(counted).toMatchObject({ lines: 5, levels: { none: 1, info: 2, warn: 1, error: 1 } });
      expect(counted.steps).toEqual([
        { step: 'build', lines: 4, levels: { info: 2, warn: 1, error: 1 } },
        { step: 'test', lines: 1, levels: { none: 1 } },
      ]);
      expect(counted.hours).toEqual([
        { hour: day, lines: 3, levels: { none: 1, info: 2 } },
        { hour: day + hour, lines: 1, levels: { error: 1 } },
        { hour: day + 5 * hour, lines: 1, levels: { warn: 1 } },
      ]);
      await recording.end('failed');
      const { lines: after, executions } = await counting(subject).statistics({});
      expect([after, executions.statuses]).toEqual([5, { failed: 1 }]);
    },
  },
  {
    law: 'lines without a time count as of the hour in which they came',
    needs: 'statistics',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const before = Math.floor(Date.now() / hour) * hour;
      await recording.write('build', 'alpha', ['timeless', { text: 'absurd', time: 1e300 }]);
      const { hours } = await counting(subject).statistics({ execution: scope.execution });
      expect(hours.map(({ lines }) => lines)).toEqual([2]);
      expect([before, before + hour]).toContain(hours[0]?.hour);
    },
  },
  {
    law: 'statistics can be narrowed to whole hours',
    needs: 'statistics',
    async holds(subject) {
      const lines = [0, 1, 2, 3].map((i) => ({ text: `line ${i}`, time: day + i * hour }));
      for (const [i, job] of ['one', 'two'].entries())
        await ran(subject.sink, { execution: job, job, startedAt: day + 2 * i * hour, takes: 5 }, lines);
      const asked = { since: day + 1.5 * hour, until: day + 2.5 * hour };
      const statistics = counting(subject);
      for (const query of [{ execution: 'one' }, { job: 'one' }]) {
        const narrowed = await statistics.statistics({ ...query, ...asked });
        expect(narrowed.hours.map(({ hour: at }) => (at - day) / hour)).toEqual([1, 2]);
        expect(narrowed).toMatchObject({ lines: 2, steps: [{ step: 'build', lines: 2 }] });
      }
      const all = await statistics.statistics(asked);
      expect(all).toMatchObject({ lines: 4, steps: [{ step: 'build', lines: 4 }] });
      expect(all.executions.statuses).toEqual({ succeeded: 1 });
    },
  },
  {
    law: 'equal errors count as one, and one of them is named',
    needs: 'statistics',
    async holds(subject) {
      const { recording, scope } = await oneHost(subject);
      const error = (text: string): NewLine => ({ text, level: 'error' });
      await recording.write('build', 'alpha', ['fine', error('2026-01-02T03:04:05Z disk 17 full after 3.5 s')]);
      await recording.write('build', 'alpha', [error('no such user "u-9"'), error('disk 4 full after 12 s')]);
      await recording.end('failed');
      const statistics = counting(subject);
      for (const query of [{ execution: scope.execution }, {}]) {
        const { errors } = await statistics.statistics(query);
        expect(errors.map(({ text, count }) => [text, count])).toEqual([
          ['disk # full after # s', 2],
          ['no such user <id>', 1],
        ]);
        const [first] = errors;
        if (!first) throw new Error('no error');
        const line = await lineAtPointer(subject.source, { execution: first.execution }, first.pointer);
        expect([first.execution, line?.number]).toEqual([scope.execution, 2]);
      }
    },
  },
  {
    law: "a job's statistics are those of its runs, running or not; those of nothing are everything's",
    needs: 'statistics',
    async holds(subject) {
      const { sink } = subject;
      const error: NewLine = { text: 'it broke', level: 'error' };
      await ran(sink, { execution: 'a', job: 'nightly', startedAt: day, takes: 10 }, ['x', error]);
      await ran(sink, { execution: 'b', job: 'nightly', startedAt: day + 1, takes: 30, step: 'test' }, ['x', error]);
      await ran(sink, { execution: 'c', job: 'nightly', startedAt: day + 2 }, ['x', 'y', error]);
      await ran(sink, { execution: 'd', job: 'other', startedAt: day + 3, takes: 80 }, [error]);
      await ran(sink, { execution: 'e', startedAt: day + 4, takes: 100 }, ['x']);
      const statistics = counting(subject);
      const nightly = await statistics.statistics({ job: 'nightly' });
      expect(nightly).toMatchObject({ lines: 7, levels: { none: 4, error: 3 } });
      expect(nightly.steps.map(({ step, lines }) => [step, lines])).toEqual([
        ['build', 5],
        ['test', 2],
      ]);
      expect(nightly.errors).toMatchObject([{ text: 'it broke', count: 3 }]);
      expect(nightly.executions).toEqual({
        statuses: { succeeded: 2, running: 1 },
        durations: { count: 2, mean: 20, median: 20, most: 30, least: 10 },
      });
      const all = await statistics.statistics({});
      expect(all).toMatchObject({ lines: 9, errors: [{ count: 4 }], executions: { statuses: { succeeded: 4 } } });
      expect(all.executions.durations).toMatchObject({ count: 4, mean: 55, median: 55 });
      expect(await statistics.statistics({ job: 'never' })).toEqual({
        ...{ lines: 0, levels: {}, steps: [], hours: [], errors: [] },
        executions: { statuses: {} },
      });
    },
  },
  {
    law: 'what is deleted is no longer counted',
    needs: 'statistics',
    binds: (capabilities) => capabilities.delete,
    async holds(subject) {
      const { sink, admin } = subject;
      if (!admin) return;
      const error: NewLine = { text: 'it broke', level: 'error' };
      await ran(sink, { execution: 'old', job: 'j', startedAt: day, takes: 1, step: 'gone' }, ['x', error, error]);
      await ran(sink, { execution: 'new', job: 'j', startedAt: day + 1, takes: 1 }, ['x', error]);
      await admin.deleteExecution({ execution: 'new' });
      for (const query of [{ job: 'j' }, {}]) {
        const left = await counting(subject).statistics(query);
        expect(left).toMatchObject({
          lines: 3,
          levels: { none: 1, error: 2 },
          errors: [{ count: 2, execution: 'old' }],
        });
        expect(left.steps.map(({ step }) => step)).toEqual(['gone']);
        expect(left.executions.statuses).toEqual({ succeeded: 1 });
      }
    },
  },
  {
    law: 'metrics are told in their order, a repeated one once, and none after the end',
    needs: 'statistics',
    async holds(subject) {
      const { sink } = subject;
      const { recording, scope } = await oneHost(subject);
      const { execution } = scope;
      const told = [
        { name: 'files', value: 3, at: day + 5 },
        { name: 'size', value: 1.5, unit: 'MB', at: day, step: 'build', host: 'alpha' },
        { name: 'files', value: 4, at: day + 5 },
      ];
      for (const metric of told) await sink.metric?.({ execution, ...metric });
      await sink.metric?.({ execution, ...told[0], name: 'files', value: 3, at: day + 5 });
      await recording.end();
      for (const metric of told) await sink.metric?.({ execution, ...metric });
      const late = sink.metric?.({ execution, name: 'late', value: 1, at: day });
      await expect(late).rejects.toMatchObject({ code: 'invalidRequest' });
      expect(await counting(subject).metrics(scope)).toEqual(told);
    },
  },
  {
    law: 'statistics and metrics of what is not there are notFound',
    needs: 'statistics',
    async holds(subject) {
      await Recording.begin(subject);
      const statistics = counting(subject);
      await expect(statistics.statistics({ execution: 'no' })).rejects.toMatchObject({ code: 'notFound' });
      await expect(statistics.metrics({ execution: 'no' })).rejects.toMatchObject({ code: 'notFound' });
      const told = subject.sink.metric?.({ execution: 'no', name: 'n', value: 1, at: day });
      await expect(told).rejects.toMatchObject({ code: 'notFound' });
    },
  },
];
