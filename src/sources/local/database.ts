import { existsSync, statSync } from 'node:fs';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { LogError } from '../../model/errors.ts';
import { damaged, isBusy, isUnwritable, storeError } from './failures.ts';
import { makeFile } from './makeFile.ts';
import { migrate, storeIn } from './schema.ts';
import { loadSqlite } from './sqlite.ts';

export type Row = Record<string, SQLOutputValue>;

/** Large enough that a chunk takes few pages, small enough that a short append writes little. */
const pageSize = 8_192;

/** A short write-ahead log is written over again and again, which disks sync faster than a file that grows. */
const checkpointPages = 500;

/** How long a write waits for other writers before it gives up. */
const patienceMilliseconds = 30_000;

/** One connection to a store. Nothing here waits on the thread for longer than a few milliseconds. */
export class Database {
  readonly path: string;
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #file: string;
  #closed: LogError | undefined;

  private constructor(path: string, db: DatabaseSync) {
    this.path = path;
    this.#db = db;
    this.#file = fileAt(path);
  }

  /** Opens the store at `path` for writing, and makes it when there is none. */
  static async forWriting(path: string): Promise<Database> {
    return patiently(path, () => {
      refuseFolder(path);
      makeFile(path);
      const db = open(path, { readOnly: false });
      try {
        // Another program's database must stay as it is.
        storeIn(db, path);
        db.exec(`PRAGMA page_size = ${pageSize}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL`);
        db.exec(`PRAGMA cache_size = -8000; PRAGMA wal_autocheckpoint = ${checkpointPages}`);
        db.exec('BEGIN IMMEDIATE');
        migrate(db, path);
        db.exec('COMMIT');
        return new Database(path, db);
      } catch (error) {
        db.close();
        throw error;
      }
    });
  }

  /** Opens the store at `path` to read, and to delete where that is allowed; undefined when there is none yet. */
  static async forReading(path: string): Promise<Database | undefined> {
    return patiently(path, () => {
      if (!existsSync(path)) return undefined;
      refuseFolder(path);
      // A folder that must not be written to can hold no shared memory; without writers, the file alone will do.
      const unchanging = !existsSync(`${path}-wal`) || statSync(`${path}-wal`).size === 0;
      const locations = [path, path, ...(unchanging ? [`${pathToFileURL(path).href}?immutable=1`] : [])];
      let failure: unknown;
      for (const [i, location] of locations.entries()) {
        try {
          return Database.#ifStore(path, open(location, { readOnly: i > 0 }));
        } catch (error) {
          if (!isUnwritable(error)) throw error;
          failure = error;
        }
      }
      throw failure;
    });
  }

  static #ifStore(path: string, db: DatabaseSync): Database | undefined {
    try {
      const found = storeIn(db, path);
      if (found === 'older') bringUp(path, db);
      if (found !== 'none') {
        // Readers write only to delete: that need not outlive a power cut, nor may it hold the thread for long.
        db.exec('PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0');
        return new Database(path, db);
      }
    } catch (error) {
      db.close();
      throw error;
    }
    db.close();
    return undefined;
  }

  /** True while `path` still names the file this connection has open. */
  get isCurrent(): boolean {
    return fileAt(this.path) === this.#file;
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepare(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepare(sql).all(...values);
  }

  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#prepare(sql).run(...values).lastInsertRowid);
  }

  /** Runs `read` on one unchanging state of the store. */
  async read<T>(read: () => T): Promise<T> {
    return patiently(this.path, () => this.#within('BEGIN', read));
  }

  /** Runs `write` alone; what it wrote is on disk when this resolves, or nothing of it is there when it rejects. */
  async write<T>(write: () => T): Promise<T> {
    return patiently(this.path, () => this.#within('BEGIN IMMEDIATE', write));
  }

  /** Another value as soon as another connection has written; a new one each time while that cannot be told. */
  get version(): unknown {
    try {
      return this.get('PRAGMA data_version')?.['data_version'];
    } catch {
      // Whoever looks because of this meets the reason, and tells it.
      return Symbol('unknown');
    }
  }

  /** Whatever is asked for later is refused with `reason`. */
  close(reason: LogError): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#statements.clear();
    this.#db.close();
  }

  #within<T>(begin: string, work: () => T): T {
    this.run(begin);
    try {
      const result = work();
      this.run('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  #rollBack(): void {
    try {
      this.run('ROLLBACK');
    } catch {
      // What failed has rolled back already: there is no transaction any more.
    }
  }

  #prepare(sql: string): StatementSync {
    if (this.#closed) throw this.#closed;
    const known = this.#statements.get(sql);
    if (known) return known;
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** Lets everything else that is ready run first. */
export async function nextTurn(): Promise<void> {
  await setImmediate();
}

/** Tries until others let it, without holding the thread meanwhile. Everything foreign is told in our words. */
async function patiently<T>(path: string, work: () => T): Promise<T> {
  const end = performance.now() + patienceMilliseconds;
  for (let tries = 0; ; tries++) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw storeError(error, path);
      await setTimeout(1 + Math.random() * Math.min(tries, 10));
    }
  }
}

/** At a path, or at a URI in Nodes that take one (22.15 and newer). */
function open(location: string, options: { readonly readOnly: boolean }): DatabaseSync {
  const { DatabaseSync } = loadSqlite();
  const db = new DatabaseSync(location, options);
  db.exec('PRAGMA busy_timeout = 4; PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 16777216');
  return db;
}

/** Readers bring a store up too: until somebody records again, there would be nothing for them to see. */
function bringUp(path: string, db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    migrate(db, path);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

function refuseFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw damaged(path, 'it is a folder');
}

/** Which file a path names, while it is there. */
function fileAt(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.dev}:${stat.ino}` : '';
}
