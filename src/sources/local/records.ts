import { LogError } from '../../model/errors.ts';
import type { ExecutionRef } from '../../model/execution.ts';
import type { Ending, HostEnd, HostRef, NewExecution, NewMetric, StepRef, StepStart } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import { addToTotals } from './counting.ts';
import type { Database, Row } from './database.ts';
import { noteChange } from './journal.ts';
import { writeMetric } from './metrics.ts';
import { idOf, type HostIds } from './scope.ts';

/*
 * What a sink says of executions, steps and hosts, as rows. Every function is to be called within a write, and throws
 * notFound before it writes anything. Saying the same again changes nothing.
 */

/** A writer that says it again has come back, and takes the execution over. */
export function writeExecution(db: Database, about: NewExecution, writer: number): void {
  const { execution, name, kind, job, user, invocation, startedAt, copy } = about;
  const known = db.get(executionSql, execution, execution);
  if (known) {
    if (!isEnded(known)) db.run('UPDATE executions SET writer = ? WHERE id = ?', writer, idOf(known));
    return;
  }
  db.run(
    `INSERT INTO executions (execution, copy_of, name, kind, job, user, url, invocation, status, created_at,
     started_at, history, writer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?)`,
    ...(copy ? [null, execution] : [execution, null]),
    ...[name, kind ?? null, job ?? null, user ?? null, copy?.url ?? null],
    ...[invocation ? JSON.stringify(invocation) : null],
    ...[copy?.createdAt ?? startedAt, startedAt],
    ...[JSON.stringify(copy?.history ?? [{ status: 'running', at: startedAt }]), writer],
  );
  noteChange(db, { execution });
}

/** Announces a step, or says that an announced one now runs. */
export function writeStep(db: Database, { execution, step, name, order, path, status, hosts, at }: StepStart): void {
  const parent = idOf(findExecutionRow(db, execution));
  db.run(
    `INSERT INTO steps (execution, step, name, position, path, status) VALUES (?, ?, ?, ?, ?, 'pending')
     ON CONFLICT DO NOTHING`,
    ...[parent, step, name, order, path ? JSON.stringify(path) : null],
  );
  const row = findStepRow(db, { execution, step });
  if (status === 'running' && !isEnded(row))
    db.run(
      "UPDATE steps SET status = 'running', started_at = coalesce(started_at, ?) WHERE id = ?",
      ...[at, idOf(row)],
    );
  for (const host of hosts) addHost(db, idOf(row), host);
  noteChange(db, { execution, step });
}

export function writeHostStart(db: Database, { at, ...ref }: HostRef & { readonly at: number }): void {
  const step = findStepRow(db, ref);
  addHost(db, idOf(step), { id: ref.host, name: ref.host });
  const row = findHostRow(db, ref);
  if (isEnded(row)) return;
  db.run("UPDATE hosts SET status = 'running', started_at = coalesce(started_at, ?) WHERE id = ?", at, idOf(row));
  noteChange(db, ref);
}

export function writeHostEnd(db: Database, { execution, step, host, exitCode, ignored, ...ending }: HostEnd): void {
  const row = findHostRow(db, { execution, step, host });
  if (isEnded(row)) return;
  db.run('UPDATE hosts SET exit_code = ?, ignored = ? WHERE id = ?', exitCode ?? null, ignored ? 1 : null, idOf(row));
  writeEnd(db, 'hosts', row, ending);
  noteChange(db, { execution, step, host });
}

export function writeStepEnd(db: Database, { execution, step, ...ending }: StepRef & Ending): void {
  const row = findStepRow(db, { execution, step });
  if (isEnded(row)) return;
  writeEnd(db, 'steps', row, ending);
  noteChange(db, { execution, step });
}

export function writeExecutionEnd(db: Database, { execution, ...ending }: ExecutionRef & Ending): void {
  const row = findExecutionRow(db, execution);
  if (isEnded(row)) return;
  writeEnd(db, 'executions', row, ending);
  const { status, at } = ending;
  // A copy's history may tell of its end already.
  db.run(
    `UPDATE executions SET history = json_insert(history, '$[#]', json_object('status', ?1, 'at', ?2)) WHERE id = ?3
     AND (json_extract(history, '$[#-1].status') IS NOT ?1 OR json_extract(history, '$[#-1].at') IS NOT ?2)`,
    ...[status, at, idOf(row)],
  );
  db.run('UPDATE executions SET execution = copy_of, copy_of = NULL WHERE id = ? AND copy_of IS NOT NULL', idOf(row));
  addToTotals(db, idOf(row));
  noteChange(db, { execution });
}

/** Throws invalidRequest for a new one after the end. */
export function writeToldMetric(db: Database, metric: NewMetric): void {
  const row = findExecutionRow(db, metric.execution);
  writeMetric(db, idOf(row), isEnded(row), metric);
}

/** Throws notFound. */
export function findHostIds(db: Database, ref: HostRef): HostIds {
  const execution = idOf(findExecutionRow(db, ref.execution));
  return { execution, step: idOf(findStepRow(db, ref)), host: idOf(findHostRow(db, ref)) };
}

/** A host that may not be known yet. */
export function announceHost(db: Database, ref: HostRef): void {
  addHost(db, idOf(findStepRow(db, ref)), { id: ref.host, name: ref.host });
}

function addHost(
  db: Database,
  step: number,
  { id, name, address }: { readonly id: string; readonly name: string; readonly address?: string },
): void {
  db.run(
    "INSERT INTO hosts (step, host, name, address, status) VALUES (?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING",
    ...[step, id, name, address ?? null],
  );
}

function writeEnd(db: Database, table: 'executions' | 'steps' | 'hosts', row: Row, ending: Ending): void {
  const { status, rawStatus, message, at } = ending;
  db.run(
    `UPDATE ${table} SET status = ?, raw_status = ?, message = ?, ended_at = ? WHERE id = ?`,
    ...[status, rawStatus ?? null, message ?? null, at, idOf(row)],
  );
}

const executionSql = 'SELECT id, status FROM executions WHERE execution = ? OR copy_of = ?';

function isEnded({ status }: Row): boolean {
  return isFinished(status as Status);
}

function findExecutionRow(db: Database, execution: string): Row {
  const row = db.get(executionSql, execution, execution);
  if (!row) throw new LogError('notFound', `There is no execution "${execution}".`);
  return row;
}

function findStepRow(db: Database, { execution, step }: StepRef): Row {
  const parent = idOf(findExecutionRow(db, execution));
  const row = db.get('SELECT id, status FROM steps WHERE execution = ? AND step = ?', parent, step);
  if (!row) throw new LogError('notFound', `Execution "${execution}" has no step "${step}".`);
  return row;
}

function findHostRow(db: Database, ref: HostRef): Row {
  const parent = idOf(findStepRow(db, ref));
  const row = db.get('SELECT id, status FROM hosts WHERE step = ? AND host = ?', parent, ref.host);
  if (!row) throw new LogError('notFound', `Step "${ref.step}" has no host "${ref.host}".`);
  return row;
}
