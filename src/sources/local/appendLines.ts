import { knownLines } from '../../base/appendRange.ts';
import { encodeColumns } from '../../base/chunkCode.ts';
import { chunkEnd } from '../../base/chunkEnd.ts';
import { errorLines } from '../../base/errorLines.ts';
import { LogError } from '../../model/errors.ts';
import type { LineColumns } from '../../model/line.ts';
import type { Append, Loss } from '../../model/sink.ts';
import { isFinished, type Status } from '../../model/status.ts';
import { countAppended } from './counting.ts';
import type { Database } from './database.ts';
import type { HostIds } from './scope.ts';

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
    this.#renew();
    const host = this.#host(ids, batch);
    const firstNumber = batch.uncounted ? host.lines + 1 - from : batch.firstNumber;
    const start = from + knownLines(firstNumber + from, to - from, host.lines);
    if (start === to) return { anything: false, foundError: false };
    this.#begin(ids, host, batch);
    this.#write(ids, batch.lines, start, to);
    countAppended(this.#db, ids, { firstNumber, lines: batch.lines }, start, to);
    host.lines += to - start;
    const { errors, first } = errorLines(batch.lines, start, to);
    if (first === undefined) this.#db.run('UPDATE hosts SET lines = ? WHERE id = ?', host.lines, ids.host);
    else
      this.#db.run(
        'UPDATE hosts SET lines = ?, errors = errors + ?, first_error = coalesce(first_error, ?) WHERE id = ?',
        ...[host.lines, errors, firstNumber + first, ids.host],
      );
    const foundError = first !== undefined && !host.failed;
    host.failed ||= foundError;
    return { anything: true, foundError };
  }

  /** Puts a chunk without lines where a gap is; false when it is known already. Call and throws as `append`. */
  lose(ids: HostIds, loss: Loss): boolean {
    this.#renew();
    const host = this.#host(ids, loss);
    const count = loss.count - knownLines(loss.firstNumber, loss.count, host.lines);
    if (count === 0) return false;
    this.#begin(ids, host, loss);
    this.#insert(ids, { count, columns: nothing, text: nothing, lost: loss.reason });
    host.lines += count;
    this.#db.run('UPDATE hosts SET lines = ? WHERE id = ?', host.lines, ids.host);
    return true;
  }

  #renew(): void {
    const { version } = this.#db;
    if (version !== this.#version) this.forget();
    this.#version = version;
  }

  /** Lines that are copied keep the pointers that they had. */
  #begin(ids: HostIds, host: HostEnd, { host: name, formerly }: Append | Loss): void {
    if (host.ended) throw new LogError('invalidRequest', `Host "${name}" has ended; nothing more can be appended.`);
    if (formerly !== undefined && host.lines === 0)
      this.#db.run('UPDATE hosts SET formerly = ? WHERE id = ?', formerly, ids.host);
  }

  #write(ids: HostIds, lines: LineColumns, from: number, end: number): void {
    for (let at = from; at < end;) {
      const to = chunkEnd(lines.offsets, at, end);
      const { bytes: columns, latest } = encodeColumns(lines, at, to);
      const text = lines.text.subarray(lines.offsets[at], lines.offsets[to]);
      this.#insert(ids, { count: to - at, columns, text, latest });
      at = to;
    }
  }

  #insert(ids: HostIds, { count, columns, text, latest, lost }: NewChunk): void {
    const host = this.#log('host', ids.host);
    const step = this.#log('step', ids.step);
    const execution = this.#log('execution', ids.execution);
    for (const log of [host, step, execution]) see(log, latest);
    this.#db.run(
      `INSERT INTO chunks (host, step, execution, host_row, step_row, execution_row, count,
         host_latest, step_latest, execution_latest, columns, text, lost) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[ids.host, ids.step, ids.execution, host.next, step.next, execution.next, count],
      ...[host.latest, step.latest, execution.latest, columns, text, lost ?? null],
    );
    for (const log of [host, step, execution]) log.next += count;
  }

  #host({ host: id }: HostIds, { execution }: Append | Loss): HostEnd {
    const known = this.#hosts.get(id);
    if (known) return known;
    const row = this.#db.get(
      `SELECT h.lines, h.errors, h.status AS host, s.status AS step, e.status AS execution
       FROM hosts h JOIN steps s ON s.id = h.step JOIN executions e ON e.id = s.execution
       WHERE h.id = ? AND (e.execution = ? OR e.copy_of = ?)`,
      ...[id, execution, execution],
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

const nothing = new Uint8Array(0);

interface NewChunk {
  readonly count: number;
  readonly columns: Uint8Array;
  readonly text: Uint8Array;
  readonly latest?: number | undefined;
  readonly lost?: Loss['reason'];
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
