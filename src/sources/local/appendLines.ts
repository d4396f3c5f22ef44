import { knownLines } from '../../base/appendRange.ts';
import { lastWithin } from '../../base/columnRange.ts';
import { errorLines } from '../../base/errorLines.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type { Append } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import { encodeColumns } from './chunkCode.ts';
import type { Database } from './database.ts';

/** A chunk is read and decoded whole for any of its lines, so it is a page or less. */
const chunkRoom = { lines: 1_000, bytes: 256 * 1_024 } as const;

/** Tiny lines are decoded faster than rows are written, so more of them share one. */
const tinyChunkRoom = { lines: 4_000, bytes: 16 * 1_024 } as const;

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

/** Appends lines, and remembers where logs end as long as nobody else writes. */
export class Appender {
  readonly #db: Database;
  readonly #hosts = new Map<number, HostEnd>();
  readonly #logs = new Map<string, LogEnd>();
  #version: unknown;

  constructor(db: Database) {
    this.#db = db;
  }

  /** To be called when anything but lines was written, or a write was undone. */
  forget(): void {
    this.#hosts.clear();
    this.#logs.clear();
  }

  /**
   * Appends what is new of the lines `from` to `to` (exclusive) of a batch, whose text is well-formed and whose
   * levels are marked. Call within a write. Throws before anything is written: notFound, invalidRequest.
   */
  append(ids: HostIds, batch: Append, from: number, to: number): Appended {
    const { version } = this.#db;
    if (version !== this.#version) this.forget();
    this.#version = version;
    const host = this.#host(ids, batch);
    const start = from + knownLines(batch.firstNumber + from, to - from, host.lines);
    if (start === to) return { anything: false, foundError: false };
    if (host.ended)
      throw new LogError('invalidRequest', `Host "${batch.host}" has ended; nothing more can be appended.`);
    this.#write(ids, batch.lines, start, to);
    host.lines += to - start;
    const { errors, first } = errorLines(batch.lines, start, to);
    if (first === undefined) this.#db.run('UPDATE hosts SET lines = ? WHERE id = ?', host.lines, ids.host);
    else
      this.#db.run(
        'UPDATE hosts SET lines = ?, errors = errors + ?, first_error = coalesce(first_error, ?) WHERE id = ?',
        ...[host.lines, errors, batch.firstNumber + first, ids.host],
      );
    const foundError = first !== undefined && !host.failed;
    host.failed ||= foundError;
    return { anything: true, foundError };
  }

  #write(ids: HostIds, lines: LineColumns, from: number, end: number): void {
    const host = this.#log('host', ids.host);
    const step = this.#log('step', ids.step);
    const execution = this.#log('execution', ids.execution);
    for (let at = from; at < end;) {
      const to = chunkEnd(lines.offsets, at, end);
      const { bytes, latest } = encodeColumns(lines, at, to);
      for (const log of [host, step, execution]) see(log, latest);
      this.#db.run(
        `INSERT INTO chunks (host, step, execution, host_row, step_row, execution_row, count,
           host_latest, step_latest, execution_latest, columns, text) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        ...[ids.host, ids.step, ids.execution, host.next, step.next, execution.next, to - at],
        ...[host.latest, step.latest, execution.latest],
        bytes,
        lines.text.subarray(lines.offsets[at], lines.offsets[to]),
      );
      for (const log of [host, step, execution]) log.next += to - at;
      at = to;
    }
  }

  #host({ host: id }: HostIds, { execution }: Append): HostEnd {
    const known = this.#hosts.get(id);
    if (known) return known;
    const row = this.#db.get(
      `SELECT h.lines, h.errors, h.status AS host, s.status AS step, e.status AS execution
       FROM hosts h JOIN steps s ON s.id = h.step JOIN executions e ON e.id = s.execution
       WHERE h.id = ? AND e.execution = ?`,
      ...[id, execution],
    );
    if (!row) throw new LogError('notFound', `The execution "${execution}" was deleted.`);
    const ended = ['host', 'step', 'execution'].some((column) => isFinished(row[column] as Status));
    const end = { lines: Number(row['lines']), failed: row['errors'] !== 0, ended };
    this.#hosts.set(id, end);
    return end;
  }

  #log(scope: 'host' | 'step' | 'execution', id: number): LogEnd {
    const key = `${scope} ${id}`;
    const known = this.#logs.get(key);
    if (known) return known;
    const last = this.#db.get(
      `SELECT ${scope}_row + count AS next, ${scope}_latest AS latest FROM chunks
       WHERE ${scope} = ? ORDER BY ${scope}_row DESC LIMIT 1`,
      id,
    );
    const latest = last?.['latest'];
    const end = { next: Number(last?.['next'] ?? 1), latest: typeof latest === 'number' ? latest : null };
    this.#logs.set(key, end);
    return end;
  }
}

interface HostEnd {
  lines: number;
  /** It has error lines. */
  failed: boolean;
  readonly ended: boolean;
}

/** Where a log ends so far: its next row, and the latest time in it. */
interface LogEnd {
  next: number;
  latest: number | null;
}

function see(log: LogEnd, time: number | undefined): void {
  if (time !== undefined && time > (log.latest ?? Number.NEGATIVE_INFINITY)) log.latest = time;
}

/** Where the chunk that begins with line `from` ends; a line that is too long is a chunk by itself. */
function chunkEnd(offsets: Uint32Array, from: number, count: number): number {
  const start = offsets[from] ?? 0;
  const usual = Math.min(count, from + chunkRoom.lines);
  if ((offsets[usual] ?? 0) - start > tinyChunkRoom.bytes)
    return Math.max(from + 1, lastWithin(offsets, from, usual, start + chunkRoom.bytes));
  const most = Math.min(count, from + tinyChunkRoom.lines);
  return Math.max(usual, lastWithin(offsets, from, most, start + tinyChunkRoom.bytes));
}
