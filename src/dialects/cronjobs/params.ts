import type { LogFilter } from '../../model/query.ts';
import type { Status } from '../../model/status.ts';
import { badParam, countParam, textParam, timeParam } from '../executor/params.ts';
import { levelsFor, levelWords, statusesFor, statusWords } from './words.ts';

/** Which lines are asked for, besides those of which job. */
export interface LineWish {
  readonly filter?: LogFilter;
  /** A step's id, or its name. */
  readonly step?: string;
}

/** `level`, `step`, `start_time`, `end_time` and `search`, as a query string or the filters of a subscription have them. */
export function readLineWish(params: URLSearchParams): LineWish {
  const level = textParam(params, 'level');
  const levels = level === undefined ? undefined : levelsFor(level);
  if (level !== undefined && !levels) throw badParam('level', `knows ${levelWords.join(', ')}`);
  const search = textParam(params, 'search');
  const since = timeParam(params, 'start_time');
  const end = timeParam(params, 'end_time');
  const step = textParam(params, 'step');
  const filter = {
    ...(search !== undefined && { text: { pattern: search } }),
    ...(levels && { levels }),
    ...(since !== undefined && { since }),
    // The document's end is one of the lines' times, ours comes after them.
    ...(end !== undefined && { until: end + 1 }),
  };
  return { ...(Object.keys(filter).length > 0 && { filter }), ...(step !== undefined && { step }) };
}

/** `limit`, refused where it is out of range as the document's system does. */
export function limitParam(params: URLSearchParams, usual: number, most: number): number {
  const limit = countParam(params, 'limit') ?? usual;
  if (limit > most) throw badParam('limit', `is a whole number from 1 to ${most}`);
  return limit;
}

/** A whole number from 0. */
export function skipParam(params: URLSearchParams, key: string): number {
  const text = textParam(params, key) ?? '0';
  if (!/^\d{1,12}$/.test(text)) throw badParam(key, 'is a whole number from 0');
  return Number(text);
}

export function statusParam(params: URLSearchParams): readonly Status[] | undefined {
  const word = textParam(params, 'status_filter');
  if (word === undefined) return undefined;
  const meant = statusesFor(word);
  if (meant.length === 0) throw badParam('status_filter', `knows ${statusWords.join(', ')}`);
  return meant;
}
