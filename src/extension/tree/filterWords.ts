import type { ExecutionFilter } from '../../model/query.ts';
import type { Words } from '../words.ts';
import { statusWord } from './formats.ts';

/** The filter as the view shows it: "failed, interrupted · “deploy”"; empty when nothing is left out. */
export function describeFilter(filter: ExecutionFilter, words: Words): string {
  const statuses = filter.statuses?.map((status) => statusWord(status, words)).join(', ');
  const text = filter.text === undefined ? undefined : `“${filter.text}”`;
  return [statuses, text, filter.user].filter((part) => part).join(' · ');
}
