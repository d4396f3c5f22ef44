import type { ExecutionRef } from './execution.ts';
import type { CallOptions } from './source.ts';

/** What can be run again and again; each run is an execution whose `job` is this id. */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** When it runs by itself, as five cron fields in the runner's own time zone; never when absent. */
  readonly cron?: string;
  /** False: it runs neither by itself nor when asked. */
  readonly enabled: boolean;
  /** When it runs next by itself, milliseconds since the epoch. */
  readonly nextRunAt?: number;
  /** Why it cannot be run, in words: its file is damaged, say. */
  readonly problem?: string;
}

export interface RunRequest {
  readonly job: string;
  /** Who asked, as the execution's user. */
  readonly user?: string;
  /** Added to the environment of what runs. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts what it knows, in the background. */
export interface Runner {
  jobs(options?: CallOptions): Promise<readonly Job[]>;
  /** Resolves when the execution exists and has begun. Throws notFound; invalidRequest for what cannot be run. */
  start(request: RunRequest, options?: CallOptions): Promise<ExecutionRef>;
}
