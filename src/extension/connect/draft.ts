import { splitUrl } from '../../base/connectionUrl.ts';
import type { Credentials } from '../../model/connect.ts';
import type { LogError } from '../../model/errors.ts';
import { localName } from '../connectionSettings.ts';
import type { Translate } from '../words.ts';
import type { Found } from './probe.ts';
import { isRemote, type ConnectionSpec } from './spec.ts';

export const kinds = [
  'service',
  'cronjobs',
  'jobs',
  'redis',
  'sharedRedis',
  'deploymentLog',
  'checkpoint',
  'store',
] as const;
export type Kind = (typeof kinds)[number];

/** What says, before an address, which API answers there; without one it is found out. */
const dialects = { service: '', cronjobs: 'cronjobs+', jobs: 'jobs+' } as const;
const folders = { deploymentLog: 'deployment-log:', checkpoint: 'checkpoint:' } as const;

/** An API over HTTP. */
export function isWeb(kind: Kind): kind is keyof typeof dialects {
  return Object.hasOwn(dialects, kind);
}

/** Files in a folder, or those that a pattern names. */
export function isFolderKind(kind: Kind): kind is keyof typeof folders {
  return Object.hasOwn(folders, kind);
}

/** A connection in the making. */
export interface Draft extends Omit<ConnectionSpec, 'name'> {
  readonly kind: Kind;
  readonly name?: string;
  readonly credentials?: Credentials;
  /** How the user wants to sign in; undecided when absent. */
  readonly signIn?: 'none' | 'token' | 'password';
  /** What came of trying it as it is now. */
  readonly tried?: Found | LogError;
}

/** The draft as a connection. */
export function specOf({ kind: _, credentials: _c, signIn: _s, tried: _t, ...draft }: Draft): ConnectionSpec {
  return { ...draft, name: draft.name ?? suggestedName(draft.url, []) };
}

/** The draft without what came of trying it before. */
export function untried({ tried: _, ...draft }: Draft): Draft {
  return draft;
}

/** What a connection is, by its URL. */
export function kindOf(url: string): Kind {
  if (/^rediss?:/i.test(url)) return /[?&]layout=shared\b/.test(url) ? 'sharedRedis' : 'redis';
  const known = Object.entries({ ...dialects, ...folders }).find(
    ([, prefix]) => prefix !== '' && url.toLowerCase().startsWith(prefix),
  );
  const kind = kinds.find((one) => one === known?.[0]);
  return kind ?? (isRemote({ url }) ? 'service' : 'store');
}

const web = /^([a-z]+\+)?https?:\/\/[^/?#]/i;
const schemes: Readonly<Record<Kind, RegExp>> = {
  service: web,
  cronjobs: web,
  jobs: web,
  redis: /^rediss?:\/\/[^/?#]/i,
  sharedRedis: /^rediss?:\/\/[^/?#]/i,
  deploymentLog: /^deployment-log:./i,
  checkpoint: /^checkpoint:./i,
  store: /^sqlite:./i,
};

/** The typed address as a connection's URL: with its scheme, without secrets, which come beside it. */
export function addressOf(kind: Kind, typed: string): { url: string; credentials?: Credentials } {
  const text = typed.trim();
  const scheme = kind === 'store' ? 'sqlite:' : isFolderKind(kind) ? folders[kind] : undefined;
  if (scheme !== undefined) return { url: text.toLowerCase().startsWith(scheme) ? text : `${scheme}${text}` };
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isWeb(kind) ? 'https' : 'redis'}://${text}`;
  const forced = isWeb(kind) && /^https?:/i.test(given) ? dialects[kind] : '';
  const { url, ...rest } = splitUrl(`${forced}${given}`);
  if (kind !== 'sharedRedis' || /[?&]layout=/.test(url)) return { url, ...rest };
  return { url: `${url}${url.includes('?') ? '&' : '?'}layout=shared`, ...rest };
}

/** Why what was typed is no address of this kind; undefined when it may be one. */
export function addressProblem(kind: Kind, typed: string, t: Translate): string | undefined {
  if (typed.trim() === '') return t('An address is needed.');
  const { url } = addressOf(kind, typed);
  const isPath = kind === 'store' || isFolderKind(kind);
  const parses = isPath || URL.canParse(url.replace(/^[a-z]+\+/i, ''));
  if (parses && schemes[kind].test(url)) return undefined;
  if (isWeb(kind)) return t('An address begins with https:// or http:// and a host.');
  return isPath ? t('A path is needed.') : t('An address begins with redis:// or rediss:// and a host.');
}

/** Why a connection cannot be called so; undefined when it can. */
export function nameProblem(name: string, taken: readonly string[], t: Translate): string | undefined {
  if (name.trim() === '') return t('A name is needed.');
  return [localName, ...taken].includes(name.trim())
    ? t('There is a connection “{0}” already.', name.trim())
    : undefined;
}

/** The host, or the name of the file or folder, with a number when that is taken. */
export function suggestedName(url: string, taken: readonly string[]): string {
  const host = /:\/\/([^/?#]+)/.exec(url)?.[1];
  const base = (isRemote({ url }) ? host : pathName(url)) ?? 'connection';
  const used = new Set([localName, ...taken]);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!used.has(name)) return name;
  }
}

/** The last name of a path that is no pattern, without its extension. */
function pathName(url: string): string | undefined {
  const names = url
    .replace(/^[a-z-]+:/i, '')
    .split(/[\\/]/)
    .filter((name) => name !== '' && !/[*?[\]{}]/.test(name));
  return names.at(-1)?.replace(/(?<=.)\.\w+$/, '');
}
