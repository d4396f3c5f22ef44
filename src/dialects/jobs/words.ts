import type { Level, Stream } from '../../model/line.ts';
import type { Status } from '../../model/status.ts';

/** What a job can be, in document 004's words. */
export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed';

const statusWords: Readonly<Record<Status, JobStatus>> = {
  pending: 'queued',
  running: 'running',
  paused: 'running',
  succeeded: 'succeeded',
  failed: 'failed',
  partial: 'failed',
  skipped: 'succeeded',
  cancelled: 'failed',
  timedOut: 'failed',
  interrupted: 'failed',
  unknown: 'running',
};

const levelWords: Readonly<Record<Exclude<Level, 'none'>, string>> = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warning',
  error: 'error',
  fatal: 'error',
};

/** A state in four words; the metadata of a job keep ours, which tells more. */
export function jobStatus(status: Status): JobStatus {
  return statusWords[status];
}

/** One word stands for level and stream; the level says more where there is one. */
export function levelWord(level: Level, stream: Stream): string {
  if (level !== 'none') return levelWords[level];
  return stream === 'system' ? 'info' : stream;
}

/** The type of a job that names none: so it was before there were others. */
export const usualType = 'plan_decompose';
