import type { Execution, ExecutionRef } from './execution.ts';
import type { ExecutionList, LogPage, StepResult } from './page.ts';
import type { ExecutionQuery, LogQuery, StepQuery, WatchQuery } from './query.ts';
import type { Status } from './status.ts';

export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** What a source can do; the view and the contract suite read the same declaration. */
export interface Capabilities {
  /** `stable`: a pointer outlives restarts. `session`: it holds as long as this object. */
  readonly pointers: 'stable' | 'session';
  readonly seekByLine: boolean;
  readonly seekByTime: boolean;
  /** Pages carry `firstLine` and `total`. */
  readonly totals: boolean;
  /** Filters where the lines are; otherwise the reader must wrap it. */
  readonly filters: boolean;
  /** Reads whole steps and executions merged, not only one host's log. */
  readonly wideScopes: boolean;
  readonly watch: 'push' | 'poll';
  /** Steps have hosts; otherwise each step has one nameless host. */
  readonly hosts: boolean;
  readonly delete: boolean;
  /** Another system keeps what is read: it says less than our own sinks do, and may leave out lines without text. */
  readonly foreign?: boolean;
  /** Nobody keeps records of executions, steps and hosts: they are put together from what lines and results tell. */
  readonly inferred?: boolean;
}

/** Something in the scope changed: ask again for what it names. The narrowest thing that covers the change. */
export interface Change {
  readonly execution: string;
  readonly step?: string;
  readonly host?: string;
  /** The execution is gone. */
  readonly removed?: boolean;
}

/**
 * Everything that can be browsed. Every call takes one plain object, so it crosses HTTP or a port as it is.
 * Failures are `LogError`s; an abort rejects with the signal's reason. Whoever creates a source disposes it.
 */
export interface LogSource extends AsyncDisposable {
  readonly capabilities: Capabilities;
  listExecutions(query: ExecutionQuery, options?: CallOptions): Promise<ExecutionList>;
  /** Metadata and steps, never logs. */
  getExecution(ref: ExecutionRef, options?: CallOptions): Promise<Execution>;
  getStepResult(query: StepQuery, options?: CallOptions): Promise<StepResult>;
  readLog(query: LogQuery, options?: CallOptions): Promise<LogPage>;
  /** What is there, then what is written. Ends only with a `complete` page; anything else that stops it throws. */
  tailLog(query: LogQuery, options?: CallOptions): AsyncIterable<LogPage>;
  /** What changes from now on, until aborted. Changes of the same thing may be told as one. */
  watch(query: WatchQuery, options?: CallOptions): AsyncIterable<Change>;
}

export interface Deletion extends ExecutionRef {
  /**
   * How it was when somebody looked: refused (`invalidRequest`) when it is no longer so, because its writer came back
   * say. `lines` are those of the whole execution, lost ones included.
   */
  readonly unchanged?: { readonly status: Status; readonly lines: number };
}

/** What someone in charge may do with what a source holds. */
export interface LogAdmin {
  /** Removes an execution with all its logs. Refused (`invalidRequest`) while it runs. */
  deleteExecution(what: Deletion, options?: CallOptions): Promise<void>;
  /** What all that is kept takes, in bytes, without what deletions have freed. Absent where that cannot be told. */
  usedBytes?(options?: CallOptions): Promise<number>;
  /** Copies that were begun and not finished, and whose writer is gone. Absent where none are left. */
  abandonedCopies?(options?: CallOptions): Promise<readonly string[]>;
  /** Removes a copy that was not finished; does nothing when there is none. */
  removeCopy?(ref: ExecutionRef, options?: CallOptions): Promise<void>;
}
