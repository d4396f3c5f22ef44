import type { Credentials } from '../model/connect.ts';

/** A connection's URL as it may be kept and shown, and what was typed into it that may not. */
export interface SplitUrl {
  readonly url: string;
  /** Absent when the URL held no secret. */
  readonly credentials?: Credentials;
}

/** Names of query parameters that people put secrets into, and what they are. */
const secretParameters: Readonly<Record<string, 'token' | 'password'>> = {
  token: 'token',
  access_token: 'token',
  api_key: 'token',
  apikey: 'token',
  password: 'password',
};

/** Takes user, password and tokens out of a URL. */
export function splitUrl(typed: string): SplitUrl {
  const found: { user?: string; password?: string; token?: string } = {};
  const bare = typed.replace(/^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i, (_, scheme: string, userinfo: string) => {
    const [user = '', ...password] = userinfo.split(':');
    if (user !== '') found.user = decoded(user);
    if (password.length > 0) found.password = decoded(password.join(':'));
    return scheme;
  });
  const url = bare.replace(/\?([^#]*)/, (_, query: string) => {
    const kept = query.split('&').filter((parameter) => !takeSecret(parameter, found));
    return kept.length === 0 ? '' : `?${kept.join('&')}`;
  });
  return Object.keys(found).length === 0 ? { url: typed } : { url, credentials: found };
}

function takeSecret(parameter: string, found: { token?: string; password?: string }): boolean {
  const [name = '', ...value] = parameter.split('=');
  const kind = Object.hasOwn(secretParameters, name.toLowerCase()) && secretParameters[name.toLowerCase()];
  if (!kind) return false;
  found[kind] = decoded(value.join('='));
  return true;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that was meant as one.
    return text;
  }
}

/** A URL fit for a log: without user, password, query and fragment, however oddly they were typed. */
export function redactUrl(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/).*@/is, '$1…@').replace(/[?#].*$/s, '?…');
}

/**
 * Whom a URL leads to: scheme, host and port, the same for every dialect and path of one server. What is no
 * network address is its own.
 */
export function originOf(url: string): string {
  const [, scheme = '', authority = ''] = /^(?:[a-z0-9]+\+)?([a-z][a-z0-9.-]*):\/\/([^/?#]*)/i.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1).toLowerCase();
  if (host === '') return url;
  const protocol = scheme.toLowerCase();
  const port = /:(\d*)$/.exec(host)?.[1];
  const name = port === undefined ? host : host.slice(0, -port.length - 1);
  return `${protocol}://${name}:${port === undefined || port === '' ? (defaultPorts[protocol] ?? '') : Number(port)}`;
}

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443', redis: '6379', rediss: '6379' };
