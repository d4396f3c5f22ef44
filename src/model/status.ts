/** Every state an execution, a step or a host can be in, in the words used everywhere in the program. */
export const statuses = [
  'pending',
  'running',
  'paused',
  'succeeded',
  'failed',
  'partial',
  'skipped',
  'cancelled',
  'timedOut',
  /** Its writer is gone without having said how it ended. */
  'interrupted',
  /** The system uses a word that we do not know; `rawStatus` keeps it. */
  'unknown',
] as const;

export type Status = (typeof statuses)[number];

const open: ReadonlySet<Status> = new Set(['pending', 'running', 'paused', 'unknown']);
const bad: ReadonlySet<Status> = new Set(['failed', 'partial', 'cancelled', 'timedOut', 'interrupted']);

/** True when nothing more will happen: no further line, no further status. */
export function isFinished(status: Status): boolean {
  return !open.has(status);
}

/** True for an end that somebody should look at. */
export function isFailure(status: Status): boolean {
  return bad.has(status);
}
