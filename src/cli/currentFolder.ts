import { LogError } from '../model/errors.ts';
import { usageError } from './commandLine.ts';

/** Where we were started. Somebody may have removed it meanwhile. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw usageError('The folder that you are in is no longer there. Change to another one.');
    throw LogError.from(error);
  }
}
