import { redactUrl } from '../../base/connectionUrl.ts';
import { LogError } from '../../model/errors.ts';

/** Where a Redis is, and how logs lie in it: what a connection's URL says. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly database: number;
  readonly cluster: boolean;
  /** The parameters of the URL, for those who know more of them. */
  readonly parameters: URLSearchParams;
  /** For words: `redis://host:port/0`. */
  readonly name: string;
}

/** Reads `redis[s]://host[:port][/database][?…]`. Throws invalidRequest. */
export function redisAddress(url: string): RedisAddress {
  const parsed = parse(url);
  const database = /^\/?(\d{0,9})\/?$/.exec(parsed.pathname)?.[1];
  if (database === undefined) throw invalid(url, 'The path is the number of a database: redis://host:6379/0.');
  const { hostname, port, protocol, searchParams } = parsed;
  const cluster = searchParams.get('cluster') === '1';
  if (cluster && Number(database) > 0) throw invalid(url, 'A cluster has no database but 0.');
  const host = hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: port === '' ? 6_379 : Number(port),
    tls: protocol === 'rediss:',
    database: Number(database),
    cluster,
    parameters: searchParams,
    name: `${protocol}//${hostname}:${port === '' ? 6_379 : port}/${Number(database)}`,
  };
}

function parse(url: string): URL {
  if (!URL.canParse(url)) throw invalid(url, 'Write redis://host:port/database.');
  const parsed = new URL(url);
  if (!['redis:', 'rediss:'].includes(parsed.protocol)) throw invalid(url, 'It begins with redis:// or rediss://.');
  if (parsed.hostname === '') throw invalid(url, 'It names no host.');
  if (parsed.password !== '') throw invalid(url, 'Leave the password out of it; it is asked for apart.');
  return parsed;
}

function invalid(url: string, remedy: string): LogError {
  return new LogError('invalidRequest', `"${redactUrl(url)}" is no address of a Redis. ${remedy}`);
}
