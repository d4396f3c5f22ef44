import type { HostResult } from '../model/execution.ts';
import type { StepQuery } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { isFailure, statuses, type Status } from '../model/status.ts';

const failed = statuses.filter((status) => isFailure(status) && status !== 'cancelled');

type OneStep = Pick<StepQuery, 'execution' | 'step'>;

/**
 * The hosts of a step that failed, page by page for as long as somebody asks; behind them those that were cancelled,
 * most often because of the others.
 */
export async function* failedHosts(
  source: LogSource,
  step: OneStep,
  options?: CallOptions,
): AsyncGenerator<HostResult> {
  yield* hostsWith(failed, source, step, options);
  yield* hostsWith(['cancelled'], source, step, options);
}

async function* hostsWith(
  wanted: readonly Status[],
  source: LogSource,
  step: OneStep,
  options?: CallOptions,
): AsyncGenerator<HostResult> {
  let cursor: string | undefined;
  do {
    const query = { ...step, statuses: wanted, ...(cursor !== undefined && { cursor }) };
    const page = await source.getStepResult(query, options);
    yield* page.hosts;
    cursor = page.next;
  } while (cursor !== undefined);
}
