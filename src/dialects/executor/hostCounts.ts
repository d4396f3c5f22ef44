import type { Execution, StatusCounts, Step } from '../../model/execution.ts';
import { isFailure, isFinished, statuses } from '../../model/status.ts';

/** How many hosts of an execution, over all its steps, are in which state. */
export interface HostCounts {
  readonly total: number;
  readonly success: number;
  readonly failed: number;
  readonly running: number;
  readonly pending: number;
}

/** A step that does not tell its hosts counts as one. */
export function countsOfHosts({ steps }: Execution): HostCounts {
  const counts = { total: 0, success: 0, failed: 0, running: 0, pending: 0 };
  for (const step of steps) {
    const hosts = step.hosts ?? asHost(step);
    for (const status of statuses) {
      const count = hosts[status] ?? 0;
      counts.total += count;
      if (isFailure(status)) counts.failed += count;
      else if (isFinished(status)) counts.success += count;
      else if (status === 'pending') counts.pending += count;
      else counts.running += count;
    }
  }
  return counts;
}

function asHost({ status }: Step): StatusCounts {
  return { [status]: 1 };
}
