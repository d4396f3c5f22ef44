import { isAbsolute, join } from 'node:path';
import { LogError } from '../../model/errors.ts';
import type { Translate } from '../words.ts';

/** What a connection to files depends on besides its own words. */
export interface FilePlaces {
  readonly home: string;
  /** The folder that is open in the editor. */
  readonly workspace: string | undefined;
  /** A whole number: after so many minutes without a write a deployment that has not ended counts as interrupted. */
  readonly staleAfterMinutes: number;
}

/**
 * The URL as it is opened: paths of folders made absolute, with what the user has set for them. Throws invalidRequest
 * where a path has nothing to be relative to.
 */
export function placedUrl(url: string, places: FilePlaces, t: Translate): string {
  const [, scheme = '', path = ''] = /^(deployment-log|checkpoint):(.*)$/is.exec(url) ?? [];
  if (scheme === '') return url;
  const placed = `${scheme}:${placedPath(path, places, t)}`;
  if (scheme.toLowerCase() !== 'deployment-log' || /\?stale=[^?]*$/.test(path)) return placed;
  return `${placed}?stale=${String(places.staleAfterMinutes)}m`;
}

function placedPath(path: string, { home, workspace }: FilePlaces, t: Translate): string {
  if (path === '~' || /^~[\\/]/.test(path)) return join(home, path.slice(1));
  if (isAbsolute(path)) return path;
  if (workspace !== undefined) return join(workspace, path);
  throw new LogError('invalidRequest', t('“{0}” is relative to a workspace folder, and none is open.', path));
}
