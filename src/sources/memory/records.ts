import type { HeldLog } from '../../held/heldLog.ts';
import type { HostRef, NewExecution, StepRef } from '../../model/sink.ts';
import type { ExecutionRef, HostResult, StatusChange, Step } from '../../model/execution.ts';
import type { LineOrigin } from '../../model/line.ts';
import { LogError } from '../../model/errors.ts';
import type { Status } from '../../model/status.ts';
import type { LogScope } from '../../model/query.ts';
import type { FrequentError, Metric } from '../../model/statistics.ts';

/** What is written with an ending, and changed by nothing else. */
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export interface HeldHost {
  readonly result: Mutable<HostResult>;
  origin: LineOrigin;
  readonly log: HeldLog;
}

export interface HeldStep {
  readonly step: Mutable<Omit<Step, 'hosts'>>;
  readonly hosts: Map<string, HeldHost>;
  readonly log: HeldLog;
}

/** What is counted of one execution, and what it told of itself. */
export interface HeldStatistics {
  readonly lines: Map<string, { readonly step: string; readonly hour: number; readonly counts: number[] }>;
  readonly errors: Map<string, FrequentError>;
  readonly metrics: Map<string, Metric>;
}

export interface HeldExecution {
  readonly about: NewExecution;
  status: Status;
  end: { readonly rawStatus?: string; readonly message?: string; readonly endedAt?: number };
  readonly history: StatusChange[];
  readonly steps: Map<string, HeldStep>;
  /** By the number in their pointers, less one. */
  readonly hosts: HeldHost[];
  readonly log: HeldLog;
  readonly statistics: HeldStatistics;
}

/** Everything a memory store holds, by name. Looking for what is not there throws notFound. */
export class Records {
  readonly executions = new Map<string, HeldExecution>();

  execution({ execution }: ExecutionRef): HeldExecution {
    const held = this.executions.get(execution);
    if (!held) throw new LogError('notFound', `There is no execution "${execution}".`);
    return held;
  }

  step(ref: StepRef): HeldStep {
    const held = this.execution(ref).steps.get(ref.step);
    if (!held) throw new LogError('notFound', `Execution "${ref.execution}" has no step "${ref.step}".`);
    return held;
  }

  host(ref: HostRef): HeldHost {
    const held = this.step(ref).hosts.get(ref.host);
    if (!held) throw new LogError('notFound', `Step "${ref.step}" has no host "${ref.host}".`);
    return held;
  }

  scope({ execution, step, host }: LogScope): { readonly log: HeldLog } {
    if (step === undefined) return this.execution({ execution });
    return host === undefined ? this.step({ execution, step }) : this.host({ execution, step, host });
  }
}
