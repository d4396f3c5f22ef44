import { statuses, type Status } from '../../../model/status.ts';
import { jobStatus } from '../words.ts';
import { fieldsOf, type Fields } from '../../values.ts';
import { field, textIn } from './fields.ts';

/** Words that one version or the other has for a state. */
const words: Readonly<Record<string, Status>> = {
  queued: 'pending',
  pending: 'pending',
  created: 'pending',
  running: 'running',
  in_progress: 'running',
  awaiting_confirmation: 'paused',
  paused: 'paused',
  succeeded: 'succeeded',
  completed: 'succeeded',
  success: 'succeeded',
  done: 'succeeded',
  failed: 'failed',
  error: 'failed',
};

/** How a job stands, and the word for it where that says more. */
export function statusIn(job: Fields): { status: Status; rawStatus?: string } {
  const word = textIn(job, 'status') ?? '';
  const key = word.toLowerCase();
  const status = Object.hasOwn(words, key) ? (words[key] ?? 'unknown') : 'unknown';
  // A service of ours tells the state itself, which the four words of the document cannot.
  const own = statuses.find((one) => one === field(fieldsOf(field(job, 'metadata')), 'state'));
  if (own !== undefined && jobStatus(own) === key) return { status: own };
  return { status, ...(status === 'unknown' && word !== '' && { rawStatus: word.slice(0, 100) }) };
}
