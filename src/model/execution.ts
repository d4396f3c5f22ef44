import type { Pointer } from './pointer.ts';
import { isFinished, type Status } from './status.ts';

/** Names one execution. Ids are strings always: some systems count beyond 2^53. */
export interface ExecutionRef {
  readonly execution: string;
}

/** What an execution, a step and a host have in common. Times are milliseconds since the epoch. */
interface Timed {
  readonly status: Status;
  /** The system's own word, kept when it says more than `status`. */
  readonly rawStatus?: string;
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** Why it ended the way it did, in the system's words. */
  readonly message?: string;
}

export interface StatusChange {
  readonly status: Status;
  readonly at: number;
}

/** How many hosts ended how; a status that did not occur is absent. */
export type StatusCounts = Readonly<Partial<Record<Status, number>>>;

/** One row of a list of executions. */
export interface ExecutionSummary extends Timed {
  readonly id: string;
  readonly name: string;
  /** What sort of thing ran ("command", "pipeline", a job type …), in the system's words. */
  readonly kind?: string;
  /** Id of the job that this is a run of, when it is one. */
  readonly job?: string;
  readonly user?: string;
  readonly createdAt?: number;
  /** Where the system shows this execution to people. */
  readonly url?: string;
  /** What was typed to start it, when it was recorded on a machine: enough to run it again. */
  readonly invocation?: Invocation;
}

export interface Invocation {
  readonly command: readonly string[];
  readonly directory: string;
}

/** An execution with its steps, never with its logs. */
export interface Execution extends ExecutionSummary {
  readonly steps: readonly Step[];
  /** Status changes in the order they happened, where the system keeps them. */
  readonly history?: readonly StatusChange[];
}

export interface Step extends Timed {
  readonly id: string;
  readonly name: string;
  /** 1 for the first step. */
  readonly order: number;
  /** Names of what the step belongs to, outermost first: module, task. */
  readonly path?: readonly string[];
  readonly hosts?: StatusCounts;
}

/** How a step went on one host. */
export interface HostResult extends Timed {
  readonly id: string;
  readonly name: string;
  readonly address?: string;
  readonly exitCode?: number;
  /** It failed, and whoever ran it said that this does not matter. */
  readonly ignored?: true;
  readonly lines?: number;
  readonly errors?: number;
  /** The first line that tells of an error, when the system or its sink found one. */
  readonly firstError?: Pointer;
}

/** Milliseconds from start to end, or to `now` while it goes on; undefined before the start, and when nobody knows the end. */
export function durationOf({ status, startedAt, endedAt }: Timed, now: number): number | undefined {
  const until = endedAt ?? (isFinished(status) ? undefined : now);
  return startedAt === undefined || until === undefined ? undefined : Math.max(0, until - startedAt);
}
