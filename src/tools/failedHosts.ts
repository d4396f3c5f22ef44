import type { HostResult } from '../model/execution.ts';
import type { StepQuery } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { isFailure, statuses } from '../model/status.ts';

/**
 * The hosts of a step that failed, page by page for as long as somebody asks; behind them those that were cancelled,
 * most often because of the others. Failures that were said not to matter are none.
 */
export async function* failedHosts(
  source: LogSource,
  step: Pick<StepQuery, 'execution' | 'step'>,
  options?: CallOptions,
): AsyncGenerator<HostResult> {
  let cursor: string | undefined;
  do {
    const query = { ...step, statuses: statuses.filter(isFailure), ...(cursor !== undefined && { cursor }) };
    const page = await source.getStepResult(query, options);
    for (const host of page.hosts) if (!host.ignored) yield host;
    cursor = page.next;
  } while (cursor !== undefined);
}
