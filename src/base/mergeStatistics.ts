import { levels } from '../model/line.ts';
import type { Durations, LevelCounts, Statistics } from '../model/statistics.ts';
import { statuses, type Status } from '../model/status.ts';
import { Tally } from './tally.ts';

/**
 * The statistics of several places as one. What each has left out stays out; the median is the middle of theirs, each
 * counting as often as it has executions. Of lines that say the same the last place's is named.
 */
export function mergeStatistics(parts: readonly Statistics[]): Statistics {
  const tally = new Tally();
  for (const { steps, hours, errors } of parts) {
    for (const { step, levels: counts } of steps) tally.addStep(step, countsIn(counts));
    for (const { hour, levels: counts } of hours) tally.addHour(hour, countsIn(counts));
    for (const error of errors) tally.addError(error);
  }
  const merged = tally.statistics();
  const counts: Partial<Record<Status, number>> = {};
  for (const status of statuses) {
    const count = sum(parts.map(({ executions }) => executions.statuses[status] ?? 0));
    if (count > 0) counts[status] = count;
  }
  const durations = mergeDurations(parts.flatMap(({ executions }) => executions.durations ?? []));
  return {
    ...merged,
    lines: sum(parts.map(({ lines }) => lines)),
    levels: sumLevels(parts.map(({ levels: counted }) => counted)),
    executions: { statuses: counts, ...(durations && { durations }) },
  };
}

function mergeDurations(parts: readonly Durations[]): Durations | undefined {
  const count = sum(parts.map((part) => part.count));
  if (count === 0) return undefined;
  return {
    count,
    mean: sum(parts.map((part) => part.mean * part.count)) / count,
    median: middleOf(parts, count),
    most: Math.max(...parts.map(({ most }) => most)),
    least: Math.min(...parts.map(({ least }) => least)),
  };
}

function middleOf(parts: readonly Durations[], count: number): number {
  let seen = 0;
  for (const part of parts.toSorted((a, b) => a.median - b.median)) {
    seen += part.count;
    if (seen * 2 >= count) return part.median;
  }
  return 0;
}

function sumLevels(parts: readonly LevelCounts[]): LevelCounts {
  return Object.fromEntries(
    levels
      .map((level) => [level, sum(parts.map((part) => part[level] ?? 0))] as const)
      .filter(([, count]) => count > 0),
  );
}

function countsIn(counts: LevelCounts): number[] {
  return levels.map((level) => counts[level] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
