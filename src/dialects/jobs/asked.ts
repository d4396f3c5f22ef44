/** What somebody asked for when a job was started here, which its execution does not tell. */
export interface Asked {
  readonly task: string | number;
  readonly plan?: string;
  readonly session?: string;
  readonly mode?: string;
  /** What else was in the request. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** How many are remembered; the oldest go first. */
const most = 1_000;

/** What was asked for the jobs that this process has started. */
export class AskedJobs {
  readonly #asked = new Map<string, Asked>();

  of(job: string): Asked | undefined {
    return this.#asked.get(job);
  }

  remember(job: string, asked: Asked): void {
    this.#asked.set(job, asked);
    const oldest = this.#asked.keys().next().value;
    if (this.#asked.size > most && oldest !== undefined) this.#asked.delete(oldest);
  }
}
