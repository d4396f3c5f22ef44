import { invalidPointer } from '../base/hostPointer.ts';
import type { LogScope } from '../model/query.ts';
import { pointer, type Pointer } from '../model/pointer.ts';

/** `scheme:<execution>/<step>/<host>@<number>`; a `+` names the place just after the line. */
const form = /^(\w+):([^/@\s]+)\/([^/@\s]+)\/([^/@\s]+)@(\d{1,15})(\+?)$/;

export interface LinePlace {
  readonly step: string;
  readonly host: string;
  readonly number: number;
  readonly after: boolean;
}

export function pointerPrefix(scheme: string, execution: string, step: string, host: string): string {
  return `${scheme}:${[execution, step, host].map(encodeURIComponent).join('/')}@`;
}

/** Before the first line of any log of an execution. */
export function startOf(scheme: string, execution: string): Pointer {
  return pointer(`${pointerPrefix(scheme, execution, '-', '-')}0`);
}

/** Throws invalidPointer unless `text` is one of this scope. */
export function placeIn(scheme: string, scope: LogScope, text: Pointer): LinePlace {
  const parts = typeof text === 'string' ? form.exec(text) : null;
  if (parts?.[1] !== scheme) throw invalidPointer('is none of this system');
  const [execution, step = '', host = ''] = parts.slice(2, 5).map(decoded);
  if (execution !== scope.execution) throw invalidPointer('belongs to another execution');
  const place = { step, host, number: Number(parts[5]), after: parts[6] === '+' };
  if (place.number === 0) return place;
  if ((scope.step ?? step) !== step || (scope.host ?? host) !== host) throw invalidPointer('belongs to another log');
  return place;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidPointer('is damaged');
  }
}
