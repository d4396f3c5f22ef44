import type { Status } from '../../model/status.ts';
import { isFinished } from '../../model/status.ts';
import type { Row } from './database.ts';
import { isAlive, thisMachine } from './machine.ts';

/** How often a writer says that it is there. */
export const heartbeatMilliseconds = 1_000;
const staleMilliseconds = 6_000;
/** A process that has ended may have written its end just before: readers give that time to arrive. */
const deadMilliseconds = 1_500;

const elsewhere = /^elsewhere (\d+)$/;

/**
 * Where a writer is, as its row says: on this machine, where its process can be asked after; or elsewhere, writing
 * over processes that come and go, with so many milliseconds to come back.
 */
export function writersPlace(grace: number | undefined): string {
  return grace === undefined ? thisMachine : `elsewhere ${grace}`;
}

/** The columns of an execution's row that tell of its writer, for `FROM executions e LEFT JOIN writers w …`. */
export const writerColumns = 'w.machine, w.process, w.heartbeat, w.closed';

/** What an execution is in, given its row and its writer's: one whose writer is gone is interrupted. */
export function statusNow(row: Row, now = Date.now()): { status: Status; interruptedAt?: number } {
  const status = row['status'] as Status;
  if (isFinished(status) || !isGone(row, now)) return { status };
  const { heartbeat } = row;
  return { status: 'interrupted', ...(typeof heartbeat === 'number' && { interruptedAt: heartbeat }) };
}

function isGone({ machine, process: name, heartbeat, closed }: Row, now: number): boolean {
  if (typeof heartbeat !== 'number' || typeof name !== 'string' || closed === 1) return true;
  const age = now - heartbeat;
  const grace = typeof machine === 'string' ? elsewhere.exec(machine)?.[1] : undefined;
  if (grace !== undefined) return age > Number(grace);
  const alive = machine === thisMachine ? isAlive(name) : undefined;
  if (alive === undefined) return age > staleMilliseconds;
  // After the clock was set back, the last heartbeat lies ahead of now.
  return !alive && (age > deadMilliseconds || age < 0);
}
