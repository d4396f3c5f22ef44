import type { Permission, Served } from '../dialects/http.ts';
import { permitted } from './permitted.ts';
import { Rate } from './rate.ts';
import type { Grant, Tokens } from './tokens.ts';
import { refused } from './visibility.ts';

/** What a caller was let in to. */
export interface Entry {
  readonly served: Served;
  /** The name of the token, for the log. */
  readonly token?: string;
  /** Aborted when the token is taken back. */
  readonly ended?: AbortSignal;
}

/** What is entered: a route, or a path for WebSockets. */
export interface Door {
  readonly needs: Permission;
  /** Everybody may. */
  readonly open?: true;
}

/** Lets callers in to what their tokens allow. */
export class Access {
  readonly #served: Served;
  readonly #tokens: Tokens | undefined;
  readonly #rate: Rate | undefined;
  readonly #everything: Entry;
  readonly #entries = new WeakMap<Grant, Entry>();

  /** With a `rate`, each caller may make so many requests a second. */
  constructor(served: Served, tokens: Tokens | undefined, rate: number | undefined) {
    this.#served = served;
    this.#tokens = tokens;
    this.#rate = rate === undefined ? undefined : new Rate(rate);
    this.#everything = { served };
  }

  /** Throws unauthorized without a valid token, throttled, and forbidden when it does not allow what is asked for. */
  enter(authorization: string | undefined, door: Door): Entry {
    if (door.open) return this.#everything;
    const grant = this.#tokens?.grantOf(authorization);
    this.#rate?.take(grant?.name ?? '');
    if (!grant) return this.#everything;
    if (!grant.may(door.needs)) throw refused();
    let entry = this.#entries.get(grant);
    if (!entry) {
      entry = { served: permitted(this.#served, grant), token: grant.name, ended: grant.ended };
      this.#entries.set(grant, entry);
    }
    return entry;
  }
}
