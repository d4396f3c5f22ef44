import { matchesExecution } from '../../base/matchExecution.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { ExecutionList } from '../../model/page.ts';
import type { ExecutionQuery } from '../../model/query.ts';
import type { Files, FileState } from './files.ts';
import { asFarAsWritten, beganAt, summaryOf } from './summary.ts';

/** How many files one call reads at the most when a filter wants to know what they say, and how many at once. */
const mostRead = 1_000;
const atOnce = 16;

type Rank = readonly [began: number, changed: number, id: string];

interface Kept {
  readonly stamp: string;
  readonly summary: ExecutionSummary;
}

/** Lists the runs of a place, newest first. Files are read only as far as a page needs them, and again only when changed. */
export class Listing {
  readonly #files: Files;
  readonly #stale: number;
  #kept = new Map<string, Kept>();

  constructor(files: Files, stale: number) {
    this.#files = files;
    this.#stale = stale;
  }

  async list({ filter, cursor, limit = 50 }: ExecutionQuery): Promise<ExecutionList> {
    const { files, notice } = await this.#files.find();
    this.#forget(files);
    const ranked = files
      .map((file) => ({ file, rank: rankOf(file) }))
      .toSorted((one, other) => order(one.rank, other.rank));
    const after = cursor === undefined ? undefined : rankIn(cursor);
    const rest = after ? ranked.filter(({ rank }) => order(after, rank) < 0) : ranked;
    const executions: ExecutionSummary[] = [];
    let looked = 0;
    while (looked < Math.min(rest.length, mostRead) && executions.length < limit) {
      const some = rest.slice(looked, looked + Math.min(atOnce, limit - executions.length, mostRead - looked));
      looked += some.length;
      const summaries = await Promise.all(some.map(({ file }) => this.#summary(file)));
      executions.push(...summaries.flatMap((one) => (one && matchesExecution(one, filter) ? [one] : [])));
    }
    const last = rest[looked - 1];
    return {
      executions,
      ...(looked < rest.length && last && { next: JSON.stringify(last.rank) }),
      ...(filter === undefined && { total: files.length }),
      ...(notice !== undefined && { notice }),
    };
  }

  async #summary(file: FileState): Promise<ExecutionSummary | undefined> {
    const stamp = `${file.size}:${file.changedAt}`;
    const now = Date.now();
    const kept = this.#kept.get(file.id);
    const mayGrowStale = kept?.summary.status === 'running' && now - file.changedAt >= this.#stale;
    if (kept?.stamp === stamp && !mayGrowStale) return kept.summary;
    const read = file.refused === undefined ? await this.#files.read(file.id) : { file };
    if (!read) return undefined;
    const deployment = asFarAsWritten(read, this.#stale, now);
    // Half a file says nothing: what it said before holds.
    if (!deployment && read.file.refused === undefined && kept) return kept.summary;
    const summary = summaryOf(read.file, deployment, now);
    if (deployment && now - file.changedAt > unsettled) this.#kept.set(file.id, { stamp, summary });
    return summary;
  }

  #forget(files: readonly FileState[]): void {
    if (this.#kept.size <= files.length) return;
    const ids = new Set(files.map(({ id }) => id));
    for (const id of this.#kept.keys()) if (!ids.has(id)) this.#kept.delete(id);
  }
}

/** A file that changed so recently may change again without its time telling; in milliseconds. */
const unsettled = 100;

function rankOf(file: FileState): Rank {
  return [beganAt(file), file.changedAt, file.id];
}

/** Newest first; of those that began in one second the one that was written last. */
function order(one: Rank, other: Rank): number {
  return other[0] - one[0] || other[1] - one[1] || (one[2] < other[2] ? 1 : one[2] > other[2] ? -1 : 0);
}

function rankIn(cursor: string): Rank {
  try {
    const rank: unknown = JSON.parse(cursor);
    if (Array.isArray(rank) && rank.length === 3) {
      const [began, changed, id] = rank as unknown[];
      if (typeof began === 'number' && typeof changed === 'number' && typeof id === 'string')
        return [began, changed, id];
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LogError('invalidRequest', 'This is no place in the list. List from its beginning.');
}
