import { parseTime } from '../../../base/parseTime.ts';
import { settled } from '../../../base/settle.ts';
import { LogError } from '../../../model/errors.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../../model/execution.ts';
import { isFinished, type Status } from '../../../model/status.ts';
import { statusOf } from './statuses.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from '../../values.ts';

/** What the detail of an execution says, with what is needed to find its lines. */
export interface Detail {
  readonly execution: Execution;
  /** The id that lines and streams carry; `execution.id` is the one in addresses. */
  readonly lineId: string;
  readonly running: boolean;
}

export function summaryOf(record: Fields, base: URL): ExecutionSummary {
  const id = textOf(record['id']);
  if (id === undefined) throw new LogError('unavailable', `${base.origin} tells of an execution without an id.`);
  const kind = textOf(record['execution_type']);
  const user = textOf(record['executed_by_name']);
  const createdAt = parseTime(record['created_at']);
  return {
    id,
    name: textOf(record['name']) ?? textOf(record['execution_id']) ?? id,
    ...timed(record),
    ...(kind !== undefined && { kind }),
    ...(user !== undefined && { user }),
    ...(createdAt !== undefined && { createdAt }),
    url: new URL(`execution-records/${encodeURIComponent(id)}`, base).href,
  };
}

export function detailOf(record: Fields, base: URL): Detail {
  const summary = summaryOf(record, base);
  const steps = listOf(record['steps']).map((step, index) => settled(stepOf(fieldsOf(step), index), summary));
  steps.sort((a, b) => a.order - b.order);
  const running = record['is_running'];
  return {
    execution: { ...summary, steps },
    lineId: textOf(record['execution_id']) ?? summary.id,
    // "retrying" and "paused" are neither running nor completed: more may be written.
    running: typeof running === 'boolean' && running ? true : !isFinished(summary.status),
  };
}

/** A step of a detail, or the head of a step result. */
export function stepOf(step: Fields, index = 0): Step {
  const order = numberOf(step['step_order'] ?? step['order']) ?? index + 1;
  const id = textOf(step['id'] ?? step['step_id']) ?? String(order);
  return { id, name: textOf(step['step_name'] ?? step['name']) ?? id, order, ...timed(step) };
}

export function hostsOf(result: Fields, step: Step): HostResult[] {
  return listOf(result['hosts']).flatMap((one) => {
    const host = fieldsOf(one);
    const id = textOf(host['id'] ?? host['host_id']);
    if (id === undefined) return [];
    const address = textOf(host['ip'] ?? host['host_ip']);
    const exitCode = numberOf(host['exit_code']);
    const result: HostResult = {
      id,
      name: textOf(host['name'] ?? host['host_name']) ?? address ?? id,
      ...timed(host),
      ...(address !== undefined && { address }),
      ...(exitCode !== undefined && { exitCode }),
    };
    return [settled(statusByExitCode(result), step)];
  });
}

/** A host may have no status, or "unknown", though it says how its command ended. */
function statusByExitCode(host: HostResult): HostResult {
  if (host.status !== 'unknown' || host.exitCode === undefined) return host;
  const status: Status = host.exitCode === 0 ? 'succeeded' : 'failed';
  return { ...host, status };
}

function timed(record: Fields) {
  const startedAt = parseTime(record['started_at']);
  const endedAt = parseTime(record['finished_at']);
  const message = textOf(record['error_message'] ?? record['error']);
  return {
    ...statusOf(textOf(record['status'])),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && { message }),
  };
}
