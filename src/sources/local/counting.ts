import { levels, type LineColumns } from '../../model/line.ts';
import { countLines } from '../../text/countLines.ts';
import { countAdds, countColumns, countMarks, countTotal, hourMilliseconds } from './countColumns.ts';
import type { Database, Row } from './database.ts';
import { idOf, type HostIds } from './scope.ts';

/** Texts of errors that are kept apart in one execution. */
const mostTexts = 200;

/** Counts the lines `from` to `to` (exclusive) that were appended. Call within the same write. */
export function countAppended(
  db: Database,
  ids: HostIds,
  { firstNumber, lines }: { readonly firstNumber: number; readonly lines: LineColumns },
  from: number,
  to: number,
): void {
  const { hours, errors } = countLines(lines, from, to, Date.now());
  for (const [hour, counts] of hours)
    db.run(
      `INSERT INTO counts (execution, step, hour, ${countColumns}) VALUES (?, ?, ?, ${countMarks})
       ON CONFLICT DO UPDATE SET ${countAdds}`,
      ...[ids.execution, ids.step, hour / hourMilliseconds, ...counts],
    );
  for (const [text, { count, first }] of errors) addError(db, ids, { text, count, number: firstNumber + first });
}

interface FoundError {
  readonly text: string;
  readonly count: number;
  /** Of the first line that says so. */
  readonly number: number;
}

function addError(db: Database, { execution, host }: HostIds, { text, count, number }: FoundError): void {
  if (db.get('SELECT 1 FROM errors WHERE execution = ? AND text = ?', execution, text)) {
    db.run('UPDATE errors SET count = count + ? WHERE execution = ? AND text = ?', count, execution, text);
    return;
  }
  db.run(
    `INSERT INTO errors (execution, text, count, host, number) SELECT ?1, ?2, ?3, ?4, ?5
     WHERE (SELECT count(*) FROM errors WHERE execution = ?1) < ?6`,
    ...[execution, text, count, host, number, mostTexts],
  );
}

/** Adds an execution that has ended to the totals of its job and of everything. Call within a write, once. */
export function addToTotals(db: Database, execution: number): void {
  for (const owner of ownersOf(db, execution)) addTo(db, owner, execution, 1);
  for (const owner of ownersOf(db, execution))
    db.run(
      `INSERT INTO error_totals (owner, text, count, execution) SELECT ?, text, count, execution FROM errors
       WHERE execution = ? ON CONFLICT DO UPDATE SET count = count + excluded.count,
       execution = max(execution, excluded.execution)`,
      ...[owner, execution],
    );
  db.run('UPDATE executions SET counted = 1 WHERE id = ?', execution);
}

/** Takes an execution that is going to be deleted out of the totals. Call within a write, once. */
export function takeFromTotals(db: Database, row: Row): void {
  if (row['counted'] !== 1) return;
  const execution = idOf(row);
  for (const owner of ownersOf(db, execution)) {
    addTo(db, owner, execution, -1);
    const its = `owner = ?1 AND text IN (SELECT text FROM errors WHERE execution = ?2)`;
    db.run(
      `UPDATE error_totals SET count = count - (SELECT e.count FROM errors e WHERE e.execution = ?2
       AND e.text = error_totals.text) WHERE ${its}`,
      ...[owner, execution],
    );
    db.run(`DELETE FROM error_totals WHERE ${its} AND count <= 0`, owner, execution);
    db.run(
      `UPDATE error_totals SET execution = coalesce((SELECT max(e.execution) FROM errors e JOIN executions x
         ON x.id = e.execution WHERE e.text = error_totals.text AND e.execution <> ?2 AND x.counted = 1
         AND x.execution IS NOT NULL AND ?1 IN ('${everything}', '${ofJob('')}' || x.job)), execution)
       WHERE ${its} AND execution = ?2`,
      ...[owner, execution],
    );
  }
}

/** Whose totals an execution is part of. */
export const everything = '*';
export function ofJob(job: string): string {
  return `job:${job}`;
}

function ownersOf(db: Database, execution: number): readonly string[] {
  const job = db.get('SELECT job FROM executions WHERE id = ?', execution)?.['job'];
  return typeof job === 'string' ? [everything, ofJob(job)] : [everything];
}

function addTo(db: Database, owner: string, execution: number, sign: 1 | -1): void {
  const sums = levels.map((level) => `${sign} * sum(${level})`).join(', ');
  const total = levels.map((level) => `${sign} * sum(${level})`).join(' + ');
  db.run(
    `INSERT INTO hour_totals (owner, hour, ${countColumns}) SELECT ?, hour, ${sums} FROM counts WHERE execution = ?
     GROUP BY hour ON CONFLICT DO UPDATE SET ${countAdds}`,
    ...[owner, execution],
  );
  db.run(
    `INSERT INTO step_totals (owner, step, lines, ${countColumns}) SELECT ?, s.step, ${total}, ${sums} FROM counts c
     JOIN steps s ON s.id = c.step WHERE c.execution = ? GROUP BY s.step
     ON CONFLICT DO UPDATE SET lines = lines + excluded.lines, ${countAdds}`,
    ...[owner, execution],
  );
  if (sign > 0) return;
  db.run(
    `DELETE FROM hour_totals WHERE owner = ? AND hour IN (SELECT hour FROM counts WHERE execution = ?)
     AND ${countTotal} <= 0`,
    ...[owner, execution],
  );
  db.run(
    `DELETE FROM step_totals WHERE owner = ? AND step IN (SELECT step FROM steps WHERE execution = ?) AND lines <= 0`,
    ...[owner, execution],
  );
}
