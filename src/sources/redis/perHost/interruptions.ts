import type { Asks } from '../asks.ts';
import type { Reply } from '../connection.ts';
import type { Keys } from './keys.ts';
import { textOf } from './records.ts';

/** Writers that have been silent for longer are old news. */
const lookBackMilliseconds = 86_400_000;
const mostExecutions = 2_000;

/** Finds out whose writer is gone or has come back: nothing is written then, so nobody tells. */
export class Interruptions {
  readonly #asks: Asks;
  readonly #keys: Keys;
  #gone: ReadonlySet<string> | undefined;

  constructor(asks: Asks, keys: Keys) {
    this.#asks = asks;
    this.#keys = keys;
  }

  /** Executions whose writer is gone and was not, or the other way round, since the last look. */
  async look(): Promise<readonly string[]> {
    const since = Date.now() - lookBackMilliseconds;
    const range = ['ZRANGE', this.#keys.running, '+inf', since, 'BYSCORE', 'REV', 'LIMIT', 0, mostExecutions] as const;
    const [reply] = await this.#asks.all([range]);
    const ids = Array.isArray(reply) ? (reply as readonly Reply[]).flatMap((id) => textOf(id) ?? []) : [];
    const alive = await this.#asks.all(ids.map((id) => ['EXISTS', this.#keys.of(id).writer] as const));
    const gone = new Set(ids.filter((_, i) => alive[i] === 0 && !this.#asks.isJustBack));
    const before = this.#gone;
    this.#gone = gone;
    return before ? [...gone.symmetricDifference(before)] : [];
  }

  /** Nobody looks any longer; the next look only takes in how things are. */
  forget(): void {
    this.#gone = undefined;
  }
}
