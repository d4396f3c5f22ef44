/** What somebody asked for when a job was started here, which its execution does not tell. */
export interface Asked {
  readonly task: string | number;
  readonly plan?: string;
  readonly session?: string;
  readonly mode?: string;
  /** What else was in the request. */
  readonly params: Readonly<Record<string, unknown>>;
}

/** How many are remembered, and characters of what else was in their requests; the oldest go first. */
const most = 1_000;
const mostCharacters = 4 * 1_048_576;

/** What was asked for the jobs that this process has started. */
export class AskedJobs {
  readonly #asked = new Map<string, Asked>();
  #characters = 0;

  of(job: string): Asked | undefined {
    return this.#asked.get(job);
  }

  remember(job: string, asked: Asked): void {
    this.#asked.set(job, asked);
    this.#characters += sizeOf(asked);
    for (const [oldest, about] of this.#asked) {
      if (this.#asked.size <= most && this.#characters <= mostCharacters) return;
      this.#asked.delete(oldest);
      this.#characters -= sizeOf(about);
    }
  }
}

function sizeOf(asked: Asked): number {
  return JSON.stringify(asked).length;
}
