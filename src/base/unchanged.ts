import { LogError } from '../model/errors.ts';
import type { Deletion } from '../model/source.ts';
import type { Status } from '../model/status.ts';

/** Throws invalidRequest when an execution is not as whoever wants to delete it has seen it. */
export function checkUnchanged({ execution, unchanged }: Deletion, now: { status: Status; lines: number }): void {
  if (!unchanged || (unchanged.status === now.status && unchanged.lines === now.lines)) return;
  throw changedMeanwhile(execution);
}

export function changedMeanwhile(execution: string): LogError {
  return new LogError(
    'invalidRequest',
    `Somebody has written to execution "${execution}" meanwhile. Look at it again.`,
  );
}
