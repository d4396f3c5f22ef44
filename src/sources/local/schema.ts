import type { DatabaseSync } from 'node:sqlite';
import { LogError } from '../../model/errors.ts';
import { countColumns } from './countColumns.ts';
import { damaged } from './failures.ts';

/** In the file's header: tells our stores from other SQLite databases ("ExLg"). */
const applicationId = 0x45784c67;

const columns = countColumns.replace(/\w+/g, '$& INTEGER NOT NULL DEFAULT 0');

/**
 * How a store of version n becomes one of version n + 1. Lines are kept in chunks, each a row of three logs:
 * its host's, its step's and its execution's. `*_row` is the chunk's first row in each, `*_latest` the latest
 * time up to its end; both never decrease, so lines are found by number and by time with a few steps in an
 * index, however long the log. AUTOINCREMENT where pointers or writers remember an id for good. An execution
 * without a name is being deleted, or written as a copy (`copy_of`) that gets its name when it is finished.
 * `formerly` is what comes before the number in a copied host's pointers; `lost` says why a chunk has no lines.
 * `counts` and `errors` are counted as lines are appended; an execution that has ended is `counted` in the totals of
 * everything and of its job, from which it is taken when it is deleted. Hours are whole ones since the epoch.
 */
const migrations: readonly string[] = [
  `CREATE TABLE writers (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     machine TEXT NOT NULL,
     process TEXT NOT NULL,
     heartbeat REAL NOT NULL,
     closed INTEGER NOT NULL DEFAULT 0
   );
   CREATE TABLE executions (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     execution TEXT UNIQUE,
     name TEXT NOT NULL,
     kind TEXT,
     user TEXT,
     invocation TEXT,
     status TEXT NOT NULL,
     raw_status TEXT,
     message TEXT,
     created_at REAL NOT NULL,
     started_at REAL,
     ended_at REAL,
     history TEXT NOT NULL,
     writer INTEGER REFERENCES writers
   );
   CREATE INDEX executions_newest ON executions (created_at, id);
   CREATE INDEX executions_open ON executions (writer) WHERE ended_at IS NULL;
   CREATE TABLE steps (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     execution INTEGER NOT NULL REFERENCES executions,
     step TEXT NOT NULL,
     name TEXT NOT NULL,
     position INTEGER NOT NULL,
     path TEXT,
     status TEXT NOT NULL,
     raw_status TEXT,
     message TEXT,
     started_at REAL,
     ended_at REAL,
     UNIQUE (execution, step)
   );
   CREATE TABLE hosts (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     step INTEGER NOT NULL REFERENCES steps,
     host TEXT NOT NULL,
     name TEXT NOT NULL,
     address TEXT,
     status TEXT NOT NULL,
     raw_status TEXT,
     message TEXT,
     exit_code INTEGER,
     started_at REAL,
     ended_at REAL,
     lines INTEGER NOT NULL DEFAULT 0,
     errors INTEGER NOT NULL DEFAULT 0,
     first_error INTEGER,
     UNIQUE (step, host)
   );
   CREATE INDEX hosts_by_status ON hosts (step, status);
   CREATE TABLE chunks (
     id INTEGER PRIMARY KEY,
     host INTEGER NOT NULL REFERENCES hosts,
     step INTEGER NOT NULL,
     execution INTEGER NOT NULL,
     host_row INTEGER NOT NULL,
     step_row INTEGER NOT NULL,
     execution_row INTEGER NOT NULL,
     count INTEGER NOT NULL,
     host_latest REAL,
     step_latest REAL,
     execution_latest REAL,
     columns BLOB NOT NULL,
     text BLOB NOT NULL
   );
   CREATE UNIQUE INDEX chunks_of_host ON chunks (host, host_row);
   CREATE UNIQUE INDEX chunks_of_step ON chunks (step, step_row);
   CREATE UNIQUE INDEX chunks_of_execution ON chunks (execution, execution_row);
   CREATE TABLE changes (
     id INTEGER PRIMARY KEY,
     execution TEXT NOT NULL,
     step TEXT,
     host TEXT,
     removed INTEGER NOT NULL DEFAULT 0
   );`,
  `ALTER TABLE executions ADD COLUMN url TEXT;
   ALTER TABLE executions ADD COLUMN copy_of TEXT;
   CREATE UNIQUE INDEX executions_copies ON executions (copy_of) WHERE copy_of IS NOT NULL;
   ALTER TABLE hosts ADD COLUMN formerly TEXT;
   CREATE INDEX hosts_formerly ON hosts (formerly) WHERE formerly IS NOT NULL;
   ALTER TABLE chunks ADD COLUMN lost TEXT;`,
  `ALTER TABLE executions ADD COLUMN job TEXT;
   CREATE INDEX executions_of_job ON executions (job, created_at, id) WHERE job IS NOT NULL;`,
  `ALTER TABLE executions ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;
   UPDATE executions SET counted = 1 WHERE ended_at IS NOT NULL;
   CREATE INDEX executions_uncounted ON executions (id) WHERE counted = 0;
   CREATE TABLE counts (
     execution INTEGER NOT NULL,
     step INTEGER NOT NULL,
     hour INTEGER NOT NULL,
     ${columns},
     PRIMARY KEY (execution, step, hour)
   ) WITHOUT ROWID;
   CREATE INDEX counts_by_hour ON counts (hour);
   CREATE TABLE errors (
     execution INTEGER NOT NULL,
     text TEXT NOT NULL,
     count INTEGER NOT NULL,
     host INTEGER NOT NULL,
     number INTEGER NOT NULL,
     PRIMARY KEY (execution, text)
   ) WITHOUT ROWID;
   CREATE INDEX errors_by_text ON errors (text);
   CREATE TABLE hour_totals (
     owner TEXT NOT NULL,
     hour INTEGER NOT NULL,
     ${columns},
     PRIMARY KEY (owner, hour)
   ) WITHOUT ROWID;
   CREATE TABLE step_totals (
     owner TEXT NOT NULL,
     step TEXT NOT NULL,
     lines INTEGER NOT NULL,
     ${columns},
     PRIMARY KEY (owner, step)
   ) WITHOUT ROWID;
   CREATE INDEX step_totals_most ON step_totals (owner, lines);
   CREATE TABLE error_totals (
     owner TEXT NOT NULL,
     text TEXT NOT NULL,
     count INTEGER NOT NULL,
     execution INTEGER NOT NULL,
     PRIMARY KEY (owner, text)
   ) WITHOUT ROWID;
   CREATE INDEX error_totals_most ON error_totals (owner, count);
   CREATE TABLE metrics (
     execution INTEGER NOT NULL,
     number INTEGER NOT NULL,
     name TEXT NOT NULL,
     value REAL NOT NULL,
     unit TEXT,
     at REAL NOT NULL,
     step TEXT,
     host TEXT,
     PRIMARY KEY (execution, number)
   ) WITHOUT ROWID;
   CREATE INDEX metrics_told ON metrics (execution, name, at);`,
  `ALTER TABLE hosts ADD COLUMN ignored INTEGER;`,
];

/** What a file holds: a store of this version or one before, or nothing yet. Throws for all others. */
export function storeIn(db: DatabaseSync, path: string): 'current' | 'older' | 'none' {
  const version = pragma(db, 'user_version');
  if (version === 0 && pragma(db, 'schema_version') === 0) return 'none';
  if (pragma(db, 'application_id') !== applicationId) throw damaged(path, 'it holds other data');
  if (version > migrations.length)
    throw new LogError(
      'unavailable',
      `The log store ${path} was written by a newer Execution Logs. ` +
        'Update this one, or set EXECLOGS_HOME to another folder.',
    );
  return version === migrations.length ? 'current' : 'older';
}

/** Brings the store to this version; call within a write transaction. */
export function migrate(db: DatabaseSync, path: string): void {
  if (storeIn(db, path) === 'current') return;
  const version = pragma(db, 'user_version');
  for (const statements of migrations.slice(version)) db.exec(statements);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}`);
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}
