import type { ExecutionSummary, HostResult, StatusCounts, Step } from './execution.ts';
import type { LineBatch, LineOrigin } from './line.ts';
import type { Pointer } from './pointer.ts';

export interface ExecutionList {
  readonly executions: readonly ExecutionSummary[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
  readonly total?: number;
  /** Words on what is missing from the list because it cannot be reached now. */
  readonly notice?: string;
}

export interface StepResult {
  readonly step: Step;
  readonly hosts: readonly HostResult[];
  /** Cursor of the next page; absent on the last. */
  readonly next?: string;
  /** How many hosts ended how, over all pages and before `statuses` and `text` are applied. */
  readonly counts: StatusCounts;
}

/** Lines that can no longer be had. They would stand before the first line of the page that tells of them. */
export interface Gap {
  readonly reason: 'trimmed' | 'expired' | 'dropped';
  /** How many, when the source knows. */
  readonly count?: number;
  /** First and last missing line number, when the source knows. */
  readonly from?: number;
  readonly to?: number;
  /** Which lines of which hosts, in their order, when the source knows. */
  readonly parts?: readonly GapPart[];
}

/** Missing lines of one host that follow one another. */
export interface GapPart {
  readonly origin: LineOrigin;
  readonly from: number;
  readonly to: number;
}

export interface Scanned {
  /** Lines looked at for this page, matching or not. */
  readonly lines: number;
  /** Lines in the whole scope, when known. */
  readonly total?: number;
}

/** How a tail keeps up with what is written. */
export type TailState =
  | { readonly kind: 'live' }
  /** Reading what was written before it may wait for news. */
  | { readonly kind: 'catchingUp' }
  /** Asks again and again, because the system cannot tell, or its stream is not to be had. */
  | { readonly kind: 'polling'; readonly seconds: number; readonly why?: string }
  /** The stream broke; the next attempt is made at `at`, milliseconds since the epoch. */
  | { readonly kind: 'reconnecting'; readonly at: number; readonly why: string };

/** A page may be short or empty without being the end. */
export interface LogPage {
  readonly lines: LineBatch;
  /** Read on from `before` this; absent when the start of the log has been reached. */
  readonly older?: Pointer;
  /** Read on, or tail, from `after` this; there even when the log is empty. */
  readonly newer: Pointer;
  /** This page reaches the end and nothing more will be written. */
  readonly complete: boolean;
  /** Row of the page's first line in the scope, from 1, when the source knows; on unfiltered pages only. */
  readonly firstLine?: number;
  /** Lines in the scope so far, unfiltered, when the source knows. */
  readonly total?: number;
  /** How far a filtered read looked; each call looks at a bounded stretch only. */
  readonly scanned?: Scanned;
  readonly gap?: Gap;
  /** On a tail's pages: how it keeps up from here on; as before when absent. Such a page may be empty. */
  readonly state?: TailState;
}
