import { combinedStatus } from '../../base/combinedStatus.ts';
import type { ExecutionEnd } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import type { Database } from './database.ts';
import { announceHost, writeExecutionEnd, writeHostEnd, writeHostStart, writeStepEnd } from './records.ts';
import { countedStatus } from './rows.ts';

/**
 * Ends an execution, and what its results know better than what was told live: hosts that have not ended, and steps
 * all hosts of which have. Call within a write. Throws notFound.
 */
export function writeWholeEnd(db: Database, { results = [], ...end }: ExecutionEnd): void {
  const { execution } = end;
  const row = db.get('SELECT status FROM executions WHERE execution = ? OR copy_of = ?', execution, execution);
  if (row && !isFinished(row['status'] as Status)) writeResults(db, execution, results);
  writeExecutionEnd(db, end);
}

function writeResults(db: Database, execution: string, results: NonNullable<ExecutionEnd['results']>): void {
  const steps = new Map<string, { started: number | undefined; ended: number }>();
  for (const { step, host, startedAt, endedAt, ...how } of results) {
    if (!isStep(db, execution, step)) continue;
    const ref = { execution, step, host };
    const { started, ended } = steps.get(step) ?? { started: undefined, ended: endedAt };
    steps.set(step, { started: started ?? startedAt, ended: Math.max(ended, endedAt) });
    const status = statusOf(db, execution, step, host);
    if (status !== undefined && isFinished(status)) continue;
    if (startedAt !== undefined) writeHostStart(db, { ...ref, at: startedAt });
    else announceHost(db, ref);
    writeHostEnd(db, { ...ref, ...how, at: endedAt });
  }
  for (const [step, { started, ended }] of steps) {
    const hosts = db.all(`SELECT DISTINCT ${countedStatus} AS status ${hostsOfStep}`, execution, execution, step);
    const statuses = hosts.map(({ status }) => status as Status);
    if (!statuses.every(isFinished)) continue;
    if (started !== undefined)
      db.run(
        `UPDATE steps SET started_at = coalesce(started_at, ?) WHERE step = ? AND execution IN (SELECT id FROM executions
         WHERE execution = ? OR copy_of = ?)`,
        ...[started, step, execution, execution],
      );
    writeStepEnd(db, { execution, step, status: combinedStatus(statuses), at: ended });
  }
}

const ofStep = `FROM executions e JOIN steps s ON s.execution = e.id`;
const hostsOfStep = `${ofStep} JOIN hosts ON hosts.step = s.id WHERE (e.execution = ? OR e.copy_of = ?) AND s.step = ?`;

function isStep(db: Database, execution: string, step: string): boolean {
  const sql = `SELECT 1 ${ofStep} WHERE (e.execution = ? OR e.copy_of = ?) AND s.step = ?`;
  return db.get(sql, execution, execution, step) !== undefined;
}

function statusOf(db: Database, execution: string, step: string, host: string): Status | undefined {
  const row = db.get(`SELECT hosts.status ${hostsOfStep} AND hosts.host = ?`, execution, execution, step, host);
  return row?.['status'] as Status | undefined;
}
