import { splitUrl } from '../../base/connectionUrl.ts';
import type { Credentials } from '../../model/connect.ts';
import type { LogError } from '../../model/errors.ts';
import { localName } from '../connectionSettings.ts';
import type { Translate } from '../words.ts';
import type { Found } from './probe.ts';
import { isRemote, type ConnectionSpec } from './spec.ts';

export const kinds = ['service', 'redis', 'sharedRedis', 'store'] as const;
export type Kind = (typeof kinds)[number];

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
  return isRemote({ url }) ? 'service' : 'store';
}

const schemes: Readonly<Record<Kind, RegExp>> = {
  service: /^([a-z]+\+)?https?:\/\/[^/?#]/i,
  redis: /^rediss?:\/\/[^/?#]/i,
  sharedRedis: /^rediss?:\/\/[^/?#]/i,
  store: /^sqlite:./i,
};

/** The typed address as a connection's URL: with its scheme, without secrets, which come beside it. */
export function addressOf(kind: Kind, typed: string): { url: string; credentials?: Credentials } {
  const text = typed.trim();
  if (kind === 'store') return { url: /^sqlite:/i.test(text) ? text : `sqlite:${text}` };
  const given = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${kind === 'service' ? 'https' : 'redis'}://${text}`;
  const { url, ...rest } = splitUrl(given);
  if (kind !== 'sharedRedis' || /[?&]layout=/.test(url)) return { url, ...rest };
  return { url: `${url}${url.includes('?') ? '&' : '?'}layout=shared`, ...rest };
}

/** Why what was typed is no address of this kind; undefined when it may be one. */
export function addressProblem(kind: Kind, typed: string, t: Translate): string | undefined {
  if (typed.trim() === '') return t('An address is needed.');
  const { url } = addressOf(kind, typed);
  const parses = kind === 'store' || URL.canParse(url.replace(/^[a-z]+\+/i, ''));
  if (parses && schemes[kind].test(url)) return undefined;
  if (kind === 'service') return t('An address begins with https:// or http:// and a host.');
  return kind === 'store' ? t('A path is needed.') : t('An address begins with redis:// or rediss:// and a host.');
}

/** Why a connection cannot be called so; undefined when it can. */
export function nameProblem(name: string, taken: readonly string[], t: Translate): string | undefined {
  if (name.trim() === '') return t('A name is needed.');
  return [localName, ...taken].includes(name.trim())
    ? t('There is a connection “{0}” already.', name.trim())
    : undefined;
}

/** The host, or the file's name, with a number when that is taken. */
export function suggestedName(url: string, taken: readonly string[]): string {
  const host = /:\/\/([^/?#]+)/.exec(url)?.[1];
  const base =
    (isRemote({ url })
      ? host
      : url
          .split(/[\\/:]/)
          .at(-1)
          ?.replace(/\.\w+$/, '')) ?? 'connection';
  const used = new Set([localName, ...taken]);
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base} ${number}`;
    if (!used.has(name)) return name;
  }
}
