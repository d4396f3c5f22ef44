import type { Status } from '../../../model/status.ts';

const known: Readonly<Record<string, Status>> = {
  pending: 'pending',
  running: 'running',
  retrying: 'running',
  paused: 'paused',
  success: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  cancelled: 'cancelled',
  timeout: 'timedOut',
};

/** What ops-jobs' word means, and the word itself where it says more than ours. */
export function statusOf(word: string | undefined): { readonly status: Status; readonly rawStatus?: string } {
  if (word === undefined) return { status: 'unknown' };
  const status = Object.hasOwn(known, word) ? known[word] : undefined;
  if (status === undefined) return { status: 'unknown', rawStatus: word };
  return word === 'retrying' ? { status, rawStatus: word } : { status };
}

/** The word that the server can filter by; undefined when several, or none, mean this. */
export function wordOf(status: Status): string | undefined {
  if (status === 'running') return undefined;
  return Object.keys(known).find((word) => known[word] === status && word !== 'skipped');
}
