import { isoTime } from '../../base/isoTime.ts';
import type { Metric, Statistics } from '../../model/statistics.ts';
import { levels } from '../../model/line.ts';
import type { LevelCounts } from '../../model/statistics.ts';
import { statuses } from '../../model/status.ts';
import { levelWord, levelWords, statusWord } from './words.ts';

/** Counts in the words of document 001's system. */
export function toStatistics({ lines, levels: counts, steps, hours, errors, executions }: Statistics) {
  const { durations } = executions;
  return {
    total_logs: lines,
    by_level: byLevel(counts),
    by_step: steps.map((step) => ({ step: step.step, count: step.lines, by_level: byLevel(step.levels) })),
    by_hour: hours.map((hour) => ({ hour: isoTime(hour.hour), count: hour.lines, by_level: byLevel(hour.levels) })),
    top_errors: errors.map(({ text, count, execution, pointer }) => {
      return { message: text, count, job_run_id: execution, log_id: pointer };
    }),
    runs: {
      total: statuses.reduce((sum, status) => sum + (executions.statuses[status] ?? 0), 0),
      by_status: byStatus(executions.statuses),
      duration_ms: durations
        ? {
            count: durations.count,
            mean: durations.mean,
            median: durations.median,
            max: durations.most,
            min: durations.least,
          }
        : null,
    },
  };
}

/** Every word is there, zeros too. */
function byLevel(counts: LevelCounts): Record<string, number> {
  const sums = new Map(levelWords.map((word): [string, number] => [word, 0]));
  for (const level of levels) {
    const word = levelWord(level);
    sums.set(word, (sums.get(word) ?? 0) + (counts[level] ?? 0));
  }
  return Object.fromEntries(sums);
}

/** What each metric of a run came to. */
export function summaryOf(metrics: readonly Metric[]) {
  const byName = new Map<string, Metric[]>();
  for (const metric of metrics) byName.set(metric.name, [...(byName.get(metric.name) ?? []), metric]);
  return [...byName].map(([metric_name, told]) => {
    const values = told.map(({ value }) => value);
    return {
      metric_name,
      unit: told.at(-1)?.unit ?? null,
      count: values.length,
      min: values.reduce((a, b) => Math.min(a, b)),
      max: values.reduce((a, b) => Math.max(a, b)),
      mean: values.reduce((a, b) => a + b) / values.length,
      last: values.at(-1) ?? null,
    };
  });
}

function byStatus(counts: Statistics['executions']['statuses']): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const status of statuses) {
    const count = counts[status];
    if (count) sums[statusWord(status)] = (sums[statusWord(status)] ?? 0) + count;
  }
  return sums;
}
