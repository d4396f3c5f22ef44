import { ChunkCache } from '../../../base/chunkCache.ts';
import { pointerPrefix } from '../../../base/hostPointer.ts';
import type { LineOrigin } from '../../../model/line.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Asks } from '../asks.ts';
import type { Reply } from '../connection.ts';
import type { Scripts } from '../scripts.ts';
import type { Keys } from './keys.ts';
import { Places, usualSize, type EntrySize } from './places.ts';
import { fieldsOf, parsed, scheme } from './records.ts';
import type { ScopeState } from './scopeState.ts';

const mostScopes = 2_000;
const mostExecutions = 200;

export interface ScopeMemory {
  readonly places: Places;
  /** How the scope was when it was last asked for, and when that was, as `performance.now()` counts. */
  readonly state: ScopeState;
  readonly askedAt: number;
}

/** What a source remembers between reads. Lines never change; what may be gone by now is forgotten as a whole. */
export class Shelf {
  readonly asks: Asks;
  readonly scripts: Scripts;
  readonly keys: Keys;
  readonly chunks = new ChunkCache();
  readonly #scopes = new Map<string, ScopeMemory>();
  readonly #linesSize: EntrySize = { ...usualSize };
  readonly #orderSize: EntrySize = { ...usualSize };
  /** By what tells executions with the same id apart. */
  readonly #origins = new Map<string, Map<number, LineOrigin>>();

  constructor(asks: Asks, scripts: Scripts, keys: Keys) {
    this.asks = asks;
    this.scripts = scripts;
    this.keys = keys;
  }

  /** What is remembered of a scope, if it is still as it was. */
  recall(scope: LogScope): ScopeMemory | undefined {
    return this.#scopes.get(nameOf(scope));
  }

  /** What entries of such a scope were like lately: hosts of one execution write alike. */
  sizeIn({ host }: LogScope): EntrySize {
    return host === undefined ? this.#orderSize : this.#linesSize;
  }

  /** Takes in the state that a scope was in when it was asked for; its places as far as they are known. */
  placesOf(scope: LogScope, state: ScopeState, askedAt: number): Places {
    const name = nameOf(scope);
    const known = this.#scopes.get(name);
    this.#scopes.delete(name);
    const isSame = known?.state.born === state.born && known.state.gone === state.gone;
    const places = isSame ? known.places : new Places(this.sizeIn(scope));
    this.#scopes.set(name, { places, state, askedAt });
    forgetOldest(this.#scopes, mostScopes);
    return places;
  }

  /** Forgets what is known of an execution that is gone. */
  forget(execution: string): void {
    const start = `[${JSON.stringify(execution)},`;
    for (const name of this.#scopes.keys()) if (name.startsWith(start)) this.#scopes.delete(name);
  }

  originOf(born: string, log: number): LineOrigin | undefined {
    return this.#origins.get(born)?.get(log);
  }

  /** Takes in what the hash of an execution's logs holds. */
  learnOrigins(execution: string, born: string, reply: Reply | undefined): void {
    const origins = this.#origins.get(born) ?? new Map<number, LineOrigin>();
    for (const [number, json] of fieldsOf(reply)) {
      const named = parsed(json);
      if (!Array.isArray(named) || origins.has(Number(number))) continue;
      const [step, host] = named.map(String);
      const prefix = pointerPrefix(scheme, execution, Number(number));
      origins.set(Number(number), { step: step ?? '', host: host ?? '', pointerPrefix: prefix });
    }
    this.#origins.delete(born);
    this.#origins.set(born, origins);
    forgetOldest(this.#origins, mostExecutions);
  }
}

function nameOf({ execution, step, host }: LogScope): string {
  return JSON.stringify([execution, step ?? '', host ?? '']);
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
