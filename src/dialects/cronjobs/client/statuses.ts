import { statuses, type Status } from '../../../model/status.ts';

const known: Readonly<Record<string, Status>> = {
  ...Object.fromEntries(statuses.map((status) => [status, status])),
  queued: 'pending',
  started: 'running',
  completed: 'succeeded',
  success: 'succeeded',
  canceled: 'cancelled',
  timeout: 'timedOut',
};

/** What a word of the system means, and the word itself where it says more than ours. */
export function statusOf(word: string | undefined): { readonly status: Status; readonly rawStatus?: string } {
  const lower = word?.toLowerCase() ?? '';
  const status = Object.hasOwn(known, lower) ? known[lower] : undefined;
  if (status !== undefined) return { status };
  return { status: 'unknown', ...(word !== undefined && { rawStatus: word.slice(0, 200) }) };
}

const asked: Readonly<Partial<Record<Status, string>>> = {
  pending: 'pending',
  running: 'running',
  succeeded: 'completed',
  failed: 'failed',
  partial: 'partial',
  cancelled: 'cancelled',
};

/** The word that the system can filter its runs by; undefined when it has none for this. */
export function wordOf(status: Status): string | undefined {
  return asked[status];
}
