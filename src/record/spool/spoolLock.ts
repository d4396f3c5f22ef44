import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

/** How often a holder says that it is there, and how long silence says that it is not; in milliseconds. */
const beat = 5_000;
const stale = 60_000;
/** How long a process that is there, but may have been stopped, is believed to hold it: its number may have another's. */
const staleOfLiving = 86_400_000;

/** Says that somebody works with a spool. Two who do send everything twice, which changes nothing, but one removes it first. */
export class SpoolLock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    this.#timer = setInterval(() => {
      const now = new Date();
      // One that is gone has been removed with its spool.
      utimes(path, now, now).catch(() => undefined);
    }, beat).unref();
  }

  /** Undefined when somebody else holds it. */
  static async take(folder: string): Promise<SpoolLock | undefined> {
    const path = join(folder, 'lock');
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        await writeFile(path, `${hostname()} ${process.pid}\n`, { flag: 'wx' });
        return new SpoolLock(path);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
        if (await isHeld(path)) return undefined;
        await rm(path, { force: true });
      }
    }
    return undefined;
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await rm(this.#path, { force: true });
  }
}

async function isHeld(path: string): Promise<boolean> {
  try {
    const [host, pid] = (await readFile(path, 'utf8')).trim().split(' ');
    const isOther = host === hostname() && pid !== undefined && Number(pid) !== process.pid;
    if (isOther && !isAlive(Number(pid))) return false;
    return Date.now() - (await stat(path)).mtimeMs < (isOther ? staleOfLiving : stale);
  } catch {
    // It has just been let go.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return error instanceof Error && 'code' in error && error.code !== 'ESRCH';
  }
}
