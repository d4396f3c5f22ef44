import { settled } from '../../../base/settle.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../../model/execution.ts';
import { isFinished, type Status } from '../../../model/status.ts';
import type { Told } from '../../../held/transcript.ts';
import { fieldsOf, listOf, numberOf, textOf, type Fields } from '../../values.ts';
import { nameIn, unnamed } from './entries.ts';
import { statusOf } from './statuses.ts';
import type { ReadTime } from './zone.ts';

const mostSteps = 1_000;
const mostHosts = 10_000;

/** What lines tell of a step. */
export interface SeenStep {
  readonly id: string;
  firstAt: number | undefined;
  lastAt: number | undefined;
  errors: number;
  /** Hosts that its lines name. */
  readonly hosts: Set<string>;
}

/** A run as the system lists it; undefined for what has no id. `job` is the one asked for when the run does not say. */
export function summaryOf(
  run: Fields,
  names: ReadonlyMap<string, string>,
  readTime: ReadTime,
  askedJob?: string,
): ExecutionSummary | undefined {
  const id = textOf(run['id'] ?? run['job_run_id'] ?? run['run_id']);
  if (id === undefined) return undefined;
  const job = textOf(run['job_id']) ?? askedJob;
  const name = textOf(run['job_name'] ?? run['name']) ?? (job === undefined ? undefined : names.get(job)) ?? job ?? id;
  const user = textOf(run['user'] ?? run['triggered_by']);
  const timed = timesIn(run, readTime);
  const createdAt = readTime(run['created_at']) ?? timed.startedAt;
  return {
    ...{ id, name, kind: 'cron job', ...timed },
    ...(job !== undefined && { job }),
    ...(user !== undefined && { user }),
    ...(createdAt !== undefined && { createdAt }),
  };
}

/** All that is known of a run: what the system says, or, where it says nothing of steps, what its lines tell. */
export function toldOf(run: Fields, summary: ExecutionSummary, seen: readonly SeenStep[], readTime: ReadTime): Told {
  const listed = listOf(run['steps']).slice(0, mostSteps).map(fieldsOf);
  const steps = listed.map((step, index) => settled(listedStep(step, index, readTime), summary));
  steps.sort((a, b) => a.order - b.order);
  const hosts = new Map<string, HostResult[]>();
  for (const [index, step] of listed.entries()) {
    const { id } = listedStep(step, index, readTime);
    const parent = steps.find((one) => one.id === id);
    if (parent && Array.isArray(step['hosts'])) hosts.set(id, hostsOf(step, parent, readTime));
  }
  const unlisted = seen.filter(({ id }) => !steps.some((step) => step.id === id));
  const inferred = unlisted.map((step, index) => inferredStep(step, steps.length + index + 1, summary, unlisted));
  const execution: Execution = { ...summary, steps: [...steps, ...inferred] };
  // A step of which no host is known has one that has no name.
  for (const { id, status } of execution.steps) {
    const named = (seen.find((one) => one.id === id)?.hosts.size ?? 0) > 0;
    if (!hosts.has(id) && !named) hosts.set(id, [{ id: unnamed, name: '', status }]);
  }
  return { execution, hosts };
}

function listedStep(step: Fields, index: number, readTime: ReadTime): Step {
  const id = nameIn(step['id'] ?? step['step'] ?? step['name']);
  const order = numberOf(step['order']) ?? index + 1;
  return { id, name: textOf(step['name']) ?? id, order, ...timesIn(step, readTime) };
}

function hostsOf(step: Fields, parent: Step, readTime: ReadTime): HostResult[] {
  return listOf(step['hosts'])
    .slice(0, mostHosts)
    .map(fieldsOf)
    .map((host) => {
      const id = nameIn(host['id'] ?? host['name'] ?? host['host']);
      const address = textOf(host['address']);
      const exitCode = numberOf(host['exit_code']);
      const result: HostResult = {
        ...{ id, name: textOf(host['name']) ?? id, ...timesIn(host, readTime) },
        ...(address !== undefined && { address }),
        ...(exitCode !== undefined && { exitCode }),
      };
      return settled(result, parent);
    });
}

/**
 * A step that nobody tells of but its lines. It may be come back to, so that none has ended while the run goes on;
 * then the last one is taken for the one that ended it.
 */
function inferredStep(
  { id, firstAt, lastAt, errors }: SeenStep,
  order: number,
  run: ExecutionSummary,
  all: readonly SeenStep[],
): Step {
  const ended = isFinished(run.status);
  const last = all.reduce((latest, one) => ((one.lastAt ?? 0) >= (latest.lastAt ?? 0) ? one : latest));
  return {
    ...{ id, name: id === unnamed ? run.name : id, order },
    status: ended ? inferredEnd(run.status, last.id === id, errors) : 'running',
    ...(firstAt !== undefined && { startedAt: firstAt }),
    ...(ended && lastAt !== undefined && { endedAt: lastAt }),
  };
}

function inferredEnd(run: Status, isLast: boolean, errors: number): Status {
  if (run === 'partial') return errors > 0 ? 'failed' : 'succeeded';
  return isLast ? run : 'succeeded';
}

function timesIn(told: Fields, readTime: ReadTime) {
  const startedAt = readTime(told['started_at']);
  const endedAt = readTime(told['completed_at'] ?? told['finished_at'] ?? told['ended_at']);
  const message = textOf(told['error_message'] ?? told['message']);
  return {
    // A service of ours says it in its own words too, which are more.
    ...statusOf(textOf(told['state'] ?? told['status'])),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(message !== undefined && { message: message.slice(0, 10_000) }),
  };
}
