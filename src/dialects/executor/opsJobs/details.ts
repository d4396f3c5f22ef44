import { LogError } from '../../../model/errors.ts';
import type { HostResult, Step } from '../../../model/execution.ts';
import { isFinished } from '../../../model/status.ts';
import type { Asking, OpsJobsApi } from './api.ts';
import { detailOf, hostsOf, stepOf, type Detail } from './records.ts';

/** What has ended does not change any more, but by being run again. */
const freshWhenEnded = 10_000;

/** Addresses take numbers only; anything else would be answered with a page of HTML. */
const number = /^\d{1,19}$/;

export async function readDetail(api: OpsJobsApi, execution: string, asking: Asking): Promise<Detail> {
  if (!number.test(execution)) throw noExecution(execution);
  try {
    return detailOf(await api.get(`execution-records/${execution}/`, {}, asking), api.base);
  } catch (error) {
    if (error instanceof LogError && error.code === 'notFound') throw noExecution(execution);
    throw error;
  }
}

export interface StepHosts {
  readonly step: Step;
  readonly hosts: readonly HostResult[];
}

/** Throws notFound for a step that is none of the execution's; the system itself only calls that a bad request. */
export async function readStep(api: OpsJobsApi, detail: Detail, step: string, asking: Asking): Promise<StepHosts> {
  const known = detail.execution.steps.find(({ id }) => id === step);
  if (!known) throw new LogError('notFound', `Execution "${detail.execution.id}" has no step "${step}".`);
  const fresh = isFinished(known.status) ? Math.max(asking.fresh ?? 0, freshWhenEnded) : asking.fresh;
  const path = `execution-records/${detail.execution.id}/steps/${step}/result/`;
  const result = await api.get(path, {}, { ...asking, ...(fresh !== undefined && { fresh }) });
  // The detail knows what the execution came to.
  const own: Step = { ...stepOf(result, known.order - 1), ...known };
  return { step: own, hosts: hostsOf(result, own) };
}

function noExecution(execution: string): LogError {
  return new LogError('notFound', `There is no execution "${execution}".`);
}
