import { LogError } from '../../model/errors.ts';
import type { ConnectOptions } from '../../model/connect.ts';
import type { Api } from '../api.ts';
import type { Detected } from '../detected.ts';
import { numberOfFailure } from '../httpErrors.ts';
import { fieldsOf } from '../values.ts';
import { openJobsSource } from './client.ts';

/** How long to wait for the answer, in milliseconds. */
const patience = 15_000;
/** GAgent's number for what is not there. */
const notThere = 1_002;

/** A GAgent, by one small question. */
export async function detectJobs(api: Api, options: ConnectOptions, url: string): Promise<Detected | undefined> {
  if (!(await isJobsApi(api))) return undefined;
  // Whoever asked tells what was found.
  const { found: _, ...others } = options;
  return { system: { name: 'GAgent' }, client: openJobsSource(url, others) };
}

/**
 * The newer version, and a service of ours, have a board; the older one has none, and says so in a shape that nobody
 * else has. Throws what else the question ends with.
 */
async function isJobsApi(api: Api): Promise<boolean> {
  const query = new URLSearchParams({ limit: '1' });
  try {
    const groups = fieldsOf(await api.json('/jobs/board', { query, timeout: patience }))['groups'];
    return typeof groups === 'object' && groups !== null && !Array.isArray(groups);
  } catch (error) {
    const { code, cause } = LogError.from(error);
    // Many servers answer whatever they do not know with a page for people.
    if (cause instanceof SyntaxError) return false;
    if (code !== 'notFound' && code !== 'invalidRequest') throw error;
    return numberOfFailure(error) === notThere;
  }
}
