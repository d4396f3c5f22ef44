import type { LogScope } from '../../../model/query.ts';
import { isFinished, type Status } from '../../../model/status.ts';
import type { ExecutionReports, TaskState } from './reports.ts';
import { compareIds, receivedAt } from './streamId.ts';

/** The reported tasks of an execution, by step and host: of tasks that were tried again, the last try. */
export class Tasks {
  readonly steps = new Map<string, Map<string, TaskState>>();
  readonly whole: TaskState | undefined;
  /** Those that name no step or host. */
  readonly #loose: TaskState[] = [];
  readonly #openHosts: number;

  constructor(reports: ExecutionReports | undefined) {
    this.whole = reports?.whole;
    this.#openHosts = reports?.openHosts ?? 0;
    for (const task of reports?.tasks.values() ?? []) this.#add(task);
  }

  get all(): TaskState[] {
    return [...this.#loose, ...[...this.steps.values()].flatMap((hosts) => [...hosts.values()])];
  }

  ofScope({ step, host }: Omit<LogScope, 'execution'>): readonly TaskState[] {
    if (step === undefined) return this.all;
    const hosts = this.steps.get(step);
    if (host === undefined) return [...(hosts?.values() ?? [])];
    const task = hosts?.get(host);
    return task ? [task] : [];
  }

  /** What the reports say of the execution; `unknown` when they say nothing. */
  get status(): Status {
    if (this.whole) return this.whole.status;
    const status = combined(this.all.map((task) => task.status));
    return isFinished(status) && this.#openHosts > 0 ? 'running' : status;
  }

  /**
   * When the reports that a scope has ended were received, in milliseconds since the epoch; undefined while they do
   * not say so. A host has ended with its task; what is wider only when no other host of the execution is open either.
   */
  endReceivedAt(scope: Omit<LogScope, 'execution'>): number | undefined {
    if (this.whole && isFinished(this.whole.status)) return receivedAt(this.whole.id);
    const tasks = this.ofScope(scope);
    if (tasks.length === 0 || tasks.some(({ status }) => !isFinished(status))) return undefined;
    if (scope.host === undefined && this.#openHosts > 0) return undefined;
    if (scope.step === undefined && this.whole) return undefined;
    return tasks.reduce((latest, { id }) => Math.max(latest, receivedAt(id)), 0);
  }

  #add(task: TaskState): void {
    const { step, host } = task;
    if (step === undefined || host === undefined) {
      this.#loose.push(task);
      return;
    }
    const hosts = this.steps.get(step) ?? new Map<string, TaskState>();
    this.steps.set(step, hosts);
    const before = hosts.get(host);
    if (!before || compareIds(before.firstId, task.firstId) < 0) hosts.set(host, task);
  }
}

/** How a whole goes whose parts go so. Nothing is guessed: where a part's end is unknown, so is that of the whole. */
export function combined(statuses: readonly Status[]): Status {
  const has = (...some: readonly Status[]): boolean => statuses.some((status) => some.includes(status));
  if (statuses.length === 0) return 'unknown';
  if (has('running')) return 'running';
  if (has('paused')) return 'paused';
  if (has('pending')) return statuses.every((status) => status === 'pending') ? 'pending' : 'running';
  if (has('failed', 'timedOut', 'partial')) return 'failed';
  if (has('unknown')) return 'unknown';
  if (has('interrupted')) return 'interrupted';
  if (has('cancelled')) return 'cancelled';
  return has('succeeded') ? 'succeeded' : 'skipped';
}
