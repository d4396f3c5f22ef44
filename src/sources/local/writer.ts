import type { Database } from './database.ts';
import { processName } from './machine.ts';
import { heartbeatMilliseconds, writersPlace } from './writers.ts';
import type { WriteQueue } from './writeQueue.ts';

/** Says that this process is there as long as it has executions open. */
export class Writer {
  readonly #db: Database;
  readonly #queue: WriteQueue;
  readonly #alongside: () => void;
  readonly #grace: number | undefined;
  readonly #open = new Set<string>();
  #id: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `alongside` is run within the same write as each heartbeat; for `grace` see `openLocalSink`. */
  constructor(db: Database, queue: WriteQueue, alongside: () => void, grace?: number) {
    this.#db = db;
    this.#queue = queue;
    this.#alongside = alongside;
    this.#grace = grace;
  }

  /** Takes an execution on; the result is the writer's id. Call within a write. */
  begin(execution: string): number {
    const { machine, process, now } = { machine: writersPlace(this.#grace), process: processName(), now: Date.now() };
    const known = this.#id === undefined ? undefined : this.#db.get('SELECT 1 FROM writers WHERE id = ?', this.#id);
    if (this.#id === undefined || !known) {
      const insert = 'INSERT INTO writers (machine, process, heartbeat) VALUES (?, ?, ?)';
      this.#id = this.#db.run(insert, machine, process, now);
      this.#forgetOthers();
    } else this.#db.run('UPDATE writers SET heartbeat = ? WHERE id = ?', now, this.#id);
    this.#open.add(execution);
    this.#timer ??= setInterval(() => this.#beat(), heartbeatMilliseconds).unref();
    return this.#id;
  }

  end(execution: string): void {
    this.#open.delete(execution);
  }

  /** What is still open has lost its writer, unless that one may come back. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    const id = this.#id;
    if (id === undefined) return;
    await this.#queue.write(() => {
      this.#alongside();
      const closed = this.#grace === undefined ? 1 : 0;
      this.#db.run('UPDATE writers SET closed = ?, heartbeat = ? WHERE id = ?', closed, Date.now(), id);
    });
  }

  #beat(): void {
    const id = this.#id;
    if (id === undefined || this.#open.size === 0) return;
    const beat = this.#queue.write(() => {
      this.#alongside();
      this.#db.run('UPDATE writers SET heartbeat = ? WHERE id = ?', Date.now(), id);
    });
    // A disk that is full is told to whoever appends; the next beat may find room again.
    beat.catch(() => undefined);
  }

  /** Writers whose executions have all ended are of no interest. */
  #forgetOthers(): void {
    this.#db.run(
      `DELETE FROM writers WHERE id <> ? AND heartbeat < ? AND id NOT IN (SELECT writer FROM executions WHERE ended_at IS NULL
       AND writer IS NOT NULL)`,
      ...[this.#id ?? 0, Date.now() - 86_400_000],
    );
  }
}
