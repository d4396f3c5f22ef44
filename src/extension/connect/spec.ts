import { originOf } from '../../base/connectionUrl.ts';

/** Where the connection is written: nowhere, or in the settings of the user, the workspace or one of its folders. */
export type Level = 'own' | 'user' | 'workspace' | 'folder';

/** A connection as the settings tell of it. */
export interface ConnectionSpec {
  /** Names the connection in settings, addresses and node ids. */
  readonly name: string;
  /** What the user sees; the name when absent. */
  readonly label?: string;
  /** Without credentials. */
  readonly url: string;
  /** Where a system serves its event streams, when not beside its API. */
  readonly streamUrl?: string;
  /** A file with certificates to trust besides the usual ones. */
  readonly ca?: string;
  /** Where requests go through; empty for straight on. */
  readonly proxy?: string;
  readonly allowSelfSigned?: boolean;
  /** Connected without being asked to. */
  readonly automatic?: boolean;
  readonly level: Level;
}

/** True for what is asked over a network, and so only after the user has connected it. */
export function isRemote({ url }: Pick<ConnectionSpec, 'url'>): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) && !/^sqlite:/i.test(url) && !isFolder({ url });
}

/** True for files that others write, in a folder or by a pattern. */
export function isFolder({ url }: Pick<ConnectionSpec, 'url'>): boolean {
  return /^(deployment-log|checkpoint):/i.test(url);
}

/** Whom its credentials are meant for: whoever else the connection may lead to later never gets them. */
export function audienceOf({ url, streamUrl }: Pick<ConnectionSpec, 'url' | 'streamUrl'>): readonly string[] {
  const origins = [url, ...(streamUrl === undefined ? [] : [streamUrl])].map(originOf);
  return [...new Set(origins)].toSorted();
}

export function sameSpec(some: ConnectionSpec, other: ConnectionSpec): boolean {
  const keys = ['name', 'label', 'url', 'streamUrl', 'ca', 'proxy', 'allowSelfSigned', 'automatic', 'level'] as const;
  return keys.every((key) => some[key] === other[key]);
}
