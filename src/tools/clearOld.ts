import { abortReason } from '../base/abort.ts';
import { LogError } from '../model/errors.ts';
import type { ExecutionSummary } from '../model/execution.ts';
import type { CallOptions, LogAdmin, LogSource } from '../model/source.ts';
import { isFinished, statuses } from '../model/status.ts';

/** How long what has ended is kept when nobody says otherwise, in milliseconds. */
export const usualAge = 90 * 86_400_000;

const finished = statuses.filter(isFinished);

/** What became of an execution that is old enough. */
export type ClearReport =
  { readonly deleted: ExecutionSummary } | { readonly kept: ExecutionSummary; readonly error: LogError };

/** Executions that ended at `before` or earlier, oldest first. */
export async function endedBefore(
  source: Pick<LogSource, 'listExecutions'>,
  before: number,
  options?: CallOptions,
): Promise<readonly ExecutionSummary[]> {
  const found: ExecutionSummary[] = [];
  for (let cursor: string | undefined; ;) {
    const filter = { statuses: finished, until: before + 1 };
    const page = await source.listExecutions({ filter, limit: 200, ...(cursor !== undefined && { cursor }) }, options);
    found.push(...page.executions.filter(({ endedAt, startedAt }) => (endedAt ?? startedAt ?? before) <= before));
    cursor = page.next;
    if (cursor === undefined) return found.reverse();
  }
}

/**
 * Deletes these one after the other, and tells of each. What is gone already is passed over; what is refused is told
 * and kept. Whatever stops it, doing it again goes on. Throws when the source cannot be had, and when aborted.
 */
export async function* deleteAll(
  admin: LogAdmin,
  executions: readonly ExecutionSummary[],
  options: CallOptions = {},
): AsyncGenerator<ClearReport, void> {
  for (const execution of executions) {
    if (options.signal?.aborted) throw abortReason(options.signal);
    try {
      await admin.deleteExecution({ execution: execution.id }, options);
    } catch (error) {
      if (!(error instanceof LogError) || error.code === 'unavailable' || error.code === 'closed') throw error;
      if (error.code !== 'notFound') yield { kept: execution, error };
      continue;
    }
    yield { deleted: execution };
  }
}
