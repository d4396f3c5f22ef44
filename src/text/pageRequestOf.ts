import { checkQuery, roomOf } from '../base/pageRequest.ts';
import type { PageRequest } from '../base/readPage.ts';
import type { LogQuery } from '../model/query.ts';
import { compileFilter } from './matcher.ts';

/** The page that a query asks for. Throws invalidRequest for what makes no sense; queries come from other programs too. */
export function pageRequestOf(query: LogQuery): PageRequest {
  checkQuery(query);
  const { position, limit, filter, withoutText } = query;
  return {
    position,
    room: roomOf(limit),
    ...(filter && { filter: compileFilter(filter) }),
    ...(withoutText && { withoutText }),
  };
}
