import { LogError } from '../model/errors.ts';
import { pointer, type Pointer } from '../model/pointer.ts';

/**
 * How stores that number their host logs write pointers: `scheme:execution/log@number`. Number 0 is before the
 * first line of any log; a `+` names the place just after the line instead of the line.
 */
export interface HostPointer {
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

/** Throws invalidPointer unless `text` is one of `scheme` and `execution`. */
export function parsePointer(scheme: string, execution: string, text: Pointer): HostPointer {
  const parts = typeof text === 'string' ? /^(\w+):([^/@\s]+)\/(\d{1,15})@(\d{1,15})(\+?)$/.exec(text) : null;
  if (parts?.[1] !== scheme || parts[2] === undefined) throw invalidPointer('is none of this store');
  if (parts[2] !== encodeURIComponent(execution)) throw invalidPointer('belongs to another execution');
  return { execution, log: Number(parts[3]), number: Number(parts[4]), after: parts[5] === '+' };
}

export function invalidPointer(why: string): LogError {
  return new LogError('invalidPointer', `The pointer ${why}. Read from the start or the end instead.`);
}
