import { matchesExecution } from '../../../base/matchExecution.ts';
import { limitOf } from '../../../base/pageHosts.ts';
import { LogError } from '../../../model/errors.ts';
import type { ExecutionSummary } from '../../../model/execution.ts';
import type { ExecutionList } from '../../../model/page.ts';
import type { ExecutionQuery } from '../../../model/query.ts';
import { compareIds, type StreamId } from './streamId.ts';

export interface Listed {
  readonly summary: ExecutionSummary;
  /** Of the first that was received of it. */
  readonly firstId: StreamId;
}

/**
 * One page of the executions known so far, newest first. `missing` says in
 * words that older ones may not have been found yet; then also the last page has a cursor.
 */
export function pageExecutions(all: readonly Listed[], query: ExecutionQuery, missing?: string): ExecutionList {
  const limit = limitOf(query.limit, 50);
  const found = all.filter(({ summary }) => matchesExecution(summary, query.filter));
  found.sort((a, b) => (b.summary.createdAt ?? 0) - (a.summary.createdAt ?? 0) || compareIds(b.firstId, a.firstId));
  const start = query.cursor === undefined ? 0 : startAfter(found, all, query.cursor);
  const executions = found.slice(start, start + limit).map(({ summary }) => summary);
  const last = executions.at(-1)?.id ?? query.cursor ?? all.at(-1)?.summary.id;
  const isMore = start + executions.length < found.length || missing !== undefined;
  return {
    executions,
    ...(isMore && last !== undefined && { next: last }),
    ...(missing === undefined ? { total: found.length } : { notice: missing }),
  };
}

/** A cursor is the last execution's id. */
function startAfter(found: readonly Listed[], all: readonly Listed[], cursor: string): number {
  const index = found.findIndex(({ summary }) => summary.id === cursor);
  if (index >= 0) return index + 1;
  if (all.some(({ summary }) => summary.id === cursor)) return found.length;
  throw new LogError('invalidRequest', 'The list has changed; read it from its start again.');
}
