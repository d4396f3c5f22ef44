import { abortReason } from '../../base/abort.ts';
import { checkUnchanged } from '../../base/unchanged.ts';
import { LogError } from '../../model/errors.ts';
import type { ExecutionRef } from '../../model/execution.ts';
import type { Deletion } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { takeFromTotals } from './counting.ts';
import { nextTurn, type Database } from './database.ts';
import { noteChange } from './journal.ts';
import { findExecution, idOf } from './scope.ts';
import { statusNow, writerColumns } from './writers.ts';

const sliceMilliseconds = 5;

/**
 * Makes an execution vanish at once, then frees its space bit by bit, so that neither this thread nor other writers
 * wait for long. What an earlier deletion left unfinished is freed too. Throws notFound, and invalidRequest while it runs.
 */
export async function removeExecution(db: Database, what: Deletion, signal?: AbortSignal): Promise<void> {
  const { execution } = what;
  await db.write(() => {
    const row = findExecution(db, execution);
    const { status } = statusNow(row);
    if (!isFinished(status))
      throw new LogError('invalidRequest', `Execution "${execution}" is running. Stop it before deleting it.`);
    checkUnchanged(what, { status, lines: linesOf(db, idOf(row)) });
    takeFromTotals(db, row);
    db.run('UPDATE executions SET execution = NULL, ended_at = coalesce(ended_at, 0) WHERE id = ?', idOf(row));
    noteChange(db, { execution, removed: true });
  });
  await freeNameless(db, signal);
}

/** Copies that were begun and not finished, and that nobody goes on with just now. */
export function abandonedCopies(db: Database): string[] {
  return db
    .all(
      `SELECT e.*, ${writerColumns} FROM executions e LEFT JOIN writers w ON w.id = e.writer
       WHERE e.copy_of IS NOT NULL`,
    )
    .filter((row) => statusNow(row).status === 'interrupted')
    .map((row) => String(row['copy_of']));
}

/** Removes a copy that was not finished, as `removeExecution` removes what somebody can see. */
export async function removeCopy(db: Database, { execution }: ExecutionRef, signal?: AbortSignal): Promise<void> {
  await db.write(() => {
    db.run('UPDATE executions SET copy_of = NULL, ended_at = coalesce(ended_at, 0) WHERE copy_of = ?', execution);
  });
  await freeNameless(db, signal);
}

function linesOf(db: Database, execution: number): number {
  const last =
    'SELECT execution_row + count AS next FROM chunks WHERE execution = ? ORDER BY execution_row DESC LIMIT 1';
  return Number(db.get(last, execution)?.['next'] ?? 1) - 1;
}

async function freeNameless(db: Database, signal: AbortSignal | undefined): Promise<void> {
  for (const row of db.all('SELECT id FROM executions WHERE execution IS NULL AND copy_of IS NULL'))
    await free(db, idOf(row), signal);
}

async function free(db: Database, execution: number, signal: AbortSignal | undefined): Promise<void> {
  let rows = 16;
  for (let left = true; left;) {
    if (signal?.aborted) throw abortReason(signal);
    const start = performance.now();
    left = await db.write(() => freeSome(db, execution, rows));
    rows = performance.now() - start < sliceMilliseconds ? rows * 2 : Math.max(1, rows >> 1);
    await nextTurn();
  }
}

/** Deletes up to `rows` rows; false when that was all. */
function freeSome(db: Database, execution: number, rows: number): boolean {
  for (const [key, where] of held) {
    const [table = ''] = where.split(' ');
    db.run(`DELETE FROM ${table} WHERE (${key}) IN (SELECT ${key} FROM ${where} LIMIT ?)`, execution, rows);
    if (db.get(`SELECT 1 FROM ${where} LIMIT 1`, execution)) return true;
  }
  return false;
}

/** What is held of an execution: the key of its rows, and where they are. */
const held: readonly (readonly [string, string])[] = [
  ['id', 'chunks WHERE execution = ?'],
  ['execution, step, hour', 'counts WHERE execution = ?'],
  ['execution, text', 'errors WHERE execution = ?'],
  ['execution, number', 'metrics WHERE execution = ?'],
  ['id', 'hosts WHERE step IN (SELECT id FROM steps WHERE execution = ?)'],
  ['id', 'steps WHERE execution = ?'],
  ['id', 'executions WHERE id = ?'],
];
