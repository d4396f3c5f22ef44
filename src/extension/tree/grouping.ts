import { isFailure, statuses, type Status } from '../../model/status.ts';
import { dayOf } from './formats.ts';
import type { ExecutionNode, Group, StepNode } from './nodes.ts';

export type Grouping = 'none' | 'day' | 'status';

export interface Grouped {
  readonly group: Group;
  readonly members: readonly ExecutionNode[];
}

/** Executions by day (in the order they came) or by status (in the order of `statuses`). */
export function groupExecutions(nodes: readonly ExecutionNode[], by: Exclude<Grouping, 'none'>): Grouped[] {
  if (by === 'status') {
    const byStatus = Map.groupBy(nodes, ({ execution }) => execution.status);
    return statuses.flatMap((status) => {
      const members = byStatus.get(status);
      return members ? [{ group: { by, status }, members }] : [];
    });
  }
  const byDay = Map.groupBy(nodes, ({ execution }) => dayOf(execution.createdAt ?? execution.startedAt ?? 0));
  return [...byDay].map(([day, members]) => ({ group: { by, day }, members }));
}

export interface HostGroup {
  readonly status: Status;
  readonly count: number;
}

/** Steps with more hosts than this are divided by how they ended. */
const divideFrom = 20;

/** How a large step's hosts ended, failures first; undefined when they are better shown as one list. */
export function divideHosts({ step }: StepNode): readonly HostGroup[] | undefined {
  const groups = statuses.flatMap((status) => {
    const count = step.hosts?.[status] ?? 0;
    return count > 0 ? [{ status, count }] : [];
  });
  const total = groups.reduce((sum, { count }) => sum + count, 0);
  if (groups.length < 2 || total <= divideFrom) return undefined;
  return groups.sort((a, b) => Number(isFailure(b.status)) - Number(isFailure(a.status)));
}
