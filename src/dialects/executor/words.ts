import { statuses, type Status } from '../../model/status.ts';

/** ops-jobs' words for states, as the fields `status` say them; `state` says ours, which tell more. */
const words: Readonly<Record<Status, string>> = {
  pending: 'pending',
  running: 'running',
  paused: 'paused',
  succeeded: 'success',
  failed: 'failed',
  partial: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
  timedOut: 'timeout',
  interrupted: 'failed',
  unknown: 'unknown',
};

export function statusWord(status: Status): string {
  return words[status];
}

/** The states that are told by a word of ops-jobs, or the one of ours; none for a word that nobody uses. */
export function statusesOf(word: string): readonly Status[] {
  const told = statuses.filter((status) => words[status] === word);
  return told.length > 0 ? told : statuses.filter((status) => status === word);
}
