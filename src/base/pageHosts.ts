import { LogError } from '../model/errors.ts';
import { durationOf, type HostResult, type StatusCounts } from '../model/execution.ts';
import type { HostSort, StepQuery } from '../model/query.ts';
import { isFailure, isFinished, type Status } from '../model/status.ts';
import { countedStatus } from './combinedStatus.ts';

export interface HostPage {
  readonly hosts: readonly HostResult[];
  readonly next?: string;
  readonly counts: StatusCounts;
}

/** One page of a step's hosts, filtered and sorted as asked; `hosts` are all of them. */
export function pageHosts(hosts: readonly HostResult[], query: StepQuery, now: number): HostPage {
  const wanted = sorted(
    hosts.filter((host) => isWanted(host, query)),
    query.sort ?? 'result',
    now,
  );
  const start = query.cursor === undefined ? 0 : afterCursor(wanted, query.cursor);
  const end = start + limitOf(query.limit, 200);
  const last = wanted[end - 1];
  return {
    hosts: wanted.slice(start, end),
    ...(end < wanted.length && last && { next: last.id }),
    counts: countStatuses(hosts),
  };
}

export function countStatuses(hosts: readonly Pick<HostResult, 'status' | 'ignored'>[]): StatusCounts {
  const counts: Partial<Record<Status, number>> = {};
  for (const host of hosts) {
    const status = countedStatus(host);
    counts[status] = (counts[status] ?? 0) + 1;
  }
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

/** Names are compared through keys made once: with ten thousand hosts, a collator would hold the thread too long. */
function sorted(hosts: readonly HostResult[], sort: HostSort, now: number): HostResult[] {
  const keyed = hosts.map((host) => ({ host, weight: weightOf(host, sort, now), name: nameKey(host) }));
  keyed.sort((a, b) => b.weight - a.weight || compare(a.name, b.name) || compare(a.host.id, b.host.id));
  return keyed.map(({ host }) => host);
}

/** What weighs more comes first: what went wrong, what took longest. What is unknown comes last. */
function weightOf(host: HostResult, sort: HostSort, now: number): number {
  switch (sort) {
    case 'result':
      return urgency(host.status);
    case 'name':
      return 0;
    case 'duration':
      return durationOf(host, now) ?? -1;
    case 'exitCode':
      return host.exitCode ?? Number.MIN_SAFE_INTEGER;
    default:
      throw new LogError('invalidRequest', `Hosts cannot be sorted by "${String(sort)}".`);
  }
}

function urgency(status: Status): number {
  if (status === 'cancelled') return 3;
  if (isFailure(status)) return 4;
  if (isFinished(status)) return 1;
  return status === 'pending' ? 0 : 2;
}

/** Puts host-9 before host-10. */
function nameKey({ name }: HostResult): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
