import { constants, type Dirent } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { LogError } from '../../model/errors.ts';

/** A file in the folder, or in a folder in it. */
export interface FoundFile {
  /** Its path in the folder, with `/`, without what checkpoints are called. */
  readonly id: string;
  readonly path: string;
}

/** What one look at the folder has found. */
export interface Found {
  readonly files: readonly FoundFile[];
  /** What was left out, in words. */
  readonly notices: readonly string[];
}

const suffix = '.checkpoint.json';
const mostFiles = 10_000;
/** A checkpoint of thousands of hosts has a few megabytes; one larger than this is no checkpoint. */
const mostBytes = 256 * 1_048_576;

/** Looks for files that may be checkpoints: `<pipeline>.checkpoint.json`, here or in a cluster's folder. Never follows a link out of the folder. */
export async function findFiles(folder: string): Promise<Found> {
  const root = await rootOf(folder);
  const files: FoundFile[] = [];
  let outside = 0;
  const look = async (path: string, depth: number): Promise<void> => {
    for (const entry of await entriesOf(path, depth === 0)) {
      const target = await targetOf(root, join(path, entry.name), entry);
      if (target === 'outside') outside++;
      else if (target === 'folder' && depth === 0) await look(join(path, entry.name), 1);
      else if (target === 'file' && entry.name.endsWith('.json') && files.length < mostFiles)
        files.push({ id: idOf(root, join(path, entry.name)), path: join(path, entry.name) });
    }
  };
  await look(root, 0);
  return {
    files,
    notices: [
      ...(outside > 0
        ? [`${outside === 1 ? 'A link leads' : `${outside} links lead`} out of the folder, and nothing is read there.`]
        : []),
      ...(files.length >= mostFiles ? [`Only ${mostFiles.toLocaleString('en')} files are looked at.`] : []),
    ],
  };
}

/** What tells whether a file has been written since; undefined when it is gone from a folder that is there. */
export async function signatureOf(folder: string, path: string): Promise<string | undefined> {
  const root = await rootOf(folder);
  try {
    if (isOutside(root, await realpath(path))) throw unreadable(path, 'it leads out of the folder');
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(':');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error instanceof LogError ? error : unreadable(path, LogError.from(error).message);
  }
}

/** The text of a file. Throws unavailable with words for what is too large, or no file any longer. */
export async function readText(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, LogError.from(error).message);
  });
  try {
    const about = await file.stat();
    if (!about.isFile()) throw unreadable(path, 'it is no file');
    if (about.size > mostBytes) throw unreadable(path, `it has ${Math.round(about.size / 1_048_576)} MB`);
    const bytes = Buffer.alloc(about.size);
    let length = 0;
    while (length < bytes.length) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    await file.close();
  }
}

function unreadable(path: string, why: string): LogError {
  return new LogError('unavailable', `${basename(path)} cannot be read: ${why}.`);
}

async function rootOf(folder: string): Promise<string> {
  try {
    const root = await realpath(folder);
    if ((await stat(root)).isDirectory()) return root;
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const words = `The folder ${folder} cannot be read: ${LogError.from(error).message}.`;
    throw new LogError('unavailable', isMissing ? `There is no folder ${folder} yet.` : words);
  }
  throw new LogError('invalidRequest', `${folder} is no folder. Write checkpoint:<folder>, such as /tmp/kubexm.`);
}

/** A cluster's folder may go while we look, the folder itself must not. */
async function entriesOf(path: string, isRoot: boolean): Promise<Dirent[]> {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (isRoot)
      throw new LogError('unavailable', `The folder ${path} cannot be read: ${LogError.from(error).message}.`);
    return [];
  }
}

async function targetOf(root: string, path: string, entry: Dirent): Promise<'file' | 'folder' | 'outside' | undefined> {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'folder';
  if (!entry.isSymbolicLink()) return undefined;
  try {
    const target = await realpath(path);
    if (isOutside(root, target)) return 'outside';
    const about = await stat(target);
    return about.isFile() ? 'file' : about.isDirectory() ? 'folder' : undefined;
  } catch {
    // It leads nowhere.
    return undefined;
  }
}

function isOutside(root: string, target: string): boolean {
  const way = relative(root, target);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}

function idOf(root: string, path: string): string {
  const name = relative(root, path).replaceAll('\\', '/');
  return name.endsWith(suffix) ? name.slice(0, -suffix.length) : name;
}
