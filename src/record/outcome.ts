import { constants } from 'node:os';
import type { Status } from '../model/status.ts';
import type { ProcessEnd } from './childProcess.ts';

/** How a process went, in the model's words. */
export interface Outcome {
  readonly status: Status;
  readonly exitCode?: number;
  readonly message?: string;
}

/** `timeout` in milliseconds, for the words. */
export function outcomeOf(end: ProcessEnd, timeout?: number): Outcome {
  const exitCode = end.exitCode ?? (end.signal && signalCode(end.signal));
  const code = exitCode !== undefined && { exitCode };
  const by = end.signal ? `ended by ${end.signal}` : `exit code ${exitCode ?? '?'}`;
  if (end.stopped !== undefined) return { status: 'cancelled', ...code, message: end.stopped };
  if (end.timedOut) return { status: 'timedOut', ...code, message: `took longer than ${(timeout ?? 0) / 1_000} s` };
  if (end.failure !== undefined) return { status: 'failed', ...code, message: end.failure };
  if (exitCode === 0) return { status: 'succeeded', ...code };
  return { status: 'failed', ...code, message: by };
}

/** What a shell says of a process that a signal has ended. */
export function signalCode(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
