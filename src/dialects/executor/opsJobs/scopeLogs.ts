import type { HeldLines } from '../../../held/heldLines.ts';
import type { HostResult } from '../../../model/execution.ts';
import type { LogScope } from '../../../model/query.ts';
import { isFinished } from '../../../model/status.ts';
import type { Asking, OpsJobsApi } from './api.ts';
import { readStep, type StepHosts } from './details.ts';
import type { HostLog } from './history.ts';
import type { Detail } from './records.ts';

export interface ScopeLogs {
  readonly logs: readonly HostLog[];
  /** When all of it had ended, as far as that is told, else now; undefined while more may be written. */
  readonly endedAt: number | undefined;
  /** The system lists what was asked for; a host that is not listed yet may write all the same. */
  readonly isKnown: boolean;
}

/** The hosts' logs that a scope is made of. Throws notFound for a step that there is not. */
export async function logsIn(
  api: OpsJobsApi,
  scope: LogScope,
  detail: Detail,
  held: HeldLines,
  asking: Asking,
): Promise<ScopeLogs> {
  const { steps } = detail.execution;
  const wanted = scope.step === undefined ? steps.map(({ id }) => id) : [scope.step];
  const read = await Promise.all(wanted.map((step) => readStep(api, detail, step, asking)));
  const own = read.flatMap(({ hosts }) => hosts).find(({ id }) => id === scope.host);
  return {
    logs: read.flatMap(({ step, hosts }) =>
      hostsOf(scope, hosts, held.hostsOf(step.id)).map((host) => ({ detail, step: step.id, host })),
    ),
    endedAt: endOf(scope, detail, read[0], own),
    isKnown: scope.host === undefined || own !== undefined,
  };
}

function hostsOf({ host }: LogScope, listed: readonly HostResult[], writing: readonly string[]): readonly string[] {
  return host === undefined ? [...new Set([...listed.map(({ id }) => id), ...writing])] : [host];
}

function endOf(
  scope: LogScope,
  { execution, running }: Detail,
  step: StepHosts | undefined,
  host: HostResult | undefined,
): number | undefined {
  if (!running) return execution.endedAt ?? Date.now();
  if (scope.step === undefined || !step) return undefined;
  if (isFinished(step.step.status)) return step.step.endedAt ?? Date.now();
  return host && isFinished(host.status) ? (host.endedAt ?? Date.now()) : undefined;
}
