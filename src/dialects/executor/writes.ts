import { parseTime } from '../../base/parseTime.ts';
import { LogError } from '../../model/errors.ts';
import type { Invocation } from '../../model/execution.ts';
import type { Ending, ExecutionEnd, HostEnd, HostOutcome, NewExecution, StepRef, StepStart } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import { Received } from './received.ts';
import { statusesOf } from './words.ts';

/** What writers send: the model's objects as JSON, with times in ISO 8601 or milliseconds, now when they are not said. */

export function readNewExecution(body: unknown, now: number): NewExecution {
  const about = new Received(body, 'The execution', 'invalidRequest');
  const kind = about.optionalText('kind');
  const job = about.optionalText('job');
  const user = about.optionalText('user');
  const invocation = about.optionalObject('invocation');
  return {
    execution: idIn(about, 'execution'),
    name: about.text('name'),
    ...(kind !== undefined && { kind }),
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(invocation && { invocation: invocationIn(invocation) }),
    startedAt: timeIn(about, 'startedAt', now),
  };
}

export function readStepStart(execution: string, body: unknown, now: number): StepStart {
  const start = new Received(body, 'The step', 'invalidRequest');
  const step = idIn(start, 'step');
  const order = start.optionalCount('order') ?? 1;
  if (order < 1) throw start.wrong('has no "order": a whole number from 1');
  const path = start.value('path') === undefined ? undefined : start.texts('path');
  return {
    execution,
    step,
    name: start.optionalText('name') ?? step,
    order,
    ...(path && { path }),
    status: start.value('status') === undefined ? 'running' : start.word('status', ['pending', 'running']),
    hosts: start.value('hosts') === undefined ? [] : start.objects('hosts').map(hostIn),
    at: timeIn(start, 'at', now),
  };
}

/** When something began, from a body that may be left out. */
export function readBeginning(body: unknown, now: number): number {
  return body === undefined ? now : timeIn(new Received(body, 'The beginning', 'invalidRequest'), 'at', now);
}

/** The end of an execution, with what its run knows of its hosts. */
export function readExecutionEnd(execution: string, body: unknown, now: number): ExecutionEnd {
  const end = new Received(body, 'The end', 'invalidRequest');
  const results =
    end.value('results') === undefined ? undefined : end.objects('results').map((one) => outcomeIn(one, now));
  const { status, rawStatus, message, at } = readEnding(body, now);
  return {
    ...{ execution, status, at },
    ...(rawStatus !== undefined && { rawStatus }),
    ...(message !== undefined && { message }),
    ...(results && { results }),
  };
}

function outcomeIn(result: Received, now: number): HostOutcome {
  const [exitCode, message] = [result.optionalNumber('exitCode'), result.optionalText('message')];
  return {
    step: idIn(result, 'step'),
    host: idIn(result, 'host'),
    status: endStatusIn(result),
    ...(exitCode !== undefined && { exitCode }),
    ...(message !== undefined && { message }),
    ...(result.value('ignored') === true && { ignored: true }),
    ...(result.value('startedAt') !== undefined && { startedAt: timeIn(result, 'startedAt', now) }),
    endedAt: timeIn(result, 'endedAt', now),
  };
}

export function readEnding(body: unknown, now: number): Ending & Pick<HostEnd, 'exitCode' | 'ignored'> {
  const end = new Received(body, 'The end', 'invalidRequest');
  const rawStatus = end.optionalText('rawStatus');
  const message = end.optionalText('message');
  const exitCode = end.optionalNumber('exitCode');
  return {
    status: endStatusIn(end),
    ...(rawStatus !== undefined && { rawStatus }),
    ...(message !== undefined && { message }),
    ...(exitCode !== undefined && { exitCode }),
    ...(end.value('ignored') === true && { ignored: true }),
    at: timeIn(end, 'at', now),
  };
}

/** Throws invalidRequest when the body speaks of something else than its path. */
export function checkNamed(body: unknown, ref: StepRef | { readonly execution: string }): void {
  const named = new Received(body, 'The body', 'invalidRequest');
  for (const [key, id] of Object.entries(ref)) {
    const said = named.optionalText(key);
    if (said !== undefined && said !== id)
      throw new LogError('invalidRequest', `The body is about ${key} "${said}", but its path about "${id}".`);
  }
}

/** Our word, or the one of ops-jobs. */
function endStatusIn(end: Received): Status {
  const said = end.text('status');
  const [status] = statusesOf(said);
  if (status === undefined || !isFinished(status))
    throw end.wrong(
      'has no "status" that ends it: succeeded, failed, partial, skipped, cancelled, timedOut, interrupted',
    );
  return status;
}

function hostIn(host: Received): StepStart['hosts'][number] {
  const id = idIn(host, 'id');
  const address = host.optionalText('address');
  return { id, name: host.optionalText('name') ?? id, ...(address !== undefined && { address }) };
}

function invocationIn(invocation: Received): Invocation {
  return { command: invocation.texts('command'), directory: invocation.text('directory') };
}

/** No path could hold a longer one, nor these. */
function idIn(from: Received, key: string): string {
  const id = from.text(key);
  if (id === '' || id === '.' || id === '..' || id.length > 1_024 || /\p{Surrogate}/u.test(id))
    throw from.wrong(`has no usable "${key}": 1 to 1,024 characters, and not only dots`);
  return id;
}

export function timeIn(from: Received, key: string, now: number): number {
  const value = from.value(key);
  if (value === undefined) return now;
  const time = typeof value === 'number' && Number.isFinite(value) ? value : parseTime(value);
  if (time === undefined) throw from.wrong(`has a "${key}" that is no time: ISO 8601, or milliseconds since the epoch`);
  return time;
}
