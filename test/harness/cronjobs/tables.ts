import { randomUUID } from 'node:crypto';
import { News } from '../../../src/base/news.ts';

export interface JobRow {
  readonly id: string;
  readonly name: string;
  readonly cron_expression: string | null;
  readonly enabled: boolean;
  readonly created_at: string;
}

export interface RunRow {
  readonly id: string;
  readonly job_id: string;
  status: string;
  readonly started_at: string | null;
  completed_at: string | null;
  error_message: string | null;
  current_step?: string | null;
  /** What a service of ours tells besides. */
  user?: string;
  steps?: StepRow[];
}

export interface StepRow {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  status: string;
  started_at: string | null;
  completed_at: string | null;
  readonly hosts: HostRow[];
}

export interface HostRow {
  readonly id: string;
  readonly name: string;
  status: string;
  exit_code?: number;
}

export interface LogRow {
  readonly id: string;
  readonly run: string;
  /** Microseconds since the epoch by the server's clock, by which it sorts. */
  readonly stamp: number;
  readonly timestamp: string;
  readonly level: string;
  readonly message: string;
  readonly details: unknown;
  readonly step: string | null;
  readonly host?: string;
  readonly more: Readonly<Record<string, unknown>>;
}

export type NewLog = Partial<Omit<LogRow, 'id' | 'run' | 'stamp'>> & { readonly message: string };

/** Rows in the order in which they were written, given out newest first. */
class Log {
  readonly rows: LogRow[] = [];
  readonly #tables: CronTables;

  constructor(tables: CronTables) {
    this.#tables = tables;
  }

  page(offset: number, limit: number): LogRow[] {
    if (this.#tables.resolution > 1) return this.#sorted().slice(offset, offset + limit);
    const end = Math.max(0, this.rows.length - offset);
    return this.rows.slice(Math.max(0, end - limit), end).reverse();
  }

  /** Inclusive. */
  since(timestamp: string): LogRow[] {
    return this.#sorted().filter((row) => row.timestamp.replace(' ', 'T') >= timestamp.replace(' ', 'T'));
  }

  /** What has the same time comes in the order in which it was written. */
  #sorted(): LogRow[] {
    return this.rows.toSorted((a, b) => b.stamp - a.stamp);
  }
}

/** What the system keeps, in tables. */
export class CronTables {
  readonly jobs: JobRow[] = [];
  readonly #runs: RunRow[] = [];
  readonly all = new Log(this);
  readonly news = new News();
  /** Smallest step of the clock in microseconds; some databases only know whole seconds. */
  resolution = 1;
  /** How a naive time of the server differs from UTC, in minutes. */
  zone = 0;
  /** Times as programs write them that put an object into words: with a space. */
  spaced = false;
  readonly #logs = new Map<string, Log>();
  #clock = 0;

  get logs(): readonly LogRow[] {
    return this.all.rows;
  }

  addJob(name: string, id: string = randomUUID()): JobRow {
    const job = { id, name, cron_expression: '0 3 * * *', enabled: true, created_at: this.time(Date.now()) };
    this.jobs.push(job);
    return job;
  }

  addRun(job: JobRow, about: Partial<RunRow> & { readonly startedAt?: number } = {}): RunRow {
    const { startedAt = Date.now(), ...row } = about;
    const run: RunRow = {
      ...{ id: randomUUID(), job_id: job.id, status: 'running', started_at: this.time(startedAt) },
      ...{ completed_at: null, error_message: null, current_step: null },
      ...row,
    };
    this.#runs.push(run);
    return run;
  }

  run(id: string): RunRow | undefined {
    return this.#runs.find((run) => run.id === id);
  }

  runsOf(job: string | null, status: string | null): RunRow[] {
    return this.#runs
      .filter((run) => (job === null || run.job_id === job) && (status === null || run.status === status))
      .toSorted((a, b) => (b.started_at ?? '').localeCompare(a.started_at ?? ''));
  }

  finish(run: RunRow, status: string, at = Date.now()): void {
    Object.assign(run, { status, completed_at: this.time(at) });
  }

  write(run: RunRow, ...logs: (NewLog | string)[]): void {
    for (const log of logs) {
      this.#clock = Math.max(this.#clock + 1, Date.now() * 1_000);
      const stamp = this.#clock - (this.#clock % this.resolution);
      const row: LogRow = {
        ...{ id: randomUUID(), run: run.id, stamp, timestamp: this.time(stamp / 1_000, stamp % 1_000) },
        ...{ level: 'INFO', details: null, step: null, more: {} },
        ...(typeof log === 'string' ? { message: log } : log),
      };
      this.all.rows.push(row);
      this.logsOf(run.id).rows.push(row);
    }
    this.news.tell();
  }

  logsOf(run: string): Log {
    const known = this.#logs.get(run) ?? new Log(this);
    this.#logs.set(run, known);
    return known;
  }

  logAnswer({ id, run, timestamp, level, message, details, step, host, more }: LogRow) {
    return {
      ...{ id, job_run_id: run, timestamp, level, message, details, step, paper_id: null, error_code: null },
      ...{ duration_ms: null, logger_name: 'job_logger', ...(host !== undefined && { host }) },
      ...more,
    };
  }

  /** Without a zone, and without a fraction where that is nought, as the language writes times. */
  time(milliseconds: number, micros = 0): string {
    const local = new Date(Math.floor(milliseconds) + this.zone * 60_000).toISOString().replace('Z', '');
    const whole = `${local}${String(micros).padStart(3, '0')}`.replace(/\.000000$/, '');
    return this.spaced ? whole.replace('T', ' ') : whole;
  }
}
