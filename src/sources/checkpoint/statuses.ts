import type { Status } from '../../model/status.ts';

/** kubexm's words of every generation, in lower case and without separators, and what others like it might say. */
const known: Readonly<Record<string, Status>> = {
  pending: 'pending',
  running: 'running',
  success: 'succeeded',
  succeeded: 'succeeded',
  completed: 'succeeded',
  failed: 'failed',
  skipped: 'skipped',
  rolledback: 'failed',
  cancelled: 'cancelled',
  timedout: 'timedOut',
  timeout: 'timedOut',
};

export interface Standing {
  readonly status: Status;
  readonly rawStatus?: string;
  /** It failed, and that does not matter. */
  readonly ignored?: true;
}

/** What a word means, and the word itself where it says more than ours. */
export function statusOf(word: string | undefined): Standing {
  if (word === undefined || word === '') return { status: 'pending' };
  const plain = word.toLowerCase().replace(/[_\s-]/g, '');
  const status = Object.hasOwn(known, plain) ? known[plain] : undefined;
  if (status === undefined) return { status: 'unknown', rawStatus: word };
  return plain === 'rolledback' ? { status, rawStatus: word } : { status };
}

/**
 * How a host went. A step that had nothing to do and a failure that does not matter are both written as success: what
 * tells them apart is a mark, which only some versions write, and the message.
 */
export function hostStatusOf(word: string | undefined, message: string | undefined, skipped: boolean): Standing {
  const standing = statusOf(word);
  if (standing.status !== 'succeeded') return standing;
  if (skipped || /^skipped\b/i.test(message ?? '')) return { status: 'skipped', ...(word && { rawStatus: word }) };
  if (isIgnoredFailure(message)) return { status: 'failed', ignored: true, ...(word && { rawStatus: word }) };
  return standing;
}

function isIgnoredFailure(message: string | undefined): boolean {
  return /^run failed but error ignored\b/i.test(message ?? '');
}
