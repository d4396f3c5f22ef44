import type { Stats } from 'node:fs';
import { lstat, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { LogError } from '../../model/errors.ts';
import type { Deployment } from './deployment.ts';
import { findFiles, type Found } from './findFiles.ts';
import { isInPlace, type Place } from './place.ts';
import { readDeployment } from './readDeployment.ts';

/** A file as it was found; `changedAt` in milliseconds since the epoch. */
export interface FileState {
  readonly id: string;
  readonly size: number;
  readonly changedAt: number;
  /** Why it is not read. */
  readonly refused?: string;
}

/** What reading a file gave: nothing when it is not read, or when it holds no deployment log, perhaps not yet. */
export interface FileRead {
  readonly file: FileState;
  readonly deployment?: Deployment;
  /** Milliseconds that making sense of it took. */
  readonly took?: number;
}

/** Files beyond this are none that an orchestrator writes; in bytes. */
const mostBytes = 64 * 1_048_576;
/** A file that changed so recently may change again without its time telling; in milliseconds. */
export const unsettled = 100;
/** Files whose content stays in memory. */
const mostKept = 4;

interface KeptRead extends FileRead {
  readonly stamp: string;
}

/** The files of a place. An id is a file's path below the root, without its ending. */
export class Files {
  readonly #place: Place;
  readonly #kept = new Map<string, KeptRead>();

  constructor(place: Place) {
    this.#place = place;
  }

  /** All there are, in no order, those among them that will not be read. */
  async find(): Promise<Omit<Found, 'paths'> & { readonly files: readonly FileState[] }> {
    const { paths, ...found } = await findFiles(this.#place);
    const states = await Promise.all(paths.map((path) => this.#look(path)));
    return { ...found, files: states.flatMap((state) => (state ? [state.file] : [])) };
  }

  /** Reads a file, unless it is as it was when it was last read. Undefined when there is none of this id. */
  async read(id: string): Promise<FileRead | undefined> {
    const path = `${id}.json`;
    if (!isInPlace(path.split('/'), this.#place.pattern) || id.split('/').includes('..')) return undefined;
    const look = await this.#look(path);
    if (!look || look.file.refused !== undefined) return look;
    const kept = this.#kept.get(id);
    if (kept?.stamp === look.stamp) return kept;
    const read = await readAs(join(this.#place.root, path), look);
    this.#keep(id, read);
    return read;
  }

  #keep(id: string, read: KeptRead): void {
    this.#kept.delete(id);
    if (read.deployment && Date.now() - read.file.changedAt > unsettled) this.#kept.set(id, read);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > mostKept) this.#kept.delete(oldest);
  }

  async #look(path: string): Promise<KeptRead | undefined> {
    const full = join(this.#place.root, path);
    const id = path.replace(/\.json$/, '');
    try {
      const own = await lstat(full);
      // What is asked for by its id may lead through a folder that is a link.
      const mayLeadOut = own.isSymbolicLink() || path.includes('/');
      const leadsOut = mayLeadOut && !(await this.#isWithin(full));
      const state = own.isSymbolicLink() && !leadsOut ? await stat(full) : own;
      const refused = leadsOut ? linkWords : refusalOf(state);
      const { size, mtimeMs: changedAt, ino } = state;
      const file = { id, size, changedAt, ...(refused !== undefined && { refused }) };
      return { file, stamp: `${ino}:${size}:${changedAt}` };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (typeof code === 'string' && nowhere.has(code)) return undefined;
      return { file: { id, size: 0, changedAt: 0, refused: unreadableWords(error) }, stamp: '' };
    }
  }

  async #isWithin(link: string): Promise<boolean> {
    const [root, target] = await Promise.all([realpath(this.#place.root), realpath(link)]);
    return target.startsWith(root.endsWith(sep) ? root : root + sep);
  }
}

/** Errors for paths at which there is nothing, some because there cannot be. */
const nowhere: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ERR_INVALID_ARG_VALUE']);

const linkWords = 'It is a link that leads out of the folder, and is not followed.';

function refusalOf(state: Stats): string | undefined {
  if (state.isDirectory()) return 'It is a folder, not a file.';
  if (!state.isFile()) return 'It is no file that can be read to its end.';
  if (state.size <= mostBytes) return undefined;
  return `It is larger than ${mostBytes / 1_048_576} MiB, too large for a deployment log, and is not read.`;
}

function unreadableWords(error: unknown): string {
  return `It cannot be read: ${LogError.from(error).message}.`;
}

/** Half a file is no JSON; neither is one that somebody has cut. */
async function readAs(full: string, look: KeptRead): Promise<KeptRead> {
  let text: string;
  try {
    text = await readFile(full, 'utf8');
  } catch (error) {
    return { ...look, file: { ...look.file, refused: unreadableWords(error) } };
  }
  const from = performance.now();
  const deployment = deploymentIn(text);
  return { ...look, took: performance.now() - from, ...(deployment && { deployment }) };
}

function deploymentIn(text: string): Deployment | undefined {
  try {
    return readDeployment(JSON.parse(text.replace(/^\uFEFF/, '')));
  } catch (error) {
    // What is nested too deep to be put into words is no deployment log either.
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}
