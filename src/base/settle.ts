import { isFinished, type Status } from '../model/status.ts';

interface Ending {
  readonly status: Status;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/**
 * What a step or host is really in when what it belongs to has ended without ending it: interrupted like its
 * parent, skipped when its turn never came, otherwise interrupted by itself.
 */
export function settled<T extends Ending>(own: T, parent: Ending): T {
  if (isFinished(own.status) || !isFinished(parent.status)) return own;
  if (own.status === 'pending' && parent.status !== 'interrupted') return { ...own, status: 'skipped' };
  const ended = own.startedAt !== undefined && parent.endedAt !== undefined;
  return { ...own, status: 'interrupted', ...(ended && { endedAt: Math.max(own.startedAt, parent.endedAt) }) };
}
