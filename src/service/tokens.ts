import { hash, timingSafeEqual } from 'node:crypto';
import type { Permission } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import { fitsPattern } from './patterns.ts';
import type { TokenEntry } from './tokenEntries.ts';

/** What the bearer of one token may see and do. */
export class Grant {
  readonly name: string;
  readonly #entry: TokenEntry;
  readonly #may: ReadonlySet<Permission>;
  readonly #ended = new AbortController();

  constructor(entry: TokenEntry) {
    this.name = entry.name;
    this.#entry = entry;
    this.#may = new Set(entry.may);
  }

  /** Aborted with `unauthorized` when the token is taken back. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  /** Whether an execution's name and user have to be known to tell whether it may be seen. */
  get wantsDetails(): boolean {
    return this.#entry.names.length > 0 || this.#entry.users.length > 0;
  }

  get seesAll(): boolean {
    return this.#entry.executions.includes('*');
  }

  may(permission: Permission): boolean {
    return this.#may.has(permission);
  }

  seesId(execution: string): boolean {
    return this.#entry.executions.some((pattern) => fitsPattern(pattern, execution));
  }

  sees({ id, name, user }: { readonly id: string; readonly name: string; readonly user?: string }): boolean {
    const { names, users } = this.#entry;
    if (this.seesId(id) || names.some((pattern) => fitsPattern(pattern, name))) return true;
    return user !== undefined && users.some((pattern) => fitsPattern(pattern, user));
  }

  end(): void {
    this.#ended.abort(new LogError('unauthorized', 'The token was taken back. Ask for a new one.'));
  }
}

interface Held {
  readonly entry: string;
  readonly hash: Buffer;
  readonly grant: Grant;
}

/** The tokens that are valid now. Only their hashes are held. */
export class Tokens {
  #held: readonly Held[] = [];

  constructor(entries: readonly TokenEntry[]) {
    this.replace(entries);
  }

  /** What was granted and is granted no longer ends, streams included; what stays the same goes on. */
  replace(entries: readonly TokenEntry[]): void {
    const before = new Map(this.#held.map((held) => [held.entry, held]));
    this.#held = entries.map((entry) => {
      const key = JSON.stringify(entry);
      const same = before.get(key);
      before.delete(key);
      return same ?? { entry: key, hash: Buffer.from(entry.sha256, 'hex'), grant: new Grant(entry) };
    });
    for (const { grant } of before.values()) grant.end();
  }

  /** Throws unauthorized. Takes the same time whichever token it is. */
  grantOf(authorization: string | undefined): Grant {
    const token = /^bearer +([\x21-\x7e]{1,512}) *$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw new LogError('unauthorized', 'This service wants a token.');
    const given = hash('sha256', token, 'buffer');
    let found: Grant | undefined;
    for (const held of this.#held) if (timingSafeEqual(held.hash, given)) found = held.grant;
    if (!found) throw new LogError('unauthorized', 'The token is not valid here.');
    return found;
  }
}

/** What stands for a token in the file of tokens. */
export function hashOfToken(token: string): string {
  return hash('sha256', token, 'hex');
}
