import { parseTime } from '../../../base/parseTime.ts';
import type { Told } from '../../../held/transcript.ts';
import type { ExecutionSummary, HostResult, Step } from '../../../model/execution.ts';
import { isFailure } from '../../../model/status.ts';
import { fieldsOf, type Fields } from '../../values.ts';
import { field, numberIn, textIn } from './fields.ts';
import { place } from './jobLines.ts';
import { statusIn } from './statuses.ts';
import { titleOf, typeIn } from './types.ts';

/**
 * What a job says of itself, as an execution with one step on one host: a job has one log. Its actions are no steps,
 * for they have no lines of their own, and the log tells of them.
 */
export function toldOf(id: string, job: Fields): Told {
  const summary = summaryOf(id, job);
  const { status, rawStatus, startedAt, endedAt, message } = summary;
  const timed = {
    status,
    ...(rawStatus !== undefined && { rawStatus }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
  };
  const how = message ?? progressOf(job);
  const step: Step = {
    id: place.step,
    name: titleOf(typeIn(job)),
    order: 1,
    ...timed,
    ...(how !== undefined && { message: how }),
  };
  const host: HostResult = { id: place.host, name: place.host, ...timed };
  return { execution: { ...summary, steps: [step] }, hosts: new Map([[place.step, [host]]]) };
}

/** One row of a list, from a job itself or from an item of the board. */
export function summaryOf(id: string, job: Fields): ExecutionSummary {
  const kind = typeIn(job);
  const status = statusIn(job);
  const name = textIn(fieldsOf(field(job, 'metadata')), 'target_task_name') ?? textIn(job, 'label') ?? titleOf(kind);
  const plan = textIn(job, 'plan_id');
  const user = textIn(job, 'owner_id');
  const [createdAt, startedAt, endedAt] = ['created_at', 'started_at', 'finished_at'].map((at) =>
    parseTime(field(job, at)),
  );
  const message = isFailure(status.status) ? (textIn(job, 'error') ?? progressOf(job)) : undefined;
  return {
    ...{ id, name, kind },
    ...(plan !== undefined && { job: plan }),
    ...(user !== undefined && { user }),
    ...status,
    ...(createdAt !== undefined && { createdAt }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && { message }),
  };
}

/** How far it is: "5 of 7 done, 1 failed, 1 skipped"; undefined where nobody counts. */
function progressOf(job: Fields): string | undefined {
  const stats = fieldsOf(field(job, 'stats'));
  const tool = fieldsOf(field(fieldsOf(field(stats, 'tool_progress')), 'counts'));
  const total = numberIn(stats, 'total_steps') ?? numberIn(tool, 'total');
  if (total === undefined || total <= 0) return undefined;
  const count = (name: string): number => numberIn(stats, name) ?? 0;
  const done = numberIn(tool, 'done') ?? count('executed');
  const more = ['failed', 'skipped'].filter((name) => count(name) > 0).map((name) => `, ${count(name)} ${name}`);
  return `${done} of ${total} done${more.join('')}`;
}
