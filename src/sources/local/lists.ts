import { abortReason } from '../../base/abort.ts';
import { matchesExecution } from '../../base/matchExecution.ts';
import { limitOf, pageHosts } from '../../base/pageHosts.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionSummary, HostResult } from '../../model/execution.ts';
import type { ExecutionList, StepResult } from '../../model/page.ts';
import type { ExecutionQuery, StepQuery } from '../../model/query.ts';
import { nextTurn, type Database, type Row } from './database.ts';
import { hostOf, stepOf, summaryOf } from './rows.ts';
import { findExecution, idOf } from './scope.ts';
import { writerColumns } from './writers.ts';

/** How many rows are read before others get their turn. */
const sliceRows = 500;

/** Newest first. Filters look at row after row, as what is interrupted is not written anywhere. */
export async function listExecutions(
  db: Database | undefined,
  query: ExecutionQuery,
  signal?: AbortSignal,
): Promise<ExecutionList> {
  const limit = limitOf(query.limit, 50);
  let place = query.cursor === undefined ? newest : placeOf(query.cursor);
  if (!db) return { executions: [], total: 0 };
  const executions: ExecutionSummary[] = [];
  const most = query.filter ? sliceRows : Math.min(sliceRows, limit + 1);
  for (;;) {
    const rows = await db.read(() => executionsBefore(db, place, query, most));
    for (const row of rows) {
      const summary = summaryOf(row);
      if (!matchesExecution(summary, query.filter)) continue;
      if (executions.length === limit) return { executions, next: cursorOf(place), ...total(db, query) };
      executions.push(summary);
      place = { createdAt: Number(row['created_at']), id: idOf(row) };
    }
    const last = rows.at(-1);
    if (rows.length < most || !last) return { executions, ...total(db, query) };
    if (executions.length < limit) place = { createdAt: Number(last['created_at']), id: idOf(last) };
    await nextTurn();
    if (signal?.aborted) throw abortReason(signal);
  }
}

export async function stepResult(db: Database, query: StepQuery, signal?: AbortSignal): Promise<StepResult> {
  const { row, step } = await db.read(() => {
    const execution = findExecution(db, query.execution);
    const found = db.get('SELECT * FROM steps WHERE execution = ? AND step = ?', idOf(execution), query.step);
    if (!found) throw new LogError('notFound', `Execution "${query.execution}" has no step "${query.step}".`);
    return { row: found, step: stepOf(db, found, summaryOf(execution)) };
  });
  const hosts: HostResult[] = [];
  for (let last = 0; ;) {
    const sql = 'SELECT * FROM hosts WHERE step = ? AND id > ? ORDER BY id LIMIT ?';
    const rows = await db.read(() => db.all(sql, idOf(row), last, sliceRows));
    for (const host of rows) hosts.push(hostOf(host, query.execution, step));
    const end = rows.at(-1);
    if (rows.length < sliceRows || !end) break;
    last = idOf(end);
    await nextTurn();
    if (signal?.aborted) throw abortReason(signal);
  }
  return { step, ...pageHosts(hosts, query, Date.now()) };
}

/** An execution's place in the list: those after it were created earlier, or before it at the same time. */
interface ListPlace {
  readonly createdAt: number;
  readonly id: number;
}

const newest: ListPlace = { createdAt: Number.MAX_VALUE, id: 0 };

function executionsBefore(db: Database, { createdAt, id }: ListPlace, { filter }: ExecutionQuery, most: number): Row[] {
  return db.all(
    `SELECT e.*, ${writerColumns} FROM executions e LEFT JOIN writers w ON w.id = e.writer
     WHERE (e.created_at, e.id) < (?, ?) AND e.created_at >= ? AND e.created_at < ? AND e.execution IS NOT NULL
     ${filter?.job === undefined ? '' : 'AND e.job = ?'}
     ORDER BY e.created_at DESC, e.id DESC LIMIT ?`,
    ...[createdAt, id, filter?.since ?? -Number.MAX_VALUE, filter?.until ?? Number.MAX_VALUE],
    ...(filter?.job === undefined ? [most] : [filter.job, most]),
  );
}

function total(db: Database, { filter }: ExecutionQuery): { total?: number } {
  if (filter && Object.values(filter).some((value) => value !== undefined)) return {};
  return { total: Number(db.get('SELECT count(*) AS total FROM executions WHERE execution IS NOT NULL')?.['total']) };
}

function cursorOf({ createdAt, id }: ListPlace): string {
  return `${createdAt}/${id}`;
}

function placeOf(cursor: string): ListPlace {
  const [, createdAt, id] = /^(-?\d+(?:\.\d+)?(?:e\+\d+)?)\/(\d+)$/.exec(cursor) ?? [];
  if (createdAt === undefined)
    throw new LogError('invalidRequest', 'The list has no such place; read it from its start.');
  return { createdAt: Number(createdAt), id: Number(id) };
}
