import { LogError } from '../model/errors.ts';
import type { HttpRequest } from './request.ts';

/** From where the service may be asked. */
export interface CallerRules {
  /** Names it answers to besides those of loopback: `logs.example.com`, as `Host` has them but for the port. */
  readonly hosts?: readonly string[];
  /** Answers to every numeric address too: nobody can point somebody else's name at the service then. */
  readonly anyAddress?: boolean;
  /** Web pages that may ask: `https://portal.example.com`. None by default. */
  readonly origins?: readonly string[];
}

/**
 * A web page must not reach a service on loopback: neither under its own name, by DNS that changes between two
 * requests, nor from the visitor's browser. So `Host` and `Origin` are looked at before anything else.
 */
export class Callers {
  readonly #hosts: ReadonlySet<string>;
  readonly #anyAddress: boolean;
  readonly #origins: ReadonlySet<string>;

  constructor({ hosts = [], anyAddress = false, origins = [] }: CallerRules) {
    this.#hosts = new Set(hosts.map((host) => host.toLowerCase()));
    this.#anyAddress = anyAddress;
    this.#origins = new Set(origins);
  }

  /** Gives the origin that is to be allowed to read the answer, when there is one. Throws forbidden. */
  check(request: HttpRequest): string | undefined {
    const host = request.header('host');
    if (host === undefined || !this.#answersTo(host))
      throw new LogError('forbidden', 'This service does not answer to this Host. Allow it with --allow-host.');
    const origin = request.header('origin');
    if (origin !== undefined) {
      if (this.#origins.has(origin)) return origin;
      throw new LogError('forbidden', 'Web pages may not use this service. Allow the page with --allow-origin.');
    }
    const site = request.header('sec-fetch-site');
    if (site === 'cross-site' || site === 'same-site')
      throw new LogError('forbidden', 'Other web pages may not embed this service. Open its address itself.');
    return undefined;
  }

  #answersTo(header: string): boolean {
    const parts = /^(\[[0-9a-f:.]+\]|[^:[\]\s]+)(?::\d{1,5})?$/i.exec(header);
    const host = parts?.[1]?.toLowerCase();
    if (host === undefined) return false;
    return isLoopback(host) || this.#hosts.has(host) || (this.#anyAddress && isAddress(host));
  }
}

/** `localhost`, `127.0.0.1`, `[::1]` or `::1` and what else never leaves the machine. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || /^(::ffff:)?127(\.\d{1,3}){3}$/.test(name);
}

function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
