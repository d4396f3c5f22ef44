import { linePointer } from '../base/lineBatch.ts';
import type { Execution, HostResult, Step } from '../model/execution.ts';
import type { Pointer } from '../model/pointer.ts';
import type { LogScope } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { isFailure, type Status } from '../model/status.ts';
import { failedHosts } from './failedHosts.ts';

export interface Failure {
  readonly step: string;
  readonly host: string;
  /** The line that tells of the error, else the last line; absent when the host wrote nothing. */
  readonly pointer?: Pointer;
}

/** Pages looked at for a first error that no sink has kept; a remote source may count requests. */
const pagesToScan = 20;

/**
 * Where an execution, a step or a host went wrong first: the first step that failed, its first failed host, and
 * the line there. What was cancelled because something else failed comes last. Undefined when nothing failed.
 */
export async function firstFailure(
  source: LogSource,
  scope: LogScope,
  options?: CallOptions,
): Promise<Failure | undefined> {
  const execution = await source.getExecution({ execution: scope.execution }, options);
  for (const step of failedSteps(execution, scope.step)) {
    const host = await firstFailedHost(source, { ...scope, step: step.id }, options);
    if (!host) continue;
    const place = { execution: scope.execution, step: step.id, host: host.id };
    const pointer = host.firstError ?? (await findErrorLine(source, place, options));
    return { step: step.id, host: host.id, ...(pointer !== undefined && { pointer }) };
  }
  return undefined;
}

function failedSteps({ steps }: Execution, only: string | undefined): Step[] {
  const inScope = steps.filter(({ id, status }) => (only === undefined ? isFailure(status) : id === only));
  return inScope.toSorted((a, b) => rank(a.status) - rank(b.status) || a.order - b.order);
}

function rank(status: Status): number {
  return status === 'cancelled' ? 1 : 0;
}

async function firstFailedHost(
  source: LogSource,
  { execution, step, host }: LogScope & { readonly step: string },
  options?: CallOptions,
): Promise<HostResult | undefined> {
  for await (const failed of failedHosts(source, { execution, step }, options))
    if (host === undefined || failed.id === host) return failed;
  return undefined;
}

async function findErrorLine(source: LogSource, scope: LogScope, options?: CallOptions): Promise<Pointer | undefined> {
  const filter = { levels: ['error', 'fatal'] } as const;
  const query = { ...scope, filter, limit: { lines: 1 } };
  let page = await source.readLog({ ...query, position: { at: 'start' } }, options);
  for (let pages = 1; page.lines.count === 0 && pages < pagesToScan; pages++) {
    const { scanned } = page;
    if (scanned?.lines === 0) break;
    page = await source.readLog({ ...query, position: { at: 'after', pointer: page.newer } }, options);
  }
  if (page.lines.count === 0)
    page = await source.readLog({ ...scope, position: { at: 'end' }, limit: { lines: 1 } }, options);
  return page.lines.count === 0 ? undefined : linePointer(page.lines, 0);
}
