import { limitOf } from '../../base/pageHosts.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { ExecutionList } from '../../model/page.ts';
import type { ExecutionFilter, ExecutionQuery } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';

type Listed = Pick<LogSource, 'listExecutions'>;

/** The last execution given: those after it were created earlier, or have a smaller id. It holds wherever they are. */
interface ListPlace {
  readonly createdAt: number;
  readonly id: string;
}

interface Part {
  readonly executions: readonly ExecutionSummary[];
  readonly total?: number;
}

/** Executions of several places, newest first, each once. A place that cannot be reached is left out, and told. */
export async function listBoth(
  places: readonly Listed[],
  query: ExecutionQuery,
  options?: CallOptions,
): Promise<ExecutionList> {
  const limit = limitOf(query.limit, 50);
  const place = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const results = await Promise.allSettled(
    places.map((source) => firstOf(source, query.filter, place, limit + 1, options)),
  );
  const parts: Part[] = [];
  const missing: LogError[] = [];
  for (const result of results) {
    if (result.status === 'fulfilled') parts.push(result.value);
    else if (isUnavailable(result.reason)) missing.push(result.reason);
    else throw result.reason;
  }
  if (parts.length === 0 && missing[0]) throw missing[0];
  const all = merged(parts);
  const executions = all.slice(0, limit);
  const last = executions.at(-1);
  return {
    executions,
    ...(all.length > limit && last && { next: `${createdAt(last)}/${encodeURIComponent(last.id)}` }),
    ...(missing[0] ? { notice: missing[0].message } : totalOf(parts)),
  };
}

/** The first `count` of a place behind `after`, and all that were created at the same time as the last of them. */
async function firstOf(
  source: Listed,
  filter: ExecutionFilter | undefined,
  after: ListPlace | undefined,
  count: number,
  options: CallOptions | undefined,
): Promise<Part> {
  const until = Math.min(filter?.until ?? Infinity, after ? after.createdAt + 1 : Infinity);
  const narrowed = until === Infinity ? filter : { ...filter, until };
  const executions: ExecutionSummary[] = [];
  let cursor: string | undefined;
  for (;;) {
    const asked = { limit: count, ...(narrowed && { filter: narrowed }), ...(cursor !== undefined && { cursor }) };
    const page = await source.listExecutions(asked, options);
    executions.push(...page.executions.filter((one) => !after || compare(after, one) < 0));
    cursor = page.next;
    const [last, end] = [executions[count - 1], executions.at(-1)];
    if (cursor === undefined || (last && end && createdAt(end) < createdAt(last)))
      return { executions, ...(!after && page.total !== undefined && { total: page.total }) };
  }
}

/** In their order; of those that are in several parts, the first part's. */
function merged(parts: readonly Part[]): ExecutionSummary[] {
  const all = new Map<string, ExecutionSummary>();
  for (const { executions } of parts) for (const one of executions) if (!all.has(one.id)) all.set(one.id, one);
  return [...all.values()].sort(compare);
}

/** How many there are, when no execution can be in two places. */
function totalOf(parts: readonly Part[]): { total?: number } {
  const totals = parts.map(({ total }) => total);
  const known = totals.filter((total) => total !== undefined);
  if (known.length < totals.length || known.filter((total) => total > 0).length > 1) return {};
  return { total: known.reduce((sum, total) => sum + total, 0) };
}

function compare(a: ListPlace | ExecutionSummary, b: ListPlace | ExecutionSummary): number {
  return createdAt(b) - createdAt(a) || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

function createdAt({ createdAt: at }: { readonly createdAt?: number }): number {
  return at ?? 0;
}

function placeOf(cursor: string): ListPlace {
  const [, at, id] = /^(-?\d+(?:\.\d+)?(?:e\+\d+)?)\/([^/]+)$/.exec(cursor) ?? [];
  try {
    if (at !== undefined && id !== undefined) return { createdAt: Number(at), id: decodeURIComponent(id) };
  } catch {
    // Percent signs that encode nothing are no cursor of ours either.
  }
  throw new LogError('invalidRequest', 'The list has no such place; read it from its start.');
}

function isUnavailable(error: unknown): error is LogError {
  return error instanceof LogError && error.code === 'unavailable';
}
