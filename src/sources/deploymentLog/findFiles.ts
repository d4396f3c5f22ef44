import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place, Segment } from './place.ts';

/** How many folders are looked into for one glob, and how deep. */
const mostFolders = 2_000;
const deepest = 12;

export interface Found {
  /** Paths below the root, with `/`, of what is named as a deployment log is, whatever it may be. */
  readonly paths: readonly string[];
  /** Folders that were looked into. */
  readonly folders: readonly string[];
  /** Words on what was not looked at. */
  readonly notice?: string;
}

/** Finds what is named as the place wants it. What cannot be looked into is left out, with a word on it. */
export async function findFiles({ root, pattern }: Place): Promise<Found> {
  const paths: string[] = [];
  const folders: string[] = [];
  const notices = new Set<string>();
  await look([], pattern);
  const [notice] = notices;
  return { paths: [...new Set(paths)], folders, ...(notice !== undefined && { notice }) };

  async function look(at: readonly string[], wanted: readonly Segment[]): Promise<void> {
    const [segment, ...rest] = wanted;
    if (segment === undefined || at.length > deepest) return;
    if (segment === '**') await look(at, rest);
    if (folders.length >= mostFolders) {
      notices.add(`Only the first ${mostFolders.toLocaleString('en')} folders below ${root} were looked into.`);
      return;
    }
    const folder = join(root, ...at);
    folders.push(folder);
    for (const entry of await entriesOf(folder)) {
      const isFolder = entry.isDirectory();
      if (segment === '**') {
        if (isFolder && isWorthALook(entry.name)) await look([...at, entry.name], wanted);
      } else if (segment.test(entry.name)) {
        if (rest.length === 0) paths.push([...at, entry.name].join('/'));
        else if (isFolder) await look([...at, entry.name], rest);
      }
    }
  }

  async function entriesOf(folder: string) {
    try {
      return await readdir(folder, { withFileTypes: true });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (code === 'ENOENT' && folder === root) notices.add(`There is no folder ${root} yet.`);
      else if (code !== 'ENOENT') notices.add(`${folder} cannot be looked into: ${String(code ?? error)}.`);
      return [];
    }
  }
}

/** Nobody deploys into these, and they are large. */
function isWorthALook(name: string): boolean {
  return name !== 'node_modules' && !name.startsWith('.');
}
