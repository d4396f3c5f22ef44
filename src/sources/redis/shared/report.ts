import { parseTime } from '../../../base/parseTime.ts';
import type { Status } from '../../../model/status.ts';
import { said, type RawEntry } from './fields.ts';
import type { StreamId } from './streamId.ts';
import { executionOfTask, placeOfTask } from './taskId.ts';

/** One entry of the results' stream: how a task, or with no task the whole execution, stands. */
export interface TaskReport {
  readonly id: StreamId;
  readonly execution: string;
  /** Empty when the entry speaks of the whole execution. */
  readonly task: string;
  readonly step?: string;
  readonly host?: string;
  readonly status: Status;
  readonly rawStatus?: string;
  readonly exitCode?: number;
  readonly message?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Hosts of the execution that have not ended, when the entry counts them. */
  readonly openHosts?: number;
}

const words: Readonly<Record<string, Status>> = {
  pending: 'pending',
  running: 'running',
  retrying: 'running',
  paused: 'paused',
  success: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
  timeout: 'timedOut',
  skipped: 'skipped',
};

/** Words of which ours says as much. */
const plain: ReadonlySet<string> = new Set([
  'pending',
  'running',
  'paused',
  'success',
  'failed',
  'cancelled',
  'timeout',
  'skipped',
]);

/** Reads an entry; undefined when it does not say of what it speaks. */
export function readReport(raw: RawEntry): TaskReport | undefined {
  const say = (name: string): string | undefined => said(raw, name);
  const task = say('task_id') ?? '';
  const execution = say('execution_id') ?? executionOfTask(task);
  if (execution === undefined) return undefined;
  const place = placeOfTask(task, execution, say('host_id'));
  const host = say('host_id') ?? place?.host;
  const word = say('status') ?? '';
  const exitCode = numberOf(say('exit_code'));
  const message = say('error_msg');
  const startedAt = parseTime(say('started_at'));
  const endedAt = parseTime(say('finished_at'));
  const openHosts = sum(numberOf(say('running_hosts')), numberOf(say('pending_hosts')));
  return {
    id: raw.id,
    execution,
    task,
    ...(place && { step: place.step }),
    ...(host !== undefined && { host }),
    status: (Object.hasOwn(words, word) ? words[word] : undefined) ?? 'unknown',
    ...(word !== '' && !plain.has(word) && { rawStatus: word }),
    ...(exitCode !== undefined && { exitCode }),
    ...(message !== undefined && { message }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(openHosts !== undefined && { openHosts }),
  };
}

function numberOf(text: string | undefined): number | undefined {
  return /^-?\d{1,15}$/.test(text ?? '') ? Number(text) : undefined;
}

function sum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);
}
