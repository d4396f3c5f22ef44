import { LogError } from '../../model/errors.ts';

/** SQLite's primary result codes: https://www.sqlite.org/rescode.html */
const code = {
  busy: 5,
  locked: 6,
  readonly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;

/** SQLite's primary result code of an error; undefined when it is not SQLite's. */
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

/** Another process is writing; trying again soon helps. */
export function isBusy(error: unknown): boolean {
  const found = sqliteCode(error);
  return found === code.busy || found === code.locked;
}

/** The file or its folder may not be written to. */
export function isUnwritable(error: unknown): boolean {
  const found = sqliteCode(error);
  return found === code.readonly || found === code.cannotOpen;
}

/** Words for whatever SQLite complains about in the store at `path`; a `LogError` stays as it is. */
export function storeError(error: unknown, path: string): LogError {
  if (error instanceof LogError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const unavailable = (words: string): LogError => new LogError('unavailable', words, { cause: error });
  switch (sqliteCode(error)) {
    case code.busy:
    case code.locked:
      return unavailable(`The log store ${path} is being written to by others all the time. Try again.`);
    case code.readonly:
    case code.cannotOpen:
      return unavailable(
        `The log store ${path} cannot be written or opened (${said}). ` +
          'Give yourself the right to write to its folder, or set EXECLOGS_HOME to a folder of yours.',
      );
    case code.full:
      return unavailable(`The disk of the log store ${path} is full. Make room; recording then goes on.`);
    case code.io:
      return unavailable(`The log store ${path} could not be read or written (${said}). Is its disk full or gone?`);
    case code.corrupt:
    case code.notDatabase:
      return damaged(path, said, error);
    default:
      return new LogError('internal', `The log store ${path} failed: ${said}`, { cause: error });
  }
}

export function damaged(path: string, said: string, cause?: unknown): LogError {
  return new LogError(
    'unavailable',
    `The log store ${path} is damaged or none at all (${said}). ` +
      'Move it away, with its -wal and -shm files; the next recording begins a new one.',
    { cause },
  );
}
