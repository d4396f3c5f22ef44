import { isoTime } from '../../base/isoTime.ts';
import type { Execution, ExecutionSummary, Step } from '../../model/execution.ts';
import { isFailure, isFinished } from '../../model/status.ts';
import type { Asked } from './asked.ts';
import { jobStatus, usualType } from './words.ts';

export function jobType({ kind }: ExecutionSummary): string {
  return kind === undefined || kind === '' ? usualType : kind;
}

/** An execution as a job, without its lines. */
export function toJob(execution: Execution, asked: Asked | undefined) {
  return {
    job_id: execution.id,
    job_type: jobType(execution),
    status: jobStatus(execution.status),
    plan_id: planOf(execution, asked),
    task_id: asked?.task ?? null,
    mode: asked?.mode ?? null,
    owner_id: execution.user ?? null,
    session_id: asked?.session ?? null,
    result: resultOf(execution),
    stats: statsOf(execution.steps),
    params: asked?.params ?? {},
    metadata: metadataOf(execution),
    error: errorOf(execution),
    created_at: isoTime(execution.createdAt ?? execution.startedAt),
    started_at: isoTime(execution.startedAt),
    finished_at: isoTime(execution.endedAt),
  };
}

/** What every event of a stream says of its job. */
export function toEventHead(execution: Execution, asked: Asked | undefined) {
  const { job_id, job_type, status, stats, metadata } = toJob(execution, asked);
  return { job_id, job_type, status, stats, metadata };
}

/** The plan that was named when the job was asked for, else what it is a run of. */
export function planOf({ job }: ExecutionSummary, asked: Asked | undefined): string | number | null {
  const plan = asked?.plan ?? job;
  return plan === undefined ? null : numberOr(plan);
}

/** GAgent's ids of plans and tasks are numbers, ours are texts. */
export function numberOr(id: string): string | number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : id;
}

/** Why a job failed, in its own words or by the name of its end; null for one that did not. */
export function errorOf({ status, message, rawStatus }: ExecutionSummary): string | null {
  return isFailure(status) ? (message ?? rawStatus ?? status) : null;
}

/** Steps by how they went; those that have not begun are in the total only. */
function statsOf(steps: readonly Step[]) {
  const failed = steps.filter(({ status }) => isFailure(status)).length;
  const skipped = steps.filter(({ status }) => status === 'skipped').length;
  const done = steps.filter(({ status }) => isFinished(status)).length;
  const total = steps.length;
  return {
    executed: done - failed - skipped,
    failed,
    skipped,
    total_steps: total,
    current_step: Math.min(total, done + 1),
    progress_percent: total === 0 ? 0 : Math.floor((done / total) * 100),
  };
}

function resultOf({ status, message }: Execution) {
  return jobStatus(status) === 'succeeded' ? { state: status, message: message ?? null } : null;
}

function metadataOf({ name, job, status, rawStatus, url }: Execution) {
  return {
    target_task_name: name,
    state: status,
    ...(rawStatus !== undefined && { raw_status: rawStatus }),
    ...(job !== undefined && { pipeline: job }),
    ...(url !== undefined && { url }),
  };
}
