import type { RunResult } from '../record/runResult.ts';
import { paintStatus, type Paint } from './paint.ts';
import { cell, table } from './table.ts';
import { durationWords } from './times.ts';

/** How a run went, step by step and host by host, and where to look next; `to` when it was not recorded into the local store. */
export function resultTable(result: RunResult, paint: Paint, to?: string): string {
  const sorted = result.results.toSorted((a, b) => a.order - b.order || a.host.localeCompare(b.host));
  const rows = sorted.map((row) => [
    cell([...row.path, row.name].join(' › ')),
    cell(row.host),
    paintStatus(paint, row.status) + (row.ignored ? ' (ignored)' : ''),
    row.exitCode === undefined ? '' : String(row.exitCode),
    row.startedAt === undefined ? '' : durationWords(row.endedAt - row.startedAt),
    row.lines.toLocaleString('en'),
  ]);
  const took = durationWords(result.endedAt - result.startedAt);
  const why = result.message === undefined ? '' : `: ${cell(result.message, 200)}`;
  const end = `${paintStatus(paint, result.status)} in ${took}${why}`;
  const from =
    to === undefined ? '' : ` --from ${/^[\w@:/.+=,-]+$/.test(to) ? to : `'${to.replaceAll("'", `'\\''`)}'`}`;
  const next = `See it with: execlogs show ${result.execution}${from}`;
  return `\n${table(['step', 'host', 'status', 'exit', 'time', 'lines'], rows, [3, 4, 5])}\n${end}\n${next}\n`;
}

/** What was not recorded, one thing a line; empty when all was. */
export function lossWords({ losses }: RunResult): string {
  const lines = losses.lines.map(({ step, host, words }) => `execlogs: ${step} on ${host}: ${words}\n`);
  if (losses.failure !== undefined) lines.push(`execlogs: the end of this run is not recorded. ${losses.failure}\n`);
  return lines.join('');
}
