import { statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LogError } from '../../model/errors.ts';

/** A name in a path, or any number of folders. */
export type Segment = RegExp | '**';

/** Where deployment logs lie, and when one that goes on counts as given up. */
export interface Place {
  /** All that is read lies in here. */
  readonly root: string;
  /** Of the path below `root`. */
  readonly pattern: readonly Segment[];
  /** Milliseconds. */
  readonly stale: number;
}

/** Installs may take half an hour, and nothing is written meanwhile. */
const defaultStale = 35 * 60_000;
const everyLog = /^deploy_.*\.json$/;
const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The place that `deployment-log:<folder or glob>[?stale=35m]` names; a folder is looked for whether it is there already or not. */
export function placeOf(url: string): Place {
  const written = url.slice(url.indexOf(':') + 1);
  const [, typed = '', parameter] = /^(.*?)(?:\?stale=([^?]*))?$/s.exec(written) ?? [];
  const stale = parameter === undefined ? defaultStale : durationOf(parameter);
  if (typed === '')
    throw new LogError('invalidRequest', `"${url}" names no folder. Write deployment-log:<folder or glob>.`);
  return { ...shapeOf(typed), stale };
}

function durationOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const size =
    Number(count) * (unit === 's' || unit === 'm' || unit === 'h' || unit === 'd' ? units[unit] : Number.NaN);
  if (size > 0) return size;
  throw new LogError('invalidRequest', `"${text}" is no time for stale=. Write 35m, 90s, 2h or 1d.`);
}

/** What is there by this very name is meant, whatever characters it has; else it may be a glob. */
function shapeOf(typed: string): Pick<Place, 'root' | 'pattern'> {
  const path = resolve(typed.startsWith('///') ? fileURLToPath(`file:${typed}`) : typed);
  const kind = kindOf(path);
  if (kind === 'folder') return { root: path, pattern: [everyLog] };
  if (kind === 'file') {
    if (!path.endsWith('.json'))
      throw new LogError('invalidRequest', `${path} is no deployment log: the name of one ends with .json.`);
    return { root: dirname(path), pattern: [literally(basename(path))] };
  }
  if (path.includes('\\') && process.platform !== 'win32') return shapeOf(typed.replaceAll('\\', '/'));
  const parts = path.split(/[/\\]/);
  const first = parts.findIndex((part) => /[*?]/.test(part));
  if (first < 0) return { root: path, pattern: [everyLog] };
  return { root: resolve(parts.slice(0, first).join('/') || '/'), pattern: patternOf(parts.slice(first)) };
}

/** What ends with the name of a folder means the logs in it; nothing is a log whose name does not end with `.json`. */
function patternOf(parts: readonly string[]): Segment[] {
  const last = parts.at(-1) ?? '**';
  const namesFolders = last === '**' || !/[*?]|\.json$/.test(last);
  const folders = namesFolders ? parts : parts.slice(0, -1);
  return [...folders.map((part) => segmentOf(part)), namesFolders ? everyLog : segmentOf(last, '(?=.*\\.json$)')];
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return 'folder';
  return found?.isFile() ? 'file' : undefined;
}

function segmentOf(part: string, also = ''): Segment {
  if (part === '**') return part;
  const source = part
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${also}${source}$`, 'su');
}

function literally(name: string): RegExp {
  return new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`, 'su');
}

/** Whether a path below the root is one of the place. */
export function isInPlace(path: readonly string[], pattern: readonly Segment[]): boolean {
  const [segment, ...rest] = pattern;
  const [name, ...below] = path;
  if (segment === undefined) return path.length === 0;
  if (segment === '**') return isInPlace(path, rest) || (name !== undefined && isInPlace(below, pattern));
  return name !== undefined && segment.test(name) && isInPlace(below, rest);
}
