import { hoursOf } from '../../base/hours.ts';
import { Tally } from '../../base/tally.ts';
import { LogError } from '../../model/errors.ts';
import { pointer } from '../../model/pointer.ts';
import type { NewMetric } from '../../model/sink.ts';
import type { Statistics, StatisticsQuery } from '../../model/statistics.ts';
import type { LineColumns } from '../../model/line.ts';
import { isFinished } from '../../model/status.ts';
import { countLines } from '../../text/countLines.ts';
import { summaryOf } from './read.ts';
import type { HeldExecution, HeldHost, HeldStatistics, Records } from './records.ts';

const mostTexts = 200;
const mostMetrics = 10_000;

export function noStatistics(): HeldStatistics {
  return { lines: new Map(), errors: new Map(), metrics: new Map() };
}

/** Counts lines of a host that are new, the first of which has this number. */
export function addCounts(execution: HeldExecution, { origin }: HeldHost, lines: LineColumns, first: number): void {
  const { lines: held, errors: texts } = execution.statistics;
  const { hours, errors } = countLines(lines, 0, lines.count, Date.now());
  for (const [hour, counts] of hours) {
    const key = `${hour} ${origin.step}`;
    const known = held.get(key);
    if (!known) held.set(key, { step: origin.step, hour, counts: [...counts] });
    else for (const [level, count] of counts.entries()) known.counts[level] = (known.counts[level] ?? 0) + count;
  }
  for (const [text, { count, first: line }] of errors) {
    const known = texts.get(text);
    if (known) texts.set(text, { ...known, count: known.count + count });
    else if (texts.size < mostTexts)
      texts.set(text, {
        ...{ text, count, execution: execution.about.execution },
        pointer: pointer(`${origin.pointerPrefix}${first + line}`),
      });
  }
}

export function addMetric(held: HeldExecution, { execution: _, ...metric }: NewMetric): void {
  const { metrics } = held.statistics;
  const key = JSON.stringify([metric.name, metric.value, metric.unit, metric.at, metric.step, metric.host]);
  if (metrics.has(key)) return;
  if (isFinished(held.status))
    throw new LogError('invalidRequest', `Execution "${held.about.execution}" has ended; it tells nothing more.`);
  metrics.set(key, metric);
  for (const oldest of metrics.keys()) {
    if (metrics.size <= mostMetrics) break;
    metrics.delete(oldest);
  }
}

/** Throws notFound. */
export function statisticsOf(records: Records, query: StatisticsQuery): Statistics {
  const tally = new Tally();
  const range = hoursOf(query);
  const isIn = (time: number): boolean => !range || (time >= range.from && time < range.to);
  for (const held of query.execution === undefined
    ? records.executions.values()
    : [records.execution({ execution: query.execution })]) {
    const summary = summaryOf(held);
    if (query.job !== undefined && summary.job !== query.job) continue;
    for (const { step, hour, counts } of held.statistics.lines.values())
      if (isIn(hour)) tally.addLines(step, hour, counts);
    if (query.execution === undefined && !isIn(summary.createdAt ?? 0)) continue;
    for (const error of held.statistics.errors.values()) tally.addError(error);
    tally.addExecution(summary);
  }
  return tally.statistics();
}
