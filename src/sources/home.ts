import { statfsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, posix, win32 } from 'node:path';
import { LogError } from '../model/errors.ts';

/** Environment variables, as `process.env` has them. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Where the embedded store lives: `EXECLOGS_HOME`, else a folder in the platform's place for a user's data. */
export function homeFolder(env: Environment, platform: NodeJS.Platform, known: () => string = homedir): string {
  const { EXECLOGS_HOME: own, HOME: home, XDG_DATA_HOME: xdg, LOCALAPPDATA: local } = env;
  if (own) return own;
  if (platform === 'win32')
    return win32.join(local ?? win32.join(home ?? homeOf(known), 'AppData', 'Local'), 'execlogs');
  if (platform === 'darwin') return posix.join(home ?? homeOf(known), 'Library', 'Application Support', 'execlogs');
  return posix.join(xdg?.startsWith('/') ? xdg : posix.join(home ?? homeOf(known), '.local', 'share'), 'execlogs');
}

/** A user id that nobody has given a name, as in a container, has no home either. */
function homeOf(known: () => string): string {
  try {
    return known();
  } catch (error) {
    const words = 'This user has no home folder for the log store. Set EXECLOGS_HOME to a folder of yours.';
    throw new LogError('unavailable', words, { cause: error });
  }
}

/** The connection that is always there without being configured. */
export function defaultConnection(home: string): string {
  return `sqlite:${home.replace(/[\\/]+$/, '')}/store.sqlite`;
}

/** File systems of other machines, by the magic number statfs(2) tells, and how people call them. */
const networkDrives: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xfe534d42: 'SMB',
  0xff534d42: 'SMB',
  0x564c: 'NCP',
  0x5346414f: 'AFS',
  0x6b414653: 'AFS',
  0x00c36400: 'Ceph',
  0x01021997: '9P',
};

/**
 * What to tell a person whose store lies on a network drive: processes on several machines must not share a
 * SQLite file. Undefined when it does not, or when that cannot be told.
 */
export function networkDriveNotice(
  path: string,
  statfs: (path: string) => { type: number } = statfsSync,
): string | undefined {
  const kind = /^[\\/]{2}[^\\/?.]/.test(path) ? 'network' : networkDrives[typeAt(path, statfs)];
  if (kind === undefined) return undefined;
  return (
    `The log store ${path} lies on a ${kind} drive, where it may be slow and must not be used from two machines at once. ` +
    'Set EXECLOGS_HOME to a folder on a local disk.'
  );
}

/** The type of the file system that holds `path`, or will: a folder that is not there yet is made in its parent. */
function typeAt(path: string, statfs: (path: string) => { type: number }): number {
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      return statfs(folder).type >>> 0;
    } catch {
      if (dirname(folder) === folder) return 0;
    }
  }
}
