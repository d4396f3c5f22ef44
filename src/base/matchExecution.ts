import type { ExecutionSummary } from '../model/execution.ts';
import type { ExecutionFilter } from '../model/query.ts';

/** Whether a list that is filtered so shows this execution. */
export function matchesExecution(execution: ExecutionSummary, filter: ExecutionFilter = {}): boolean {
  const { statuses, text, job, user, since, until } = filter;
  if (statuses && !statuses.includes(execution.status)) return false;
  if (job !== undefined && execution.job !== job) return false;
  if (user !== undefined && execution.user !== user) return false;
  const at = execution.createdAt ?? 0;
  if (since !== undefined && at < since) return false;
  if (until !== undefined && at >= until) return false;
  if (!text) return true;
  const sought = text.toLowerCase();
  return execution.name.toLowerCase().includes(sought) || execution.id.toLowerCase().includes(sought);
}
