import type { Api } from '../../api.ts';
import { fieldsOf, textOf } from '../../values.ts';
import { askList } from './answers.ts';
import type { Pace } from './pace.ts';

const jobsAtOnce = 100;
const mostJobs = 10_000;

/** What jobs are called, by their ids, asked again from time to time. */
export class JobNames {
  readonly #api: Api;
  readonly #pace: Pace;
  #known: { readonly at: number; readonly names: ReadonlyMap<string, string> } | undefined;

  constructor(api: Api, pace: Pace) {
    this.#api = api;
    this.#pace = pace;
  }

  async all(signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    if (this.#known && Date.now() - this.#known.at < this.#pace.names) return this.#known.names;
    const names = new Map<string, string>();
    for (let skip = 0; skip < mostJobs; skip += jobsAtOnce) {
      const before = names.size;
      const jobs = await listJobs(this.#api, skip, jobsAtOnce, { signal, timeout: this.#pace.answer });
      for (const job of jobs.map(fieldsOf)) {
        const id = textOf(job['id'] ?? job['job_id']);
        if (id !== undefined) names.set(id, textOf(job['name']) ?? id);
      }
      if (jobs.length < jobsAtOnce || names.size === before) break;
    }
    this.#known = { at: Date.now(), names };
    return names;
  }
}

async function listJobs(
  api: Api,
  skip: number,
  limit: number,
  options: { readonly signal?: AbortSignal; readonly timeout: number },
): Promise<readonly unknown[]> {
  const query = new URLSearchParams({ skip: String(skip), limit: String(limit) });
  return askList(api, '/api/cronjobs/', ['cronjobs', 'jobs', 'items', 'results'], { query, ...options });
}
