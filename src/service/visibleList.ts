import { limitOf } from '../base/pageHosts.ts';
import { LogError } from '../model/errors.ts';
import type { ExecutionSummary } from '../model/execution.ts';
import type { ExecutionList } from '../model/page.ts';
import type { ExecutionQuery } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';

/** How often a list is read on for want of executions that may be seen, before a short page is given. */
const mostReads = 20;

/**
 * Where a page goes on: with what was created at this time or before, and of what was created at this time behind the
 * execution `behind`. A store's own cursor might name an execution that may not be seen; this one never does.
 */
interface Place {
  readonly at: number;
  readonly behind?: string;
}

/** The executions of a list that may be seen, and no word of others: no total, no cursor that names one. */
export async function listVisible(
  source: Pick<LogSource, 'listExecutions'>,
  query: ExecutionQuery,
  sees: (execution: ExecutionSummary) => boolean,
  options?: CallOptions,
): Promise<ExecutionList> {
  const limit = limitOf(query.limit, 50);
  const from = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const behind = new Behind(from);
  const executions: ExecutionSummary[] = [];
  let place = from;
  let notice: string | undefined;
  const page = (more: boolean): ExecutionList => ({
    executions,
    ...(more && place && { next: cursorOf(place) }),
    ...(notice !== undefined && { notice }),
  });
  const filter = from
    ? { ...query.filter, until: Math.min(query.filter?.until ?? Infinity, after(from.at)) }
    : query.filter;
  let cursor: string | undefined;
  for (let reads = 1; ; reads++) {
    const asked = { limit, ...(filter && { filter }), ...(cursor !== undefined && { cursor }) };
    const read = await source.listExecutions(asked, options);
    notice ??= read.notice;
    const found = behind.of(read.executions, read.next === undefined);
    for (const execution of found) {
      const at = execution.createdAt ?? 0;
      if (place?.at !== at) place = { at };
      if (!sees(execution)) continue;
      if (executions.length === limit) return page(true);
      executions.push(execution);
      place = { at, behind: execution.id };
    }
    // Who cannot tell whether there is more gives the same place again.
    if (read.next === undefined || read.next === cursor) return page(read.next !== undefined);
    cursor = read.next;
    const goesOn = executions.length > 0 || (place !== undefined && place.at !== from?.at);
    if (goesOn && (executions.length >= limit / 2 || reads >= mostReads)) return page(true);
  }
}

/** Leaves out what was given before: of what was created at a place's time all up to the execution it names. */
class Behind {
  readonly #place: Place | undefined;
  /** What was created at that time, until it is known whether the named one is still there. */
  #held: ExecutionSummary[] | undefined;

  constructor(place: Place | undefined) {
    this.#place = place;
    if (place?.behind !== undefined) this.#held = [];
  }

  of(executions: readonly ExecutionSummary[], last: boolean): readonly ExecutionSummary[] {
    const held = this.#held;
    if (!held) return executions;
    const named = executions.findIndex(({ id }) => id === this.#place?.behind);
    if (named >= 0) {
      this.#held = undefined;
      return executions.slice(named + 1);
    }
    held.push(...executions);
    if (!last && held.every(({ createdAt }) => (createdAt ?? 0) === this.#place?.at)) return [];
    // It was deleted.
    this.#held = undefined;
    return held;
  }
}

/** The first time that is later, of those that anybody counts in. */
function after(at: number): number {
  return Math.floor(at) + 1;
}

function cursorOf({ at, behind }: Place): string {
  return `${at}/${behind === undefined ? '' : encodeURIComponent(behind)}`;
}

function placeOf(cursor: string): Place {
  const [, at, behind] = /^(-?\d+(?:\.\d+)?(?:e\+\d+)?)\/([^/]*)$/.exec(cursor) ?? [];
  try {
    if (Number.isFinite(Number(at)) && behind !== undefined)
      return { at: Number(at), ...(behind !== '' && { behind: decodeURIComponent(behind) }) };
  } catch {
    // Percent signs that encode nothing are no cursor of ours either.
  }
  throw new LogError('invalidRequest', 'The list has no such place; read it from its start.');
}
