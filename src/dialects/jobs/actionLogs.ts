import { isoTime } from '../../base/isoTime.ts';
import type { Execution, Step } from '../../model/execution.ts';
import { isFailure, isFinished, type Status } from '../../model/status.ts';
import type { Asked } from './asked.ts';
import { jobType, planOf } from './payload.ts';

const most = 200;

/** The steps of an execution as a job's actions, newest first, and where they end. */
export function actionsOf(execution: Execution, asked: Asked | undefined) {
  const { steps } = execution;
  const actions = steps.map((step, i) => actionOf(execution, asked, step, i + 1)).reverse();
  const newest = actions[0];
  return {
    action_logs: actions.slice(0, most),
    action_cursor: newest ? `${newest.sequence}:${newest.created_at ?? ''}` : null,
  };
}

function actionOf(execution: Execution, asked: Asked | undefined, step: Step, sequence: number) {
  const created = isoTime(step.startedAt ?? execution.createdAt ?? execution.startedAt);
  return {
    id: sequence,
    plan_id: planOf(execution, asked),
    job_id: execution.id,
    job_type: jobType(execution),
    sequence,
    session_id: asked?.session ?? null,
    user_message: null,
    action_kind: 'step',
    action_name: step.name,
    status: actionStatus(step.status),
    success: isFinished(step.status) ? !isFailure(step.status) : null,
    message: step.message ?? null,
    details: { step: step.id, path: step.path ?? [], state: step.status, hosts: step.hosts ?? {} },
    created_at: created,
    updated_at: isoTime(step.endedAt) ?? created,
  };
}

function actionStatus(status: Status): string {
  if (status === 'pending') return 'queued';
  if (!isFinished(status)) return 'running';
  return isFailure(status) ? 'failed' : 'completed';
}
