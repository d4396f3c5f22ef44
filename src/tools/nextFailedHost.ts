import type { LogScope } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { isFailure } from '../model/status.ts';
import { failedHosts } from './failedHosts.ts';

export type Direction = 'next' | 'previous';

export interface HostPlace {
  readonly step: string;
  readonly host: string;
}

/**
 * The failed host after (or before) this one: first within its step, then in the failed steps that follow (or come
 * before) it. Undefined when there is none; it does not go round.
 */
export async function nextFailedHost(
  source: LogSource,
  from: Required<LogScope>,
  direction: Direction,
  options?: CallOptions,
): Promise<HostPlace | undefined> {
  const { steps } = await source.getExecution({ execution: from.execution }, options);
  const inOrder = direction === 'next' ? steps : steps.toReversed();
  const here = inOrder.findIndex(({ id }) => id === from.step);
  for (const step of inOrder.slice(Math.max(0, here))) {
    const own = step.id === from.step;
    if (!own && !isFailure(step.status)) continue;
    const hosts = await hostsInOrder(source, { execution: from.execution, step: step.id }, direction, options);
    const host = hosts[own ? nextIndex(hosts, from.host) : 0];
    if (host !== undefined) return { step: step.id, host };
  }
  return undefined;
}

/** A host that did not fail itself stands before all that did. */
function nextIndex(hosts: readonly string[], host: string): number {
  return hosts.indexOf(host) + 1;
}

async function hostsInOrder(
  source: LogSource,
  step: { readonly execution: string; readonly step: string },
  direction: Direction,
  options?: CallOptions,
): Promise<string[]> {
  const hosts: string[] = [];
  for await (const { id } of failedHosts(source, step, options)) hosts.push(id);
  return direction === 'next' ? hosts : hosts.reverse();
}
