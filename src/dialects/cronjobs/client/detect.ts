import type { ConnectOptions } from '../../../model/connect.ts';
import type { Api } from '../../api.ts';
import { askWhetherThere, type Detected } from '../../detected.ts';
import { fieldsOf } from '../../values.ts';
import { openCronJobs } from './source.ts';

/** A weaver, by its list of jobs: each has an id and a name. */
export async function detectCronJobs(api: Api, options: ConnectOptions, url: string): Promise<Detected | undefined> {
  const answer = await askWhetherThere(api, '/api/cronjobs/', new URLSearchParams({ skip: '0', limit: '1' }));
  if (!Array.isArray(answer)) return undefined;
  const areJobs = answer.map(fieldsOf).every((job) => 'id' in job && 'name' in job);
  return areJobs ? { system: { name: 'weaver' }, client: openCronJobs(url, options) } : undefined;
}
