import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** Whether two connections name one store, however they are written. */
export function samePlace(one: string, other: string): boolean {
  return placeOf(one) === placeOf(other);
}

function placeOf(connection: string): string {
  const [, path] = /^sqlite:(?:\/\/(?=\/))?(.+)$/i.exec(connection) ?? [];
  if (path !== undefined) return realPath(resolve(path));
  if (!URL.canParse(connection)) return connection;
  const { protocol, hostname, port, pathname, searchParams } = new URL(connection);
  const host = ['localhost', '[::1]'].includes(hostname) ? '127.0.0.1' : hostname;
  if (!/^rediss?:$/.test(protocol)) return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
  return `redis://${host}:${port || '6379'}/${pathname.slice(1) || '0'} ${searchParams.get('prefix') ?? 'execlogs'}`;
}

/** A file that is not there yet lies in a folder that may be. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return dirname(path) === path ? path : join(realPath(dirname(path)), basename(path));
  }
}
