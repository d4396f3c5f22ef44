import type { ExecutionSummary } from '../../../model/execution.ts';
import { fieldsOf, listOf, type Fields } from '../../values.ts';
import { field, textIn } from './fields.ts';
import { summaryOf } from './told.ts';

/** The jobs of all groups of a board; what has no id is none. */
export function summariesOn(board: Fields): ExecutionSummary[] {
  const groups = Object.values(fieldsOf(field(board, 'groups')));
  const items = groups.flatMap((group) => listOf(field(fieldsOf(group), 'items')).map(fieldsOf));
  return items.flatMap((item) => {
    const id = textIn(item, 'job_id');
    return id === undefined ? [] : [summaryOf(id, item)];
  });
}
