import { LogError } from '../../model/errors.ts';
import { readJson } from '../executor/call.ts';
import { badParam } from '../executor/params.ts';
import type { HttpCall } from '../http.ts';

/** Largest body that is read, in bytes. */
const mostBody = 65_536;
/** What is nested deeper could be read, and never be told again. */
const deepest = 50;

/** A whole number from 1 to `most`; `usual` when it is not given. */
export function countParam(
  { query }: HttpCall,
  name: string,
  { usual, most }: { usual: number; most: number },
): number {
  const text = query.get(name);
  if (text === null) return usual;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw badParam(name, `is a whole number from 1 to ${most}`);
}

export function switchParam({ query }: HttpCall, name: string, usual: boolean): boolean {
  const text = query.get(name)?.toLowerCase();
  if (text === undefined || text === '') return usual;
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw badParam(name, 'is true or false');
}

/** The object that a body holds. Throws invalidRequest for anything else. */
export async function readObject(call: HttpCall): Promise<Readonly<Record<string, unknown>>> {
  const value = await readJson(call, mostBody);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new LogError('invalidRequest', 'The body is no JSON object. Send one.');
  if (!isFlat(value, deepest))
    throw new LogError('invalidRequest', `The body is nested deeper than ${deepest} levels. Flatten it.`);
  return { ...value };
}

function isFlat(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((one) => isFlat(one, levels - 1));
}
