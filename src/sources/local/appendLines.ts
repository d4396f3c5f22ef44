import { knownLines } from '../../base/appendRange.ts';
import { errorLines } from '../../base/errorLines.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type { Append } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import { encodeColumns } from './chunkCode.ts';
import type { Database } from './database.ts';

/** A chunk is read and decoded whole for any of its lines, so it is a page or less. */
const chunkRoom = { lines: 1_000, bytes: 256 * 1_024 } as const;

/** Ids of a host and what it belongs to. */
export interface HostIds {
  readonly host: number;
  readonly step: number;
  readonly execution: number;
}

export interface Appended {
  /** At least one line was new. */
  readonly anything: boolean;
  /** One of them is the first error of its host. */
  readonly foundError: boolean;
}

/**
 * Appends what is new of the lines `from` to `to` (exclusive) of a batch, whose text is well-formed and whose
 * levels are marked. Call within a write. Throws before anything is written: notFound, invalidRequest.
 */
export function appendLines(db: Database, ids: HostIds, batch: Append, from: number, to: number): Appended {
  const host = db.get(
    `SELECT h.lines, h.errors, h.status AS host_status, s.status AS step_status, e.status AS execution_status
     FROM hosts h JOIN steps s ON s.id = h.step JOIN executions e ON e.id = s.execution
     WHERE h.id = ? AND e.execution = ?`,
    ...[ids.host, batch.execution],
  );
  if (!host) throw new LogError('notFound', `The execution "${batch.execution}" was deleted.`);
  const known = Number(host['lines']);
  const start = from + knownLines(batch.firstNumber + from, to - from, known);
  if (start === to) return { anything: false, foundError: false };
  for (const column of ['host_status', 'step_status', 'execution_status'])
    if (isFinished(host[column] as Status))
      throw new LogError('invalidRequest', `Host "${batch.host}" has ended; nothing more can be appended.`);
  writeChunks(db, ids, batch.lines, start, to);
  const { errors, first } = errorLines(batch.lines, start, to);
  if (first === undefined) db.run('UPDATE hosts SET lines = ? WHERE id = ?', known + to - start, ids.host);
  else
    db.run(
      'UPDATE hosts SET lines = ?, errors = errors + ?, first_error = coalesce(first_error, ?) WHERE id = ?',
      ...[known + to - start, errors, batch.firstNumber + first, ids.host],
    );
  return { anything: true, foundError: first !== undefined && host['errors'] === 0 };
}

function writeChunks(db: Database, ids: HostIds, lines: LineColumns, from: number, end: number): void {
  const host = new LogEnd(db, 'host', ids.host);
  const step = new LogEnd(db, 'step', ids.step);
  const execution = new LogEnd(db, 'execution', ids.execution);
  for (let at = from; at < end;) {
    const to = chunkEnd(lines.offsets, at, end);
    const latest = latestTime(lines.times, at, to);
    for (const log of [host, step, execution]) log.see(latest);
    db.run(
      `INSERT INTO chunks (host, step, execution, host_row, step_row, execution_row, count,
         host_latest, step_latest, execution_latest, columns, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[ids.host, ids.step, ids.execution, host.next, step.next, execution.next, to - at],
      ...[host.latest, step.latest, execution.latest],
      encodeColumns(lines, at, to),
      lines.text.subarray(lines.offsets[at], lines.offsets[to]),
    );
    for (const log of [host, step, execution]) log.next += to - at;
    at = to;
  }
}

/** Where a log ends so far: its next row, and the latest time in it. */
class LogEnd {
  next: number;
  latest: number | null;

  constructor(db: Database, scope: 'host' | 'step' | 'execution', id: number) {
    const last = db.get(
      `SELECT ${scope}_row + count AS next, ${scope}_latest AS latest FROM chunks
       WHERE ${scope} = ? ORDER BY ${scope}_row DESC LIMIT 1`,
      id,
    );
    this.next = Number(last?.['next'] ?? 1);
    const latest = last?.['latest'];
    this.latest = typeof latest === 'number' ? latest : null;
  }

  see(time: number): void {
    if (time > (this.latest ?? Number.NEGATIVE_INFINITY)) this.latest = time;
  }
}

/** Where the chunk that begins with line `from` ends; a line that is too long is a chunk by itself. */
function chunkEnd(offsets: Uint32Array, from: number, count: number): number {
  const most = Math.min(count, from + chunkRoom.lines);
  const end = (offsets[from] ?? 0) + chunkRoom.bytes;
  if ((offsets[most] ?? 0) <= end) return most;
  let low = from + 1;
  let high = most;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= end) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** NaN, which is no time, is never later. */
function latestTime(times: Float64Array, from: number, to: number): number {
  let latest = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if ((times[i] ?? 0) > latest) latest = times[i] ?? latest;
  return latest;
}
