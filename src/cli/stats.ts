import { parseTime } from '../base/parseTime.ts';
import { LogError } from '../model/errors.ts';
import { levels } from '../model/line.ts';
import type { LevelCounts, Metric, Statistics } from '../model/statistics.ts';
import { statuses } from '../model/status.ts';
import { usageError, type Verb, type Words } from './commandLine.ts';
import { fromOptions, jsonOption, openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { namedExecution } from './namedExecution.ts';
import { paintFor, paintStatus, type Paint } from './paint.ts';
import { print, printJson } from './printer.ts';
import { cell, table } from './table.ts';
import { durationWords } from './times.ts';

const shownHours = 24;
const shownMetrics = 20;

export const stats: Verb = {
  name: 'stats',
  operands: '[<execution>]',
  summary: 'Count lines, errors and durations.',
  about: 'Of one execution, of all runs of a job, or, with neither, of everything. Counted as lines were recorded.',
  options: {
    ...fromOptions,
    job: { type: 'string', value: 'id', help: 'Only runs of this job' },
    since: { type: 'string', value: 'time', help: 'Only lines from the hour of this time on, like 2026-01-31T08:00Z' },
    json: { ...jsonOption, help: 'Print the statistics as one JSON object and nothing else' },
  },
  async run(words) {
    const [name, ...more] = words.operands;
    if (more.length > 0) throw usageError(`One execution at a time: "${more.join(' ')}" is too much.`);
    const job = words.text('job');
    if (name !== undefined && job !== undefined) throw usageError('An execution and --job exclude each other.');
    const since = sinceOf(words);
    const opened = await openFrom(words);
    await using _ = opened;
    const { source, statistics } = opened;
    if (!statistics)
      throw new LogError(
        'invalidRequest',
        'Nothing is counted there. Counts are kept by stores, by our layout in Redis, and by services of ours.',
      );
    const execution = name === undefined ? undefined : (await namedExecution(source, name)).id;
    const counted = await statistics.statistics({
      ...(execution !== undefined && { execution }),
      ...(job !== undefined && { job }),
      ...(since !== undefined && { since }),
    });
    const metrics = execution === undefined ? [] : await statistics.metrics({ execution });
    if (words.flag('json')) await printJson(execution === undefined ? counted : { ...counted, metrics });
    else await print(text(counted, metrics));
    return exitCodes.done;
  },
};

function sinceOf(words: Words): number | undefined {
  const typed = words.text('since');
  if (typed === undefined) return undefined;
  const time = parseTime(typed);
  if (time === undefined) throw usageError(`--since takes a time in ISO 8601, like 2026-01-31T08:00Z, not "${typed}".`);
  return time;
}

function text({ lines, levels: counts, steps, hours, errors, executions }: Statistics, metrics: readonly Metric[]) {
  const paint = paintFor(process.stdout);
  const parts = [
    `${paint('bold', `${number(lines)} lines`)}${levelWords(counts, paint)}\n${ends(executions, paint)}\n`,
  ];
  if (steps.length > 0)
    parts.push(
      rows(
        ['step', 'lines', 'levels'],
        steps.map((one) => [cell(one.step), number(one.lines), words(one.levels, paint)]),
      ),
    );
  if (hours.length > 0)
    parts.push(
      rows(
        ['hour', 'lines', 'levels'],
        hours.slice(-shownHours).map((one) => [hourWords(one.hour), number(one.lines), words(one.levels, paint)]),
      ),
    );
  if (errors.length > 0)
    parts.push(
      rows(
        ['error', 'times', 'execution'],
        errors.map((one) => [cell(one.text, 100), number(one.count), cell(one.execution)]),
      ),
    );
  if (metrics.length > 0)
    parts.push(
      rows(
        ['metric', 'value', 'unit', 'step'],
        metrics
          .slice(-shownMetrics)
          .map((one) => [...[cell(one.name), String(one.value), cell(one.unit ?? ''), cell(one.step ?? '')]]),
      ),
    );
  return parts.join('\n');
}

function ends({ statuses: counts, durations }: Statistics['executions'], paint: Paint): string {
  const told = statuses.flatMap((status) => {
    const count = counts[status];
    return count === undefined ? [] : [`${number(count)} ${paintStatus(paint, status)}`];
  });
  const took = durations
    ? ` · took ${durationWords(durations.median)} (${durationWords(durations.least)} to ${durationWords(durations.most)})`
    : '';
  return told.length === 0 ? 'no executions' : `${told.join(' · ')}${took}`;
}

function levelWords(counts: LevelCounts, paint: Paint): string {
  const said = words(counts, paint);
  return said === '' ? '' : `: ${said}`;
}

/** Levels that lines have, the gravest first. */
function words(counts: LevelCounts, paint: Paint): string {
  return levels
    .toReversed()
    .filter((level) => level !== 'none' && counts[level] !== undefined)
    .map((level) => {
      const said = `${number(counts[level] ?? 0)} ${level}`;
      return level === 'error' || level === 'fatal' ? paint('red', said) : said;
    })
    .join(', ');
}

function rows(head: readonly string[], all: readonly (readonly string[])[]): string {
  return table(head, all, [1]);
}

function hourWords(hour: number): string {
  return new Date(hour).toISOString().replace(':00.000Z', 'Z');
}

function number(value: number): string {
  return value.toLocaleString('en');
}
