import type { Execution, ExecutionRef, ExecutionSummary, Invocation } from './execution.ts';
import type { LineColumns } from './line.ts';
import type { Gap } from './page.ts';
import type { Metric } from './statistics.ts';
import type { Status } from './status.ts';

/** The writer names the execution, so that saying it twice makes it once. */
export interface NewExecution extends ExecutionRef {
  readonly name: string;
  readonly kind?: ExecutionSummary['kind'];
  readonly job?: ExecutionSummary['job'];
  readonly user?: string;
  readonly invocation?: Invocation;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Given when what has ended elsewhere is copied: nobody sees the copy until it is finished, then all of it. */
  readonly copy?: Pick<Execution, 'createdAt' | 'url' | 'history'>;
}

export interface StepRef extends ExecutionRef {
  readonly step: string;
}

/** Announces a step; with `status: 'pending'` before its turn has come, later again as `running`. */
export interface StepStart extends StepRef {
  readonly name: string;
  /** 1 for the first. */
  readonly order: number;
  readonly path?: readonly string[];
  readonly status: Extract<Status, 'pending' | 'running'>;
  /** The hosts it is going to run on, so that those that did not begin yet can be seen. */
  readonly hosts: readonly { readonly id: string; readonly name: string; readonly address?: string }[];
  readonly at: number;
}

export interface HostRef extends StepRef {
  readonly host: string;
}

interface Numbered extends HostRef {
  /** Number of the first line, from 1. */
  readonly firstNumber: number;
  /** What comes before the number in these lines' pointers where they are copied from: they keep their pointers. */
  readonly formerly?: string;
}

/** Lines of one host. Appending the same numbers again changes nothing; a number past the next one is refused. */
export interface Append extends Numbered {
  readonly lines: LineColumns;
  /**
   * The writer does not count: whatever `firstNumber` says, the lines come after all that are there, those of others
   * who write at the same time included. Appending them again doubles them.
   */
  readonly uncounted?: true;
}

/** Lines of one host that will never come, though they have numbers. Repeated and refused as `Append`. */
export interface Loss extends Numbered {
  readonly count: number;
  readonly reason: Gap['reason'];
}

export interface NewMetric extends ExecutionRef, Metric {}

export interface Ending {
  readonly status: Status;
  readonly rawStatus?: string;
  readonly message?: string;
  readonly at: number;
}

export interface HostEnd extends HostRef, Ending {
  readonly exitCode?: number;
  /** It failed, and that does not matter. */
  readonly ignored?: true;
}

/** How a step went on one host, as the run itself knows at its end. */
export interface HostOutcome {
  readonly step: string;
  readonly host: string;
  readonly status: Status;
  readonly exitCode?: number;
  readonly message?: string;
  readonly ignored?: true;
  readonly startedAt?: number;
  readonly endedAt: number;
}

export interface ExecutionEnd extends ExecutionRef, Ending {
  /**
   * All results of the run, stored together with its end: what was told live stays as it is, and what was not is set
   * right. Those of steps that were never announced are passed over.
   */
  readonly results?: readonly HostOutcome[];
}

/** Where recorders write. When a call has resolved, what it said survives kill -9 and power loss. */
export interface LogSink extends AsyncDisposable {
  createExecution(execution: NewExecution): Promise<void>;
  startStep(step: StepStart): Promise<void>;
  startHost(host: HostRef & { readonly at: number }): Promise<void>;
  /** When it has resolved, the batch's arrays are the caller's again: a sink that keeps lines copies them. */
  append(batch: Append): Promise<void>;
  /** Puts a gap where lines should be. Absent in sinks that keep whole logs only, and no copies. */
  lose?(loss: Loss): Promise<void>;
  /** Keeps a number that the run tells of itself, until the execution has ended. Absent in sinks that keep none. */
  metric?(metric: NewMetric): Promise<void>;
  finishHost(end: HostEnd): Promise<void>;
  finishStep(end: StepRef & Ending): Promise<void>;
  finishExecution(end: ExecutionEnd): Promise<void>;
}
