import { LogError } from '../model/errors.ts';
import type { LogSource } from '../model/source.ts';

export type StoreState = 'ok' | 'unavailable';

export interface Health {
  /** Whether anything can be read at all. */
  readonly ok: boolean;
  /** How each store is, by its name: `live`, `archive`. */
  readonly stores: Readonly<Record<string, StoreState>>;
}

/** How long a store has to answer, in milliseconds. */
const patience = 2_000;
/** How long an answer holds: asking for health costs no more, however often somebody asks. */
const fresh = 1_000;

/** Asks stores whether they can be read. */
export class HealthCheck {
  readonly #stores: readonly (readonly [string, LogSource])[];
  #last: { readonly at: number; readonly health: Promise<Health> } | undefined;

  constructor(stores: Readonly<Record<string, LogSource>>) {
    this.#stores = Object.entries(stores);
  }

  look(): Promise<Health> {
    const now = performance.now();
    if (!this.#last || now - this.#last.at > fresh) this.#last = { at: now, health: this.#ask() };
    return this.#last.health;
  }

  async #ask(): Promise<Health> {
    const states = await Promise.all(
      this.#stores.map(async ([name, source]) => [name, await stateOf(source)] as const),
    );
    return { ok: states.some(([, state]) => state === 'ok'), stores: Object.fromEntries(states) };
  }
}

async function stateOf(source: LogSource): Promise<StoreState> {
  const asked = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new LogError('unavailable', 'It took too long.');
      asked.abort(error);
      reject(error);
    }, patience);
  });
  try {
    await Promise.race([source.listExecutions({ limit: 1 }, { signal: asked.signal }), late]);
    return 'ok';
  } catch {
    return 'unavailable';
  } finally {
    clearTimeout(timer);
  }
}
