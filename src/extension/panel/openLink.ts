import { env, FileType, Range, RelativePattern, Uri, window, workspace } from 'vscode';
import type { Link } from '../../bridge/logHost.ts';
import { LogError } from '../../model/errors.ts';
import type { Words } from '../words.ts';
import { lastNames, placesOf, sharedEnd } from './linkPlaces.ts';

/**
 * Opens what a log line names: web addresses outside, files of the workspace in the editor. Nothing else is
 * opened, whatever the line says. `directory` is where the command ran.
 */
export async function openLink(link: Link, directory: string | undefined, words: Words): Promise<void> {
  if (link.kind === 'url') await openUrl(link.url, words);
  else await openFile(link, directory, words);
}

async function openUrl(text: string, { t }: Words): Promise<void> {
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new LogError('invalidRequest', t('Only http and https addresses are opened from a log.'));
  await env.openExternal(Uri.parse(text, true));
}

async function openFile(link: Link & { kind: 'file' }, directory: string | undefined, { t }: Words): Promise<void> {
  const found = await findFile(link.path, directory);
  if (!found) throw new LogError('notFound', t('{0} was not found in this workspace.', link.path));
  const line = (link.line ?? 1) - 1;
  const column = (link.column ?? 1) - 1;
  await window.showTextDocument(found, { preview: true, selection: new Range(line, column, line, column) });
}

/** The workspace's file that a path in a log means; undefined when there is none. */
export async function findFile(path: string, directory?: string): Promise<Uri | undefined> {
  const folders = workspace.workspaceFolders ?? [];
  const places = placesOf(path, { folders: folders.map(({ uri }) => uri.path), directory, mapping: pathMapping() });
  for (const place of places) {
    const root = folders[place.folder]?.uri;
    if (!root) continue;
    const uri = Uri.joinPath(root, ...place.path);
    if (isBelow(uri, root) && (await isFile(uri))) return uri;
  }
  return searchFile(path);
}

/** Looks through all folders for a file that ends alike; asks when several do equally well. */
async function searchFile(path: string): Promise<Uri | undefined> {
  const names = lastNames(path);
  if (names.length === 0) return undefined;
  const pattern = `**/${names.map(escapeGlob).join('/')}`;
  const found: Uri[] = [];
  for (const folder of workspace.workspaceFolders ?? [])
    found.push(...(await workspace.findFiles(new RelativePattern(folder, pattern), undefined, 50)));
  const ends = found.map((uri) => ({ uri, shared: sharedEnd(path, uri.path.split('/')) }));
  const best = Math.max(0, ...ends.map(({ shared }) => shared));
  const likely = ends.filter(({ shared }) => shared === best);
  if (likely.length <= 1) return likely[0]?.uri;
  const items = likely.map(({ uri }) => ({ label: workspace.asRelativePath(uri), uri }));
  return (await window.showQuickPick(items, { title: path }))?.uri;
}

function pathMapping(): [string, string][] {
  const mapping: unknown = workspace.getConfiguration('executionLogs').get('pathMapping');
  if (typeof mapping !== 'object' || mapping === null) return [];
  const folder = workspace.workspaceFolders?.[0]?.uri.path ?? '';
  return Object.entries(mapping)
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([from, to]) => [from, to.replaceAll('${workspaceFolder}', folder)]);
}

async function isFile(uri: Uri): Promise<boolean> {
  try {
    return ((await workspace.fs.stat(uri)).type & FileType.File) !== 0;
  } catch {
    // Not there is the normal case: most candidates are guesses.
    return false;
  }
}

function isBelow(uri: Uri, root: Uri): boolean {
  return (
    uri.scheme === root.scheme &&
    uri.authority === root.authority &&
    uri.path.startsWith(`${root.path.replace(/\/$/, '')}/`)
  );
}

function escapeGlob(name: string): string {
  return name.replace(/[*?{}[\]]/g, '[$&]');
}
