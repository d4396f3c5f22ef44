import type { Status } from '../model/status.ts';
import type { Losses } from './recording.ts';

/** How a step went on one host: returned up the chain from step to task, module and pipeline. */
export interface HostResult {
  readonly step: string;
  /** Place of the step in the execution, from 1. */
  readonly order: number;
  readonly name: string;
  /** Names of what the step belongs to, outermost first. */
  readonly path: readonly string[];
  readonly host: string;
  readonly status: Status;
  readonly exitCode?: number;
  readonly message?: string;
  /** It failed, and the pipeline says that this does not matter. */
  readonly ignored?: true;
  readonly startedAt?: number;
  readonly endedAt: number;
  readonly lines: number;
}

/** How an execution went. */
export interface RunResult {
  readonly execution: string;
  readonly status: Status;
  readonly exitCode: number;
  readonly message?: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly results: readonly HostResult[];
  readonly losses: Losses;
}
