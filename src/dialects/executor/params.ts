import { parseTime } from '../../base/parseTime.ts';
import { LogError } from '../../model/errors.ts';

/** Reads parameters of a query string; what cannot be understood is an invalidRequest that names the parameter. */

/** A whole number from 1. */
export function countParam(params: URLSearchParams, key: string): number | undefined {
  const text = params.get(key);
  if (text === null) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  if (value < 1) throw badParam(key, 'is a whole number from 1');
  return value;
}

/** Numbers are milliseconds since the epoch, everything else ISO 8601; empty is absent. */
export function timeParam(params: URLSearchParams, key: string): number | undefined {
  const text = params.get(key)?.trim();
  if (text === undefined || text === '') return undefined;
  // A plus sign of an offset arrives as a space where it was not encoded.
  const time = /^-?\d{1,16}(\.\d+)?$/.test(text) ? Number(text) : parseTime(text.replace(/ (\d\d:?\d\d)$/, '+$1'));
  if (time === undefined) throw badParam(key, 'is a time: ISO 8601, or milliseconds since the epoch');
  return time;
}

export function switchParam(params: URLSearchParams, key: string): boolean {
  const text = params.get(key);
  if (text === null || text === '' || text === 'false' || text === '0') return false;
  if (text === 'true' || text === '1') return true;
  throw badParam(key, 'is true or false');
}

/** Words between commas. */
export function wordsParam<T extends string>(
  params: URLSearchParams,
  key: string,
  known: readonly T[],
): readonly T[] | undefined {
  const text = params.get(key);
  if (text === null) return undefined;
  if (text === '') return [];
  return text.split(',').map((word) => wordOf(word.trim(), key, known));
}

export function wordParam<T extends string>(params: URLSearchParams, key: string, known: readonly T[]): T | undefined {
  const text = params.get(key);
  return text === null || text === '' ? undefined : wordOf(text, key, known);
}

/** The text of a parameter that may be left empty. */
export function textParam(params: URLSearchParams, key: string): string | undefined {
  const text = params.get(key);
  return text === null || text === '' ? undefined : text;
}

export function badParam(key: string, rule: string): LogError {
  return new LogError('invalidRequest', `The parameter "${key}" ${rule}. Correct it and ask again.`);
}

function wordOf<T extends string>(word: string, key: string, known: readonly T[]): T {
  const found = known.find((one) => one === word);
  if (found === undefined) throw badParam(key, `knows ${known.join(', ')}`);
  return found;
}
