import { LogError } from '../../model/errors.ts';
import type { NewMetric } from '../../model/sink.ts';
import type { Metric } from '../../model/statistics.ts';
import type { Database } from './database.ts';
import { findExecution, idOf } from './scope.ts';

const mostMetrics = 10_000;

/** Keeps a metric of an execution's row. Call within a write. Throws invalidRequest when it has ended. */
export function writeMetric(db: Database, execution: number, ended: boolean, metric: NewMetric): void {
  const { name, value, unit, at, step, host } = metric;
  const told = [name, value, at, unit ?? null, step ?? null, host ?? null];
  const known = db.get(
    `SELECT 1 FROM metrics WHERE execution = ? AND name = ? AND value = ? AND at = ? AND coalesce(unit, '') = coalesce(?, '')
     AND coalesce(step, '') = coalesce(?, '') AND coalesce(host, '') = coalesce(?, '')`,
    ...[execution, ...told],
  );
  if (known) return;
  if (ended) throw new LogError('invalidRequest', `Execution "${metric.execution}" has ended; it tells nothing more.`);
  const last = Number(db.get('SELECT max(number) AS last FROM metrics WHERE execution = ?', execution)?.['last'] ?? 0);
  db.run(
    'INSERT INTO metrics (execution, number, name, value, at, unit, step, host) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    ...[execution, last + 1, ...told],
  );
  db.run('DELETE FROM metrics WHERE execution = ? AND number <= ?', execution, last + 1 - mostMetrics);
}

/** Throws notFound. Call within a read. */
export function metricsOf(db: Database, execution: string): readonly Metric[] {
  const rows = db.all('SELECT * FROM metrics WHERE execution = ? ORDER BY number', idOf(findExecution(db, execution)));
  return rows.map(({ name, value, unit, at, step, host }) => ({
    ...{ name: String(name), value: Number(value) },
    ...(typeof unit === 'string' && { unit }),
    at: Number(at),
    ...(typeof step === 'string' && { step }),
    ...(typeof host === 'string' && { host }),
  }));
}
