import { countStatuses } from '../../base/pageHosts.ts';
import { settled } from '../../base/settle.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../model/execution.ts';
import type { LogScope } from '../../model/query.ts';
import { isFinished } from '../../model/status.ts';
import type { HeldExecution, HeldStep, Records } from './records.ts';

export function summaryOf({ about, status, end }: HeldExecution): ExecutionSummary {
  const { execution: id, name, kind, job, user, invocation, startedAt, copy } = about;
  return {
    id,
    name,
    ...(kind !== undefined && { kind }),
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(invocation && { invocation }),
    createdAt: copy?.createdAt ?? startedAt,
    ...(copy?.url !== undefined && { url: copy.url }),
    startedAt,
    status,
    ...end,
  };
}

export function executionOf(execution: HeldExecution): Execution {
  const steps = [...execution.steps.values()].map((step) => stepOf(execution, step));
  steps.sort((a, b) => a.order - b.order);
  return { ...summaryOf(execution), steps, history: [...execution.history] };
}

export function stepOf(execution: HeldExecution, held: HeldStep): Step {
  return { ...settled(held.step, summaryOf(execution)), hosts: countStatuses(hostsOf(execution, held)) };
}

export function hostsOf(execution: HeldExecution, held: HeldStep): HostResult[] {
  const parent = settled(held.step, summaryOf(execution));
  return [...held.hosts.values()].map(({ result }) => ({ ...settled(result, parent) }));
}

/** Whether nothing more will be written in a scope. */
export function isScopeFinished(records: Records, { execution, step, host }: LogScope): boolean {
  const whole = records.execution({ execution });
  if (isFinished(whole.status) || step === undefined) return isFinished(whole.status);
  const { status } = records.step({ execution, step }).step;
  if (isFinished(status) || host === undefined) return isFinished(status);
  return isFinished(records.host({ execution, step, host }).result.status);
}
