import { countStatuses } from '../../../base/pageHosts.ts';
import { settled } from '../../../base/settle.ts';
import type { Execution, ExecutionSummary, HostResult, Step } from '../../../model/execution.ts';
import { isFailure, isFinished } from '../../../model/status.ts';
import type { ExecutionSighting, StepSighting } from './catalog.ts';
import { unresolved } from './entry.ts';
import type { ExecutionReports, TaskState } from './reports.ts';
import { compareIds, receivedAt, zeroId, type StreamId } from './streamId.ts';
import { combined, type Tasks } from './tasks.ts';

/** What is known of one execution: what reports say of it, what its lines tell, or both. */
export class KnownExecution {
  readonly id: string;
  readonly tasks: Tasks;
  readonly #reports: ExecutionReports | undefined;
  readonly #sighting: ExecutionSighting | undefined;

  constructor(
    id: string,
    reports: ExecutionReports | undefined,
    sighting: ExecutionSighting | undefined,
    tasks: Tasks,
  ) {
    this.id = id;
    this.#reports = reports;
    this.#sighting = sighting;
    this.tasks = tasks;
  }

  get isKnown(): boolean {
    return this.#reports !== undefined || this.#sighting !== undefined;
  }

  hasStep(step: string): boolean {
    return this.tasks.steps.has(step) || this.#sighting?.steps.has(step) === true;
  }

  hasHost(step: string, host: string): boolean {
    return this.tasks.steps.get(step)?.has(host) === true || this.#sighting?.steps.get(step)?.hosts.has(host) === true;
  }

  /** The earliest that anything tells of it, in milliseconds since the epoch. */
  get beginning(): number {
    const starts = [this.tasks.whole, ...this.tasks.all].map((task) => task?.startedAt ?? Infinity);
    const received = [this.#reports, this.#sighting].map((one) => (one ? receivedAt(one.firstId) : Infinity));
    return least([...starts, ...received]);
  }

  /** As `beginning`, by reports alone: what was reported before its lines came has lost none before that. */
  get reportedBeginning(): number | undefined {
    if (!this.#reports) return undefined;
    const starts = [this.tasks.whole, ...this.tasks.all].map((task) => task?.startedAt ?? Infinity);
    return least([...starts, receivedAt(this.#reports.firstId)]);
  }

  /** Of the first that was received of it. */
  get firstId(): StreamId {
    const ids = [this.#reports, this.#sighting].flatMap((one) => one?.firstId ?? []);
    return ids.toSorted(compareIds)[0] ?? zeroId;
  }

  get summary(): ExecutionSummary {
    const { tasks } = this;
    const { status } = tasks;
    const { all } = tasks;
    const startedAt = tasks.whole?.startedAt ?? earliest(all);
    const endedAt = isFinished(status) ? (tasks.whole?.endedAt ?? latest(all)) : undefined;
    const message = tasks.whole?.message ?? all.find((task) => isFailure(task.status))?.message;
    const beginning = this.beginning;
    return {
      id: this.id,
      name: this.id === unresolved.execution ? 'Lines that name no execution' : this.id,
      status,
      ...(tasks.whole?.rawStatus !== undefined && { rawStatus: tasks.whole.rawStatus }),
      ...(Number.isFinite(beginning) && { createdAt: beginning }),
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      ...(message !== undefined && { message }),
    };
  }

  /** `missing` says in words which steps may be missing. */
  execution(missing?: string): Execution {
    const { message, ...summary } = this.summary;
    const words = [message, missing].filter((some) => some !== undefined).join(' ');
    return { ...summary, ...(words && { message: words }), steps: this.steps };
  }

  get steps(): Step[] {
    const ids = new Set([...(this.#sighting?.steps.keys() ?? []), ...this.tasks.steps.keys()]);
    const steps = [...ids].map((id) => ({ id, order: this.#sighting?.steps.get(id)?.order, first: this.#firstOf(id) }));
    const rank = ({ id, order }: { id: string; order: number | undefined }): number =>
      id === unresolved.step ? Number.MAX_VALUE : (order ?? Number.MAX_SAFE_INTEGER);
    steps.sort((a, b) => rank(a) - rank(b) || a.first - b.first);
    return steps.map(({ id, order }, index) => this.#step(id, order ?? index + 1));
  }

  hosts(step: string): HostResult[] {
    const tasks = this.tasks.steps.get(step);
    const sightings = this.#sighting?.steps.get(step)?.hosts;
    const ids = new Set([...(tasks?.keys() ?? []), ...(sightings?.keys() ?? [])]);
    const { summary } = this;
    return [...ids].map((id) => {
      const seen = sightings?.get(id);
      const host = {
        id,
        name: seen?.name ?? id,
        ...(seen?.address !== undefined && { address: seen.address }),
        ...resultOf(tasks?.get(id)),
      };
      return host.status === 'unknown' ? host : settled(host, summary);
    });
  }

  #step(id: string, order: number): Step {
    const hosts = this.hosts(id);
    const reported = hosts.filter((host) => this.tasks.steps.get(id)?.has(host.id));
    const status = combined(reported.map((host) => host.status));
    const startedAt = earliest(hosts);
    const endedAt = isFinished(status) ? latest(hosts) : undefined;
    return {
      id,
      name: nameOf(id, this.#sighting?.steps.get(id)),
      order,
      status,
      ...(startedAt !== undefined && { startedAt }),
      ...(endedAt !== undefined && { endedAt }),
      hosts: countStatuses(hosts),
    };
  }

  /** When the first line or report of a step was received. */
  #firstOf(step: string): number {
    const seen = this.#sighting?.steps.get(step);
    const tasks = [...(this.tasks.steps.get(step)?.values() ?? [])].map(({ firstId }) => receivedAt(firstId));
    return least([seen ? receivedAt(seen.firstId) : Infinity, ...tasks]);
  }
}

function nameOf(id: string, seen: StepSighting | undefined): string {
  return id === unresolved.step ? 'Lines that name no step' : (seen?.name ?? `Step ${id}`);
}

function resultOf(task: TaskState | undefined): Omit<HostResult, 'id' | 'name' | 'address'> {
  if (!task) return { status: 'unknown' };
  const { status, rawStatus, exitCode, message, startedAt, endedAt } = task;
  return {
    status,
    ...(rawStatus !== undefined && { rawStatus }),
    ...(exitCode !== undefined && { exitCode }),
    ...(message !== undefined && { message }),
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && isFinished(status) && { endedAt }),
  };
}

function earliest(all: readonly { readonly startedAt?: number }[]): number | undefined {
  const times = all.flatMap(({ startedAt }) => startedAt ?? []);
  return times.length === 0 ? undefined : least(times);
}

function latest(all: readonly { readonly endedAt?: number }[]): number | undefined {
  const times = all.flatMap(({ endedAt }) => endedAt ?? []);
  return times.length === 0 ? undefined : -least(times.map((time) => -time));
}

function least(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => Math.min(a, b), Infinity);
}
