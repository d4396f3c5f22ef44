import { Changes, concerns } from '../../base/changes.ts';
import type { WatchQuery } from '../../model/query.ts';
import type { Change } from '../../model/source.ts';
import { changesSince, lastChange } from './journal.ts';
import type { Database } from './database.ts';
import { findScope } from './scope.ts';
import { statusNow, writerColumns } from './writers.ts';

/** What one watcher has been told of a store. */
export class Watcher {
  readonly #query: WatchQuery;
  readonly #changes = new Changes();
  #db: Database | undefined;
  #last: number;
  #interrupted: ReadonlySet<string>;

  /** Begins now; at the beginning of the store when there is none yet. Throws notFound. Call within a read. */
  constructor(db: Database | undefined, query: WatchQuery) {
    this.#query = query;
    this.#db = db;
    this.#last = db ? lastChange(db) : 0;
    this.#interrupted = db ? interruptedIn(db) : new Set();
    if (db && query.execution !== undefined) findScope(db, { ...query, execution: query.execution });
  }

  /** Takes in what is new. Call within a read. */
  look(db: Database): void {
    if (db !== this.#db) this.#last = 0;
    this.#db = db;
    const { changes, last } = changesSince(db, this.#last);
    this.#last = last;
    for (const change of changes) this.#add(change);
    const interrupted = interruptedIn(db);
    for (const execution of interrupted.symmetricDifference(this.#interrupted)) this.#add({ execution });
    this.#interrupted = interrupted;
  }

  take(): Change | undefined {
    return this.#changes.take();
  }

  #add(change: Change): void {
    if (concerns(change, this.#query)) this.#changes.add(change);
  }
}

/** Executions whose writer is gone without having ended them. */
function interruptedIn(db: Database): ReadonlySet<string> {
  const open = db.all(
    `SELECT e.execution, e.status, ${writerColumns} FROM executions e LEFT JOIN writers w ON w.id = e.writer
     WHERE e.ended_at IS NULL AND e.execution IS NOT NULL`,
  );
  const gone = open.filter((row) => statusNow(row).status === 'interrupted');
  return new Set(gone.map((row) => String(row['execution'])));
}
