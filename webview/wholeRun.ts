import type { Execution } from '../src/model/execution.ts';
import type { LogScope } from '../src/model/query.ts';

/** True when the log of the scope is all that the run has to show. */
export function isWholeRun({ step, host }: LogScope, execution: Execution | undefined): boolean {
  if (!execution) return false;
  if (step === undefined) return true;
  const [only, ...others] = execution.steps;
  if (others.length > 0) return false;
  const hosts = Object.values(only?.hosts ?? {}).reduce((sum, count) => sum + count, 0);
  return host === undefined || hosts <= 1;
}
