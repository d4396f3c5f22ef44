import { isFinished, type Status } from '../../model/status.ts';
import { textOf } from './values.ts';

const known: Readonly<Record<string, Status>> = {
  pending: 'pending',
  running: 'running',
  success: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  aborted: 'cancelled',
  cancelled: 'cancelled',
  max_iterations: 'failed',
  timeout: 'timedOut',
};

/** These say no more than the model's words. */
const same: ReadonlySet<string> = new Set(['success', 'timeout']);

/** A status as it stands in a file, in the model's words, with the file's own where it says more. */
export function statusOf(value: unknown): { readonly status: Status; readonly rawStatus?: string } {
  const word = textOf(value)?.slice(0, 100);
  if (word === undefined) return { status: 'unknown' };
  const plain = word.toLowerCase();
  const status = Object.hasOwn(known, plain) ? known[plain] : undefined;
  return { status: status ?? 'unknown', ...(!same.has(plain) && { rawStatus: word }) };
}

/** What a run that has ended left open: what had not begun was skipped, what had was broken off. */
export function leftAs(status: Status): Status {
  if (isFinished(status)) return status;
  return status === 'pending' ? 'skipped' : 'interrupted';
}
