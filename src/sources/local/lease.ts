import { abortReason } from '../../base/abort.ts';
import type { Lease } from '../../base/lease.ts';
import { isBusy, storeError } from './failures.ts';
import { makeFile } from './makeFile.ts';
import { loadSqlite } from './sqlite.ts';

/**
 * A lease named `name` among all who use the store at `path` on this machine: a lock on an empty database beside the
 * store, which the system takes back from whoever dies. `hold` throws unavailable when no file can be made there.
 */
export function openLocalLease(path: string, name: string): Lease {
  const file = `${path}-${name}.lock`;
  return {
    async hold(work, signal) {
      if (signal?.aborted) throw abortReason(signal);
      const lock = lockOf(file);
      try {
        return await (lock && work(signal ?? new AbortController().signal));
      } finally {
        lock?.[Symbol.dispose]();
      }
    },
  };
}

/** Undefined when somebody else holds it. */
function lockOf(file: string): Disposable | undefined {
  makeFile(file);
  try {
    return lock(file);
  } catch (error) {
    if (isBusy(error)) return undefined;
    throw storeError(error, file);
  }
}

function lock(file: string): Disposable {
  const { DatabaseSync } = loadSqlite();
  const db = new DatabaseSync(file);
  try {
    db.exec('BEGIN EXCLUSIVE');
    return { [Symbol.dispose]: () => db.close() };
  } catch (error) {
    db.close();
    throw error;
  }
}
