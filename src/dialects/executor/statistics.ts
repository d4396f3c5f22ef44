import { parseTime } from '../../base/parseTime.ts';
import { levels, type Level } from '../../model/line.ts';
import { pointer } from '../../model/pointer.ts';
import type { NewMetric } from '../../model/sink.ts';
import type { LevelCounts, Metric, Statistics, StatisticsQuery } from '../../model/statistics.ts';
import { statuses, type Status } from '../../model/status.ts';
import { textParam, timeParam } from './params.ts';
import { Received, type Fault } from './received.ts';
import { timeIn } from './writes.ts';

/** Statistics and metrics as they cross the wire: the model's objects, with times in ISO 8601. */

/** `readStatisticsQuery` reads it back. */
export function statisticsParams({ execution, job, since, until }: StatisticsQuery): URLSearchParams {
  const params = new URLSearchParams();
  if (execution !== undefined) params.set('execution', execution);
  if (job !== undefined) params.set('job', job);
  if (since !== undefined) params.set('since', String(since));
  if (until !== undefined) params.set('until', String(until));
  return params;
}

export function readStatisticsQuery(params: URLSearchParams): StatisticsQuery {
  const execution = textParam(params, 'execution');
  const job = textParam(params, 'job');
  const since = timeParam(params, 'since');
  const until = timeParam(params, 'until');
  return {
    ...(execution !== undefined && { execution }),
    ...(job !== undefined && { job }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

export function toStatistics(statistics: Statistics) {
  return { ...statistics, hours: statistics.hours.map(({ hour, ...rest }) => ({ hour: toTime(hour), ...rest })) };
}

export function fromStatistics(value: unknown, fault: Fault): Statistics {
  const told = new Received(value, 'The statistics', fault);
  const executions = told.object('executions');
  const durations = executions.optionalObject('durations');
  return {
    lines: told.count('lines'),
    levels: levelsIn(told.object('levels')),
    steps: told.objects('steps').map((step) => ({ step: step.text('step'), ...linesIn(step) })),
    hours: told.objects('hours').map((hour) => ({ hour: parseTime(hour.text('hour')) ?? 0, ...linesIn(hour) })),
    errors: told.objects('errors').map((error) => ({
      text: error.text('text'),
      count: error.count('count'),
      execution: error.text('execution'),
      pointer: pointer(error.text('pointer')),
    })),
    executions: {
      statuses: countsIn<Status>(executions.object('statuses'), statuses),
      ...(durations && {
        durations: {
          count: durations.count('count'),
          mean: durations.number('mean'),
          median: durations.number('median'),
          most: durations.number('most'),
          least: durations.number('least'),
        },
      }),
    },
  };
}

export function toMetrics(metrics: readonly Metric[]) {
  return { metrics: metrics.map(({ at, ...metric }) => ({ ...metric, at: toTime(at) })) };
}

export function fromMetrics(value: unknown, fault: Fault): Metric[] {
  const told = new Received(value, 'The metrics', fault);
  return told.objects('metrics').map((metric) => metricIn(metric, parseTime(metric.text('at')) ?? 0));
}

/** What a writer sends. */
export function readNewMetric(execution: string, body: unknown, now: number): NewMetric {
  const metric = new Received(body, 'The metric', 'invalidRequest');
  return { execution, ...metricIn(metric, timeIn(metric, 'at', now)) };
}

function metricIn(metric: Received, at: number): Metric {
  const [unit, step, host] = ['unit', 'step', 'host'].map((key) => metric.optionalText(key));
  return {
    name: metric.text('name'),
    value: metric.number('value'),
    ...(unit !== undefined && { unit }),
    at,
    ...(step !== undefined && { step }),
    ...(host !== undefined && { host }),
  };
}

function linesIn(part: Received): { lines: number; levels: LevelCounts } {
  return { lines: part.count('lines'), levels: levelsIn(part.object('levels')) };
}

function levelsIn(counts: Received): LevelCounts {
  return countsIn<Level>(counts, levels);
}

function countsIn<T extends string>(counts: Received, words: readonly T[]): Partial<Record<T, number>> {
  const found: Partial<Record<T, number>> = {};
  for (const word of words) {
    const count = counts.optionalCount(word);
    if (count !== undefined) found[word] = count;
  }
  return found;
}

function toTime(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
