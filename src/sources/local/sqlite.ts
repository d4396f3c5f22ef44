import type * as sqlite from 'node:sqlite';
import { LogError } from '../../model/errors.ts';

type Sqlite = Pick<typeof sqlite, 'DatabaseSync'>;

/**
 * Node's SQLite. Node calls it experimental on standard error, where our users read results; that one warning
 * is kept back, all others pass. Throws unavailable where the running Node has none.
 */
export function loadSqlite(): Sqlite {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (...args: unknown[]): void => {
    const isOurs = String(args[0]).includes('SQLite') && args[1] === 'ExperimentalWarning';
    if (!isOurs) Reflect.apply(emitWarning, process, args);
  };
  try {
    const found = process.getBuiltinModule('node:sqlite') as Sqlite | undefined;
    if (found) return found;
  } finally {
    process.emitWarning = emitWarning;
  }
  throw new LogError('unavailable', `Node ${process.version} has no SQLite. Use Node 22.13 or newer.`);
}
