import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface ScratchFolder extends AsyncDisposable {
  readonly path: string;
}

/** A new folder for what nobody needs afterwards. Removed with patience: programs just ended may still let go of it. */
export async function scratchFolder(purpose: string): Promise<ScratchFolder> {
  const path = await realpath(await mkdtemp(join(tmpdir(), `execution-logs-${purpose}-`)));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }),
  };
}
