import type { ExecutionRef } from './execution.ts';
import type { Level } from './line.ts';
import type { Pointer } from './pointer.ts';
import type { CallOptions } from './source.ts';
import type { Status } from './status.ts';

/**
 * What is counted: one execution, all runs of one job, or, with neither, everything. Lines are narrowed to whole
 * hours; of several executions those count, and their errors, that were created within them.
 */
export interface StatisticsQuery {
  readonly execution?: string;
  readonly job?: string;
  /** Of lines of that time or later; milliseconds since the epoch, rounded down to a whole hour. */
  readonly since?: number;
  /** Of lines before that time; rounded up to a whole hour. */
  readonly until?: number;
}

/** How many lines had which level; a level that did not occur is absent. */
export type LevelCounts = Readonly<Partial<Record<Level, number>>>;

export interface Durations {
  readonly count: number;
  /** Milliseconds, as the ones below. */
  readonly mean: number;
  readonly median: number;
  readonly most: number;
  readonly least: number;
}

export interface FrequentError {
  /** The line without times, numbers and ids, so that equal errors count as one. */
  readonly text: string;
  readonly count: number;
  /** One line that says so, of the newest execution that has one. */
  readonly execution: string;
  readonly pointer: Pointer;
}

export interface StepStatistics {
  readonly step: string;
  readonly lines: number;
  readonly levels: LevelCounts;
}

export interface HourStatistics {
  /** The hour's beginning, milliseconds since the epoch. */
  readonly hour: number;
  readonly lines: number;
  readonly levels: LevelCounts;
}

/**
 * Kept as lines are written: asking costs the same however many there are. A line's hour is that of its own time, or
 * of its coming when it has none. Stores may bound what they count: 200 texts of errors an execution, the newest
 * executions of many.
 */
export interface Statistics {
  readonly lines: number;
  readonly levels: LevelCounts;
  /** Most lines first; at most 100. */
  readonly steps: readonly StepStatistics[];
  /** In order; hours without lines are absent; at most the last 1,000. */
  readonly hours: readonly HourStatistics[];
  /** Most frequent first; at most 20. */
  readonly errors: readonly FrequentError[];
  /** How executions ended, and how long those that ended took. */
  readonly executions: { readonly statuses: Readonly<Partial<Record<Status, number>>>; readonly durations?: Durations };
}

/** A number that a run told of itself. Telling the same again, with all that is here, changes nothing. */
export interface Metric {
  readonly name: string;
  readonly value: number;
  readonly unit?: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly step?: string;
  readonly host?: string;
}

/** What a store counts besides holding lines. */
export interface LogStatistics {
  /** Throws notFound for an execution that is not there; a job that never ran has no lines. */
  statistics(query: StatisticsQuery, options?: CallOptions): Promise<Statistics>;
  /** In the order they were told; at most the last 10,000. */
  metrics(ref: ExecutionRef, options?: CallOptions): Promise<readonly Metric[]>;
}
