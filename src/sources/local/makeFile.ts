import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { LogError } from '../../model/errors.ts';

/**
 * Makes an empty file that only its owner may read, where there is none: logs hold secrets, and SQLite takes the
 * file's rights over. One that is there is not touched: to close it would give up the locks that this process has on it.
 */
export function makeFile(path: string): void {
  if (existsSync(path)) return;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new LogError(
      'unavailable',
      `The log store ${path} cannot be written (${error instanceof Error ? error.message : String(error)}). ` +
        'Give yourself the right to write there, or set EXECLOGS_HOME to a folder of yours.',
      { cause: error },
    );
  }
}
