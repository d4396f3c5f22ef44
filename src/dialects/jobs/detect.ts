import { LogError } from '../../model/errors.ts';
import type { Api } from '../api.ts';
import { numberOfFailure } from '../httpErrors.ts';
import { field, fieldsOf, isFields } from './client/fields.ts';

/** How long to wait for the answer, in milliseconds. */
const patience = 15_000;
/** GAgent's number for what is not there. */
const notThere = 1_002;

/**
 * Whether an address speaks document 004's API, by one small question: the newer version and services of ours have a
 * board; the older one has none, and says so in a shape that nobody else has. Throws what else the question ends with.
 */
export async function isJobsApi(api: Api, signal?: AbortSignal): Promise<boolean> {
  const query = new URLSearchParams({ limit: '1' });
  try {
    const board = fieldsOf(await api.json('/jobs/board', { query, signal, timeout: patience }));
    return isFields(field(board, 'groups'));
  } catch (error) {
    if (!(error instanceof LogError) || (error.code !== 'notFound' && error.code !== 'invalidRequest')) throw error;
    return numberOfFailure(error) === notThere;
  }
}
