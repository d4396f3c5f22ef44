import { checkQuery, roomOf } from '../../base/pageRequest.ts';
import type { LogQuery } from '../../model/query.ts';
import { logQueryParams } from './logQueryParams.ts';

/** A query for structured lines, but its scope. Throws invalidRequest for what no service could answer. */
export function nativeQuery(query: LogQuery): URLSearchParams {
  checkQuery(query);
  roomOf(query.limit);
  const params = logQueryParams(query);
  params.set('format', 'lines');
  return params;
}
