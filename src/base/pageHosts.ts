import { LogError } from '../model/errors.ts';
import { durationOf, type HostResult, type StatusCounts } from '../model/execution.ts';
import type { HostSort, StepQuery } from '../model/query.ts';
import { isFailure, isFinished, type Status } from '../model/status.ts';

export interface HostPage {
  readonly hosts: readonly HostResult[];
  readonly next?: string;
  readonly counts: StatusCounts;
}

/** One page of a step's hosts, filtered and sorted as asked; `hosts` are all of them. */
export function pageHosts(hosts: readonly HostResult[], query: StepQuery, now: number): HostPage {
  const wanted = hosts.filter((host) => isWanted(host, query)).sort(orderOf(query.sort ?? 'result', now));
  const start = query.cursor === undefined ? 0 : afterCursor(wanted, query.cursor);
  const end = start + limitOf(query.limit, 200);
  const last = wanted[end - 1];
  return {
    hosts: wanted.slice(start, end),
    ...(end < wanted.length && last && { next: last.id }),
    counts: countStatuses(hosts),
  };
}

export function countStatuses(hosts: readonly { readonly status: Status }[]): StatusCounts {
  const counts: Partial<Record<Status, number>> = {};
  for (const { status } of hosts) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Throws invalidRequest unless `limit` is a whole number from 1. */
export function limitOf(limit: number | undefined, otherwise: number): number {
  if (limit === undefined) return otherwise;
  if (Number.isInteger(limit) && limit >= 1) return limit;
  throw new LogError('invalidRequest', 'A limit is a whole number from 1.');
}

function isWanted(host: HostResult, { statuses, text }: StepQuery): boolean {
  if (statuses && !statuses.includes(host.status)) return false;
  if (!text) return true;
  const sought = text.toLowerCase();
  return [host.id, host.name, host.address].some((word) => word?.toLowerCase().includes(sought));
}

/** A cursor is the last host's id: where it stands now is where the page goes on. */
function afterCursor(hosts: readonly HostResult[], cursor: string): number {
  const index = hosts.findIndex((host) => host.id === cursor);
  if (index < 0) throw new LogError('invalidRequest', 'The list has changed; read it from its start again.');
  return index + 1;
}

const names = new Intl.Collator('en', { numeric: true });

function byName(a: HostResult, b: HostResult): number {
  return names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}

/** Longest and highest first: those are who one looks for. Unknown values come last. */
function orderOf(sort: HostSort, now: number): (a: HostResult, b: HostResult) => number {
  switch (sort) {
    case 'result':
      return (a, b) => rank(a.status) - rank(b.status) || byName(a, b);
    case 'name':
      return byName;
    case 'duration':
      return (a, b) => (durationOf(b, now) ?? -1) - (durationOf(a, now) ?? -1) || byName(a, b);
    case 'exitCode':
      return (a, b) => (b.exitCode ?? -Infinity) - (a.exitCode ?? -Infinity) || byName(a, b);
    default:
      throw new LogError('invalidRequest', `Hosts cannot be sorted by "${String(sort)}".`);
  }
}

function rank(status: Status): number {
  if (isFailure(status)) return 0;
  return isFinished(status) ? 2 : status === 'pending' ? 3 : 1;
}
