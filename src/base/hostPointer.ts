import { LogError } from '../model/errors.ts';
import { pointer, type Pointer } from '../model/pointer.ts';

/**
 * How stores that number their host logs write pointers: `scheme:execution/log@number`. Number 0 is before the
 * first line of any log; a `+` names the place just after the line instead of the line.
 */
export interface HostPointer {
  /** All but the number: what the pointers of one log have in common. */
  readonly prefix: string;
  readonly execution: string;
  readonly log: number;
  readonly number: number;
  readonly after: boolean;
}

export function pointerPrefix(scheme: string, execution: string, log: number): string {
  return `${scheme}:${encodeURIComponent(execution)}/${log}@`;
}

export function startPointer(scheme: string, execution: string): Pointer {
  return pointer(`${pointerPrefix(scheme, execution, 0)}0`);
}

/** Throws invalidPointer unless `text` is one of `scheme`, or of any when none is given, and of `execution`. */
export function parsePointer(scheme: string | undefined, execution: string, text: Pointer): HostPointer {
  const parts = typeof text === 'string' ? /^((\w+):([^/@\s]+)\/(\d{1,15})@)(\d{1,15})(\+?)$/.exec(text) : null;
  const [, prefix, itsScheme, itsExecution, log, number, plus] = parts ?? [];
  if (prefix === undefined || itsScheme !== (scheme ?? itsScheme)) throw invalidPointer('is none of this store');
  if (itsExecution !== encodeURIComponent(execution)) throw invalidPointer('belongs to another execution');
  return { prefix, execution, log: Number(log), number: Number(number), after: plus === '+' };
}

/** Whether a log's pointers are numbered so, in whatever store. */
export function isPointerPrefix(execution: string, text: string): boolean {
  const parts = /^\w+:([^/@\s]+)\/\d{1,15}@$/.exec(text);
  return parts?.[1] === encodeURIComponent(execution);
}

export function invalidPointer(why: string): LogError {
  return new LogError('invalidPointer', `The pointer ${why}. Read from the start or the end instead.`);
}
