import { pointerPrefix } from '../../base/hostPointer.ts';
import { settled } from '../../base/settle.ts';
import type {
  Execution,
  ExecutionSummary,
  HostResult,
  Invocation,
  StatusChange,
  StatusCounts,
  Step,
} from '../../model/execution.ts';
import { pointer } from '../../model/pointer.ts';
import type { Status } from '../../model/status.ts';
import type { Database, Row } from './database.ts';
import { scheme } from './hostLogs.ts';
import { idOf } from './scope.ts';
import { statusNow } from './writers.ts';

/** From an execution's row with its writer's. */
export function summaryOf(row: Row): ExecutionSummary {
  const { status, interruptedAt } = statusNow(row);
  return {
    id: String(row['execution']),
    name: String(row['name']),
    ...text(row, 'kind', 'kind'),
    ...text(row, 'job', 'job'),
    ...text(row, 'user', 'user'),
    ...text(row, 'url', 'url'),
    ...(row['invocation'] !== null && { invocation: JSON.parse(String(row['invocation'])) as Invocation }),
    ...number(row, 'created_at', 'createdAt'),
    ...timed(row),
    status,
    ...(interruptedAt !== undefined && { endedAt: interruptedAt }),
  };
}

export function executionOf(db: Database, row: Row): Execution {
  const summary = summaryOf(row);
  const steps = db.all('SELECT * FROM steps WHERE execution = ? ORDER BY position, id', idOf(row));
  const history = JSON.parse(String(row['history'])) as StatusChange[];
  const { status, endedAt } = summary;
  if (status === 'interrupted' && endedAt !== undefined && history.at(-1)?.status !== status)
    history.push({ status, at: endedAt });
  return { ...summary, steps: steps.map((step) => stepOf(db, step, summary)), history };
}

export function stepOf(db: Database, row: Row, execution: ExecutionSummary): Step {
  const step = settled(
    {
      id: String(row['step']),
      name: String(row['name']),
      order: Number(row['position']),
      ...(row['path'] !== null && { path: JSON.parse(String(row['path'])) as string[] }),
      ...timed(row),
    },
    execution,
  );
  return { ...step, hosts: countsOf(db, idOf(row), step) };
}

export function hostOf(row: Row, execution: string, step: Step): HostResult {
  const first = row['first_error'];
  const prefix = row['formerly'] ?? pointerPrefix(scheme, execution, idOf(row));
  const host: HostResult = {
    id: String(row['host']),
    name: String(row['name']),
    ...text(row, 'address', 'address'),
    ...number(row, 'exit_code', 'exitCode'),
    ...(row['ignored'] === 1 && { ignored: true }),
    ...number(row, 'lines', 'lines'),
    ...number(row, 'errors', 'errors'),
    ...(first !== null && { firstError: pointer(`${String(prefix)}${String(first)}`) }),
    ...timed(row),
  };
  return settled(host, step);
}

/** What a host counts as: a failure that does not matter is none. */
export const countedStatus = `CASE WHEN hosts.ignored = 1 THEN 'succeeded' ELSE hosts.status END`;

function countsOf(db: Database, step: number, parent: Omit<Step, 'hosts'>): StatusCounts {
  const counts: Partial<Record<Status, number>> = {};
  for (const row of db.all(
    `SELECT ${countedStatus} AS status, count(*) AS hosts FROM hosts WHERE step = ? GROUP BY 1`,
    step,
  )) {
    const { status } = settled({ status: row['status'] as Status }, parent);
    counts[status] = (counts[status] ?? 0) + Number(row['hosts']);
  }
  return counts;
}

function timed(row: Row) {
  return {
    status: row['status'] as Status,
    ...text(row, 'raw_status', 'rawStatus'),
    ...text(row, 'message', 'message'),
    ...number(row, 'started_at', 'startedAt'),
    ...number(row, 'ended_at', 'endedAt'),
  };
}

function text<K extends string>(row: Row, column: string, key: K): Partial<Record<K, string>> {
  const value = row[column];
  return typeof value === 'string' ? ({ [key]: value } as Record<K, string>) : {};
}

function number<K extends string>(row: Row, column: string, key: K): Partial<Record<K, number>> {
  const value = row[column];
  return typeof value === 'number' ? ({ [key]: value } as Record<K, number>) : {};
}
