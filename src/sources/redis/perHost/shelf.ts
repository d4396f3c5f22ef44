import { ChunkCache } from '../../../base/chunkCache.ts';
import { pointerPrefix } from '../../../base/hostPointer.ts';
import type { LineOrigin } from '../../../model/line.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Asks } from '../asks.ts';
import type { Reply } from '../connection.ts';
import type { Scripts } from '../scripts.ts';
import type { Keys } from './keys.ts';
import { Places } from './places.ts';
import { fieldsOf, parsed, scheme } from './records.ts';
import type { ScopeState } from './scopeState.ts';

const mostScopes = 2_000;
const mostExecutions = 200;

interface ScopeMemory {
  readonly born: string;
  readonly gone: number;
  readonly places: Places;
}

/** What a source remembers between reads. Lines never change; what may be gone by now is forgotten as a whole. */
export class Shelf {
  readonly asks: Asks;
  readonly scripts: Scripts;
  readonly keys: Keys;
  readonly chunks = new ChunkCache();
  readonly #scopes = new Map<string, ScopeMemory>();
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

  /** The places of a scope that is in this state now. */
  placesOf(scope: LogScope, { born, gone }: ScopeState): Places {
    const name = nameOf(scope);
    const known = this.#scopes.get(name);
    this.#scopes.delete(name);
    const memory = known?.born === born && known.gone === gone ? known : { born, gone, places: new Places() };
    this.#scopes.set(name, memory);
    forgetOldest(this.#scopes, mostScopes);
    return memory.places;
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
  return JSON.stringify([execution, step, host]);
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  for (const key of map.keys()) {
    map.delete(key);
    return;
  }
}
