import type { Status } from '../model/status.ts';

/** Ends of hosts, the one first that makes a step's. */
export const endOrder = [
  'failed',
  'timedOut',
  'interrupted',
  'partial',
  'cancelled',
  'succeeded',
] as const satisfies Status[];

/** How a step ended whose hosts ended like this. */
export function combinedStatus(statuses: readonly Status[]): Status {
  return endOrder.find((status) => statuses.includes(status)) ?? 'skipped';
}

/** What a host counts as in its step: a failure that does not matter is none. */
export function countedStatus({ status, ignored }: { readonly status: Status; readonly ignored?: true }): Status {
  return ignored ? 'succeeded' : status;
}
