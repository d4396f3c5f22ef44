import { pointerPrefix } from '../../base/hostPointer.ts';
import type { LineOrigin } from '../../model/line.ts';
import type { Database } from './database.ts';

export const scheme = 'sqlite';

/** Where lines come from, by the id of their host. What an id names never changes, so it is asked once. */
export class Origins {
  readonly #db: Database;
  readonly #known = new Map<number, LineOrigin>();

  constructor(db: Database) {
    this.#db = db;
  }

  of(host: number): LineOrigin {
    const known = this.#known.get(host);
    if (known) return known;
    const row = this.#db.get(
      `SELECT h.host, h.formerly, s.step, e.execution FROM hosts h JOIN steps s ON s.id = h.step
       JOIN executions e ON e.id = s.execution WHERE h.id = ?`,
      host,
    );
    const prefix = row?.['formerly'] ?? pointerPrefix(scheme, String(row?.['execution']), host);
    const origin = { step: String(row?.['step']), host: String(row?.['host']), pointerPrefix: String(prefix) };
    if (this.#known.size >= 10_000) this.#known.clear();
    this.#known.set(host, origin);
    return origin;
  }
}
