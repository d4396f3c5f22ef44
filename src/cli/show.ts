import { durationOf, type Execution, type HostResult, type Step } from '../model/execution.ts';
import type { StatusCounts } from '../model/execution.ts';
import type { LogSource } from '../model/source.ts';
import type { Verb } from './commandLine.ts';
import { fromOptions, jsonOption, openFrom } from './connection.ts';
import { exitCodes } from './exitCodes.ts';
import { namedExecution } from './namedExecution.ts';
import { paintFor, paintStatus } from './paint.ts';
import { print, printJson } from './printer.ts';
import { cell, table } from './table.ts';
import { agoWords, durationWords } from './times.ts';

interface StepWithHosts extends Omit<Step, 'hosts'> {
  readonly hosts: readonly HostResult[];
  readonly counts: StatusCounts;
}

export const show: Verb = {
  name: 'show',
  operands: '<execution>',
  summary: 'Show the steps and hosts of an execution.',
  options: { ...fromOptions, json: jsonOption },
  async run(words) {
    const name = words.operand('execution');
    const opened = await openFrom(words);
    await using _ = opened;
    const execution = await namedExecution(opened.source, name);
    const steps: StepWithHosts[] = [];
    for (const step of execution.steps) steps.push(await withHosts(opened.source, execution.id, step));
    if (words.flag('json')) await printJson({ ...execution, steps });
    else await print(text(execution, steps));
    return exitCodes.done;
  },
};

async function withHosts(source: LogSource, execution: string, step: Step): Promise<StepWithHosts> {
  const hosts: HostResult[] = [];
  let counts: StatusCounts = {};
  let cursor: string | undefined;
  do {
    const page = await source.getStepResult({ execution, step: step.id, ...(cursor !== undefined && { cursor }) });
    hosts.push(...page.hosts);
    counts = page.counts;
    cursor = page.next;
  } while (cursor !== undefined);
  return { ...step, hosts, counts };
}

function text(execution: Execution, steps: readonly StepWithHosts[]): string {
  const paint = paintFor(process.stdout);
  const now = Date.now();
  const head = [
    `${paint('bold', cell(execution.name, 200))}  ${paintStatus(paint, execution.status)}`,
    [
      cell(execution.id),
      durationWords(durationOf(execution, now)),
      agoWords(execution.startedAt, now),
      execution.user ?? '',
    ]
      .filter((word) => word !== '')
      .join(' · '),
    execution.message === undefined ? '' : cell(execution.message, 200),
  ].filter((line) => line !== '');
  const rows = steps.flatMap((step) =>
    step.hosts.map((host, index) => [
      index === 0 ? cell([...(step.path ?? []), step.name].join(' › ')) : '',
      index === 0 ? cell(step.id) : '',
      cell(host.name),
      paintStatus(paint, host.status) + (host.ignored ? ' (ignored)' : ''),
      host.exitCode === undefined ? '' : String(host.exitCode),
      durationWords(durationOf(host, now)),
      (host.lines ?? 0).toLocaleString('en'),
      host.errors ? paint('red', host.errors.toLocaleString('en')) : '',
      cell(host.message ?? '', 100),
    ]),
  );
  const columns = ['step', 'id', 'host', 'status', 'exit', 'time', 'lines', 'errors', 'message'];
  return `${head.join('\n')}\n\n${table(columns, rows, [4, 5, 6, 7])}`;
}
