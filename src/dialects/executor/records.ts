import { parseTime } from '../../base/parseTime.ts';
import {
  durationOf,
  type Execution,
  type ExecutionSummary,
  type HostResult,
  type Invocation,
  type StatusChange,
  type StatusCounts,
  type Step,
} from '../../model/execution.ts';
import type { ExecutionList, StepResult } from '../../model/page.ts';
import { pointer } from '../../model/pointer.ts';
import { isFinished, statuses, type Status } from '../../model/status.ts';
import { Received, type Fault } from './received.ts';
import { statusWord } from './words.ts';

/** The model's records in the words of document 000 and ops-jobs, with what they have no word for beside it. */

type Timed = Pick<ExecutionSummary, 'status' | 'rawStatus' | 'startedAt' | 'endedAt' | 'message'>;

function toRecord(execution: ExecutionSummary, now: number) {
  const { id, name, kind, job, user, createdAt, url, invocation, message, status } = execution;
  return {
    id,
    execution_id: id,
    execution_type: kind ?? null,
    job_id: job ?? null,
    name,
    ...toTimed(execution, now),
    created_at: toTime(createdAt),
    executed_by_name: user ?? null,
    is_running: !isFinished(status),
    is_completed: isFinished(status),
    error_message: message ?? '',
    execution_parameters: invocation ?? {},
    url: url ?? null,
  };
}

function fromRecord(record: Received): ExecutionSummary {
  const kind = record.optionalText('execution_type');
  const job = record.optionalText('job_id');
  const user = record.optionalText('executed_by_name');
  const createdAt = timeIn(record, 'created_at');
  const url = record.optionalText('url');
  const invocation = invocationIn(record.optionalObject('execution_parameters'));
  return {
    id: record.text('id'),
    name: record.text('name'),
    ...timedIn(record, 'error_message'),
    ...(kind !== undefined && { kind }),
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(createdAt !== undefined && { createdAt }),
    ...(url !== undefined && { url }),
    ...(invocation && { invocation }),
  };
}

/** `realtime_urls` only while something may still come, as ops-jobs does. */
export function toDetail(execution: Execution, now: number) {
  const { steps, history, status } = execution;
  return {
    ...toRecord(execution, now),
    steps: steps.map((step) => toStep(step, now)),
    ...(history && { status_history: history.map(({ status: state, at }) => ({ state, at: toTime(at) })) }),
    realtime_urls: isFinished(status) ? null : realtimeUrls(execution.id),
  };
}

export function fromDetail(value: unknown, fault: Fault): Execution {
  const detail = new Received(value, 'The execution', fault);
  const history = detail.optionalList('status_history') && detail.objects('status_history').map(changeIn);
  return { ...fromRecord(detail), steps: detail.objects('steps').map(stepIn), ...(history && { history }) };
}

export function toList({ executions, next, total, notice }: ExecutionList, now: number) {
  return {
    ...(total !== undefined && { total }),
    results: executions.map((execution) => toRecord(execution, now)),
    next_cursor: next ?? null,
    ...(notice !== undefined && { notice }),
  };
}

export function fromList(value: unknown, fault: Fault): ExecutionList {
  const list = new Received(value, 'The list of executions', fault);
  const next = list.optionalText('next_cursor');
  const total = list.optionalCount('total');
  const notice = list.optionalText('notice');
  return {
    executions: list.objects('results').map(fromRecord),
    ...(next !== undefined && { next }),
    ...(total !== undefined && { total }),
    ...(notice !== undefined && { notice }),
  };
}

export function toStepResult({ step, hosts, next, counts }: StepResult, now: number) {
  return {
    ...toStep(step, now),
    step_id: step.id,
    hosts: hosts.map((host) => toHost(host, now)),
    counts,
    next_cursor: next ?? null,
  };
}

export function fromStepResult(value: unknown, fault: Fault): StepResult {
  const result = new Received(value, 'The result of the step', fault);
  const next = result.optionalText('next_cursor');
  return {
    step: stepIn(result),
    hosts: result.objects('hosts').map(hostIn),
    ...(next !== undefined && { next }),
    counts: countsIn(result.object('counts')),
  };
}

function toStep(step: Step, now: number) {
  const { id, name, order, path, hosts, message } = step;
  return {
    id,
    name,
    step_name: name,
    step_order: order,
    ...toTimed(step, now),
    message: message ?? null,
    ...(path && { path }),
    ...(hosts && { host_count: sum(hosts), host_counts: hosts }),
  };
}

function stepIn(step: Received): Step {
  const path = step.optionalList('path') && step.texts('path');
  const hosts = step.optionalObject('host_counts');
  return {
    id: step.text('id'),
    name: step.text('step_name'),
    order: step.number('step_order'),
    ...timedIn(step, 'message'),
    ...(path && { path }),
    ...(hosts && { hosts: countsIn(hosts) }),
  };
}

function toHost(host: HostResult, now: number) {
  const { id, name, address, exitCode, ignored, lines, errors, firstError, message } = host;
  return {
    id,
    name,
    ip: address ?? null,
    ...toTimed(host, now),
    exit_code: exitCode ?? null,
    ...(ignored && { ignored }),
    message: message ?? null,
    lines: lines ?? null,
    errors: errors ?? null,
    first_error: firstError ?? null,
  };
}

function hostIn(host: Received): HostResult {
  const address = host.optionalText('ip');
  const exitCode = host.optionalNumber('exit_code');
  const lines = host.optionalCount('lines');
  const errors = host.optionalCount('errors');
  const firstError = host.optionalText('first_error');
  return {
    id: host.text('id'),
    name: host.text('name'),
    ...timedIn(host, 'message'),
    ...(address !== undefined && { address }),
    ...(exitCode !== undefined && { exitCode }),
    ...(host.value('ignored') === true && { ignored: true }),
    ...(lines !== undefined && { lines }),
    ...(errors !== undefined && { errors }),
    ...(firstError !== undefined && { firstError: pointer(firstError) }),
  };
}

/** `duration` in seconds, up to now while it goes on. */
function toTimed(timed: Timed, now: number) {
  const { status, rawStatus, startedAt, endedAt } = timed;
  const duration = durationOf(timed, now);
  return {
    status: statusWord(status),
    state: status,
    ...(rawStatus !== undefined && { raw_status: rawStatus }),
    started_at: toTime(startedAt),
    finished_at: toTime(endedAt),
    duration: duration === undefined ? null : duration / 1_000,
  };
}

function timedIn(record: Received, messageKey: string): Timed {
  const rawStatus = record.optionalText('raw_status');
  const startedAt = timeIn(record, 'started_at');
  const endedAt = timeIn(record, 'finished_at');
  const message = record.optionalText(messageKey);
  return {
    status: record.word('state', statuses),
    ...(rawStatus !== undefined && { rawStatus }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && message !== '' && { message }),
  };
}

function countsIn(counts: Received): StatusCounts {
  const found: Partial<Record<Status, number>> = {};
  for (const status of statuses) {
    const count = counts.optionalCount(status);
    if (count !== undefined) found[status] = count;
  }
  return found;
}

function changeIn(change: Received): StatusChange {
  return { status: change.word('state', statuses), at: timeIn(change, 'at') ?? 0 };
}

function invocationIn(parameters: Received | undefined): Invocation | undefined {
  if (parameters?.value('command') === undefined) return undefined;
  return { command: parameters.texts('command'), directory: parameters.text('directory') };
}

function timeIn(record: Received, key: string): number | undefined {
  const value = record.value(key);
  return value === undefined ? undefined : (parseTime(value) ?? undefined);
}

/** ISO 8601 with milliseconds and `Z`; null for none, or one that no calendar has. */
function toTime(time: number | undefined): string | null {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function realtimeUrls(id: string) {
  const url = (kind: string): string => `/api/realtime/sse/${kind}/${encodeURIComponent(id)}/`;
  return { logs: url('logs'), status: url('status'), combined: url('combined') };
}

function sum(counts: StatusCounts): number {
  return Object.values(counts).reduce((all, count) => all + count, 0);
}
