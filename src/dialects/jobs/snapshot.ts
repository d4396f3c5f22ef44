import type { Execution } from '../../model/execution.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { actionsOf } from './actionLogs.ts';
import type { AskedJobs } from './asked.ts';
import { newestLines, type NewestLines } from './newestLines.ts';
import { toJob } from './payload.ts';

export interface SnapshotOptions {
  readonly asked: AskedJobs;
  /** How many lines it holds, the newest. */
  readonly lines: number;
  /** Whether it has actions. */
  readonly actions: boolean;
}

export interface Snapshot {
  readonly job: object;
  readonly execution: Execution;
  readonly lines: NewestLines;
}

/**
 * A job with its newest lines. How it stands is looked at first and its lines then: what a finished job says is all
 * there.
 */
export async function snapshotOf(
  source: LogSource,
  id: string,
  { asked, lines: most, actions }: SnapshotOptions,
  options: CallOptions,
): Promise<Snapshot> {
  const execution = await source.getExecution({ execution: id }, options);
  const lines = await newestLines(source, id, most, options);
  const about = asked.of(id);
  const job = toJob(execution, about);
  const { entries, total, cut } = lines;
  const counts = {
    logs_shown: entries.length,
    ...(total !== undefined && { logs_total: total }),
    ...(cut && { logs_cut: true }),
  };
  return {
    job: {
      ...job,
      metadata: { ...job.metadata, ...counts },
      logs: entries,
      ...(actions && actionsOf(execution, about)),
    },
    execution,
    lines,
  };
}
