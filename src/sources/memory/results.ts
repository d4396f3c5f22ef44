import { combinedStatus, countedStatus } from '../../base/combinedStatus.ts';
import type { HostOutcome } from '../../model/sink.ts';
import { isFinished } from '../../model/status.ts';
import type { HeldExecution } from './records.ts';
import { addHost, endOf } from './write.ts';

/** Ends what a run's results know to have ended and nobody has told: hosts, and steps all hosts of which have ended. */
export function applyResults(execution: HeldExecution, results: readonly HostOutcome[]): void {
  const ended = new Map<string, number>();
  for (const { step, host, startedAt, endedAt, exitCode, ignored, ...how } of results) {
    const held = execution.steps.get(step);
    if (!held) continue;
    ended.set(step, Math.max(ended.get(step) ?? endedAt, endedAt));
    const { result } = addHost(execution, held, { id: host, name: host });
    if (isFinished(result.status)) continue;
    if (startedAt !== undefined) held.step.startedAt ??= startedAt;
    if (startedAt !== undefined) result.startedAt ??= startedAt;
    Object.assign(
      result,
      endOf({ ...how, at: endedAt }),
      exitCode !== undefined && { exitCode },
      ignored && { ignored },
    );
  }
  for (const [step, at] of ended) {
    const held = execution.steps.get(step);
    const statuses = [...(held?.hosts.values() ?? [])].map(({ result }) => countedStatus(result));
    if (held && !isFinished(held.step.status) && statuses.every(isFinished))
      Object.assign(held.step, endOf({ status: combinedStatus(statuses), at }));
  }
}
