import type { Change } from '../../model/source.ts';
import type { Database, Row } from './database.ts';

/** How many changes are kept for watchers, who ask several times a second. */
const keptChanges = 10_000;

/** Writes a change down for watchers, unless it befalls a copy that is not finished. Call within a write. */
export function noteChange(db: Database, { execution, step, host, removed }: Change): void {
  const id = db.run(
    `INSERT INTO changes (execution, step, host, removed) SELECT ?, ?, ?, ?
     WHERE NOT EXISTS (SELECT 1 FROM executions WHERE copy_of = ?)`,
    ...[execution, step ?? null, host ?? null, removed ? 1 : 0, execution],
  );
  if (id % 1_000 === 0) db.run('DELETE FROM changes WHERE id <= ?', id - keptChanges);
}

/** The number of the last change so far. */
export function lastChange(db: Database): number {
  return Number(db.get('SELECT max(id) AS last FROM changes')?.['last'] ?? 0);
}

/**
 * Changes after number `last`, oldest first, and the number of the last of them. A watcher who is so late that some
 * are forgotten is told of every execution.
 */
export function changesSince(db: Database, last: number): { changes: Change[]; last: number } {
  const rows = db.all('SELECT * FROM changes WHERE id > ? ORDER BY id LIMIT 1000', last);
  const first = Number(rows[0]?.['id'] ?? last + 1);
  const now = Number(rows.at(-1)?.['id'] ?? last);
  if (first === last + 1 || last === 0) return { changes: rows.map(changeOf), last: now };
  const all = db
    .all('SELECT execution FROM executions WHERE execution IS NOT NULL')
    .map((row) => ({ execution: String(row['execution']) }));
  return { changes: [...all, ...rows.map(changeOf)], last: now };
}

function changeOf({ execution, step, host, removed }: Row): Change {
  return {
    execution: String(execution),
    ...(typeof step === 'string' && { step }),
    ...(typeof host === 'string' && { host }),
    ...(removed === 1 && { removed: true }),
  };
}
