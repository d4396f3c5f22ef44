import { isoTime } from '../../base/isoTime.ts';
import { durationOf, type Execution, type ExecutionSummary } from '../../model/execution.ts';
import { isFinished } from '../../model/status.ts';
import type { KnownJob } from './jobRuns.ts';
import { statusWord } from './words.ts';

/** Jobs and runs in the words of document 001's system, with what it has no word for beside them. */

export function toJob({ job, last }: KnownJob, now: number) {
  return {
    id: job.id,
    name: job.name,
    cron_expression: job.cron ?? null,
    enabled: job.enabled,
    next_run_at: isoTime(job.nextRunAt),
    problem: job.problem ?? null,
    last_run: last ? toRun(last, now) : null,
  };
}

export function toRun(run: ExecutionSummary, now: number) {
  return {
    id: run.id,
    job_run_id: run.id,
    job_id: run.job ?? null,
    name: run.name,
    status: statusWord(run.status),
    state: run.status,
    created_at: isoTime(run.createdAt),
    started_at: isoTime(run.startedAt),
    completed_at: isFinished(run.status) ? isoTime(run.endedAt) : null,
    duration_ms: durationOf(run, now) ?? null,
    error_message: run.message ?? null,
    user: run.user ?? null,
  };
}

export function toRunWithSteps(run: Execution, now: number) {
  return {
    ...toRun(run, now),
    steps: run.steps.map((step) => ({
      step: step.id,
      name: step.name,
      status: statusWord(step.status),
      state: step.status,
      started_at: isoTime(step.startedAt),
      completed_at: isFinished(step.status) ? isoTime(step.endedAt) : null,
      duration_ms: durationOf(step, now) ?? null,
    })),
  };
}
