import type { ExecutionRef } from './execution.ts';
import type { Level, Stream } from './line.ts';
import type { Pointer } from './pointer.ts';
import type { Status } from './status.ts';

/** What is read: one host's log; without host, the step's hosts merged; without step, the whole execution. */
export interface LogScope extends ExecutionRef {
  readonly step?: string;
  readonly host?: string;
}

/**
 * Where reading begins, and which way it goes: `start`, `after`, `time` and `line` read forward, `end` and
 * `before` backward, `around` both ways. `before` and `after` exclude the line itself, `around` includes it.
 * Lines of a page are always in log order.
 */
export type Position =
  | { readonly at: 'start' }
  | { readonly at: 'end' }
  | { readonly at: 'before'; readonly pointer: Pointer }
  | { readonly at: 'after'; readonly pointer: Pointer }
  | { readonly at: 'around'; readonly pointer: Pointer }
  /** The first line whose producer's time is not earlier; milliseconds since the epoch. */
  | { readonly at: 'time'; readonly time: number }
  /** A line number, from 1; a number past the end reads nothing and is no error. In wider scopes the rank in the merged order. */
  | { readonly at: 'line'; readonly line: number };

export interface TextPattern {
  readonly pattern: string;
  readonly regex?: boolean;
  readonly matchCase?: boolean;
  readonly wholeWord?: boolean;
}

export interface LogFilter {
  readonly text?: TextPattern;
  /** Lines that match this are left out. */
  readonly exclude?: TextPattern;
  readonly levels?: readonly Level[];
  readonly streams?: readonly Stream[];
  /** Milliseconds since the epoch, inclusive. */
  readonly since?: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly until?: number;
}

/** How much one page may hold; whichever is reached first. One line is always given, however long. */
export interface PageLimit {
  readonly lines?: number;
  readonly bytes?: number;
}

export const defaultPageLimit = { lines: 1_000, bytes: 1_048_576 } as const;

export interface LogQuery extends LogScope {
  /** For a tail: where it begins, `start` or `after` or `end`; what comes later follows. */
  readonly position: Position;
  readonly limit?: PageLimit;
  readonly filter?: LogFilter;
  /** Leaves the text out and gives the other columns only, for those who count or mark matches. */
  readonly withoutText?: boolean;
}

export interface ExecutionFilter {
  readonly statuses?: readonly Status[];
  /** Plain text sought in name and id, ignoring case. */
  readonly text?: string;
  /** Runs of this job, by its id. */
  readonly job?: string;
  readonly user?: string;
  /** Created at or after; milliseconds since the epoch. */
  readonly since?: number;
  /** Created before; milliseconds since the epoch. */
  readonly until?: number;
}

/** Executions, newest first. */
export interface ExecutionQuery {
  readonly filter?: ExecutionFilter;
  /** `ExecutionList.next` of the page before. */
  readonly cursor?: string;
  /** Default 50. */
  readonly limit?: number;
}

export type HostSort = 'result' | 'name' | 'duration' | 'exitCode';

export interface StepQuery extends ExecutionRef {
  readonly step: string;
  readonly statuses?: readonly Status[];
  /** Plain text sought in id, name and address, ignoring case. */
  readonly text?: string;
  /** Default `result`: failed first, then cancelled, then running, then the rest, each by name. */
  readonly sort?: HostSort;
  readonly cursor?: string;
  /** Default 200. */
  readonly limit?: number;
}

/** Which changes are asked for: of one step, of one execution, or, with nothing given, of all executions. */
export interface WatchQuery {
  readonly execution?: string;
  readonly step?: string;
}
