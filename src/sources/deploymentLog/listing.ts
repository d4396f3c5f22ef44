import { matchesExecution } from '../../base/matchExecution.ts';
import { limitOf } from '../../base/pageHosts.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { ExecutionList } from '../../model/page.ts';
import type { ExecutionQuery } from '../../model/query.ts';
import { unsettled, type Files, type FileState } from './files.ts';
import { asFarAsWritten, beganAt, summaryOf } from './summary.ts';

/** How many files one call reads at the most when a filter wants to know what they say, and how many at once. */
const mostRead = 1_000;
const atOnce = 64;
/** Files that are said to begin in the same second are told apart by what stands in them, up to so many. */
const mostCompared = 64;

/** Where an execution stands in the list: by the second its file's name says, then as exactly as the file does. */
type Rank = readonly [second: number, exact: number, id: string];

interface Ranked {
  readonly summary: ExecutionSummary;
  readonly rank: Rank;
}

interface Group {
  readonly second: number;
  readonly files: readonly FileState[];
}

interface Kept {
  readonly stamp: string;
  readonly summary: ExecutionSummary;
}

/** Lists the runs of a place, newest first. Files are read only as far as a page needs them, and again only when changed. */
export class Listing {
  readonly #files: Files;
  readonly #stale: number;
  readonly #kept = new Map<string, Kept>();

  constructor(files: Files, stale: number) {
    this.#files = files;
    this.#stale = stale;
  }

  async list({ filter, cursor, limit }: ExecutionQuery): Promise<ExecutionList> {
    const room = limitOf(limit, 50);
    const after = cursor === undefined ? undefined : rankIn(cursor);
    const { files, notice } = await this.#files.find();
    this.#forget(files);
    const found: Ranked[] = [];
    let next: Rank | undefined;
    let looked = 0;
    const waiting = bySecond(files).filter(({ second }) => !after || second <= after[0]);
    while (waiting.length > 0 && found.length <= room && (!filter || looked < mostRead)) {
      const some = take(waiting, room + 1 - found.length);
      looked += some.reduce((sum, group) => sum + group.files.length, 0);
      const ranked = (await Promise.all(some.map((group) => this.#rank(group)))).flat();
      next = ranked.at(-1)?.rank ?? next;
      const rest = ranked.filter(({ rank }) => !after || order(after, rank) < 0);
      found.push(...rest.filter(({ summary }) => matchesExecution(summary, filter)));
    }
    if (found.length > room) next = found[room - 1]?.rank;
    else if (waiting.length === 0) next = undefined;
    return {
      executions: found.slice(0, room).map(({ summary }) => summary),
      ...(next && { next: JSON.stringify(next) }),
      ...(filter === undefined && { total: files.length }),
      ...(notice !== undefined && { notice }),
    };
  }

  async #rank({ second, files }: Group): Promise<Ranked[]> {
    const isExact = files.length <= mostCompared;
    const summaries = await Promise.all(files.map((file) => this.#summary(file)));
    return summaries
      .flatMap((summary) => summary ?? [])
      .map((summary) => ({ summary, rank: [second, isExact ? (summary.createdAt ?? 0) : 0, summary.id] as const }))
      .toSorted((one, other) => order(one.rank, other.rank));
  }

  async #summary(file: FileState): Promise<ExecutionSummary | undefined> {
    const stamp = `${file.size}:${file.changedAt}`;
    const now = Date.now();
    const kept = this.#kept.get(file.id);
    const mayBeStale = kept?.summary.status === 'running' && now - file.changedAt >= this.#stale;
    if (kept?.stamp === stamp && !mayBeStale) return kept.summary;
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

/** Newest first. */
function bySecond(files: readonly FileState[]): Group[] {
  const groups = new Map<number, FileState[]>();
  for (const file of files) {
    const second = Math.floor(beganAt(file) / 1_000);
    const group = groups.get(second);
    if (group) group.push(file);
    else groups.set(second, [file]);
  }
  return [...groups]
    .map(([second, members]) => ({ second, files: members }))
    .toSorted((one, other) => other.second - one.second);
}

/** Takes the groups that are read next: as many as are likely to fill the page, but not all at once. */
function take(waiting: Group[], room: number): Group[] {
  let files = 0;
  let count = 0;
  for (; count < waiting.length && files < Math.min(atOnce, room); count++) files += waiting[count]?.files.length ?? 0;
  return waiting.splice(0, count);
}

/** Newest first. */
function order(one: Rank, other: Rank): number {
  return other[0] - one[0] || other[1] - one[1] || (one[2] < other[2] ? 1 : one[2] > other[2] ? -1 : 0);
}

function rankIn(cursor: string): Rank {
  try {
    const rank: unknown = JSON.parse(cursor);
    if (Array.isArray(rank) && rank.length === 3) {
      const [second, exact, id] = rank as unknown[];
      if (typeof second === 'number' && typeof exact === 'number' && typeof id === 'string') return [second, exact, id];
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new LogError('invalidRequest', 'This is no place in the list. List from its beginning.');
}
