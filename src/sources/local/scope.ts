import { settled } from '../../base/settle.ts';
import { LogError } from '../../model/errors.ts';
import type { LogScope } from '../../model/query.ts';
import { isFinished, type Status } from '../../model/status.ts';
import type { Database, Row } from './database.ts';
import { statusNow, writerColumns } from './writers.ts';

/** A scope as the tables know it: the column of `chunks` that names its log, and the id there. */
export interface FoundScope {
  readonly column: 'execution' | 'step' | 'host';
  readonly id: number;
  /** Nothing more will be written. */
  readonly finished: boolean;
}

/** Throws notFound. Call within a read. */
export function findScope(db: Database, { execution, step, host }: LogScope): FoundScope {
  const whole = findExecution(db, execution);
  const { status } = statusNow(whole);
  if (step === undefined) return { column: 'execution', id: idOf(whole), finished: isFinished(status) };
  const part = db.get('SELECT id, status FROM steps WHERE execution = ? AND step = ?', idOf(whole), step);
  if (!part) throw new LogError('notFound', `Execution "${execution}" has no step "${step}".`);
  const stepNow = settled({ status: part['status'] as Status }, { status });
  if (host === undefined) return { column: 'step', id: idOf(part), finished: isFinished(stepNow.status) };
  const one = db.get('SELECT id, status FROM hosts WHERE step = ? AND host = ?', idOf(part), host);
  if (!one) throw new LogError('notFound', `Step "${step}" has no host "${host}".`);
  const hostNow = settled({ status: one['status'] as Status }, stepNow);
  return { column: 'host', id: idOf(one), finished: isFinished(hostNow.status) };
}

/** The execution's row with its writer's. Throws notFound. */
export function findExecution(db: Database, execution: string): Row {
  const row = db.get(
    `SELECT e.*, ${writerColumns} FROM executions e LEFT JOIN writers w ON w.id = e.writer WHERE e.execution = ?`,
    execution,
  );
  if (!row) throw new LogError('notFound', `There is no execution "${execution}".`);
  return row;
}

export function idOf(row: Row): number {
  return Number(row['id']);
}
