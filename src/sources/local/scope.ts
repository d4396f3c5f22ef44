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

/** Ids of a host and what it belongs to. */
export interface HostIds {
  readonly host: number;
  readonly step: number;
  readonly execution: number;
}

/** Throws notFound. Call within a read. */
export function findScope(db: Database, { execution, step, host }: LogScope): FoundScope {
  const row = db.get(scopeSql, ...[step ?? null, host ?? null, execution]);
  if (!row) throw new LogError('notFound', `There is no execution "${execution}".`);
  const whole = statusNow(row);
  if (step === undefined) return { column: 'execution', id: idOf(row), finished: isFinished(whole.status) };
  if (row['step'] === null) throw new LogError('notFound', `Execution "${execution}" has no step "${step}".`);
  const part = settled({ status: row['step_status'] as Status }, whole);
  if (host === undefined) return { column: 'step', id: Number(row['step']), finished: isFinished(part.status) };
  if (row['host'] === null) throw new LogError('notFound', `Step "${step}" has no host "${host}".`);
  const one = settled({ status: row['host_status'] as Status }, part);
  return { column: 'host', id: Number(row['host']), finished: isFinished(one.status) };
}

const scopeSql = `
  SELECT e.id, e.status, ${writerColumns}, s.id AS step, s.status AS step_status, h.id AS host, h.status AS host_status
  FROM executions e LEFT JOIN writers w ON w.id = e.writer
  LEFT JOIN steps s ON s.execution = e.id AND s.step = ?
  LEFT JOIN hosts h ON h.step = s.id AND h.host = ?
  WHERE e.execution = ?`;

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
