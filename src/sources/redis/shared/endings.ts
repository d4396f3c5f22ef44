import type { LogScope } from '../../../model/query.ts';
import { LogError } from '../../../model/errors.ts';
import type { RedisConnection, Reply } from '../connection.ts';
import { textOf } from './fields.ts';
import type { Knowledge } from './known.ts';

/** For how many milliseconds nothing may have come after the report of an end before a log counts as complete. */
export interface Settling {
  /** Lines of a host may still be on their way when its task has been reported. */
  readonly host: number;
  /** The next step's first task may be reported only some time after the last one's end. */
  readonly wider: number;
}

export const defaultSettling: Settling = { host: 10_000, wider: 60_000 };

/**
 * Nobody says that a log has ended, only that tasks have. A log is complete when every task of its scope that was
 * ever reported has ended, no other host of the execution is said to be open (a host by itself needs only its own
 * task), and then nothing has come for a while by Redis' clock.
 */
export class Endings {
  readonly #redis: RedisConnection;
  readonly #knowledge: Knowledge;
  readonly #settling: Settling;

  constructor(redis: RedisConnection, knowledge: Knowledge, settling: Settling) {
    this.#redis = redis;
    this.#knowledge = knowledge;
    this.#settling = settling;
  }

  /** When the scope's end was reported, by all that is known already; milliseconds since the epoch by Redis' clock. */
  reportedAt(scope: LogScope): number | undefined {
    return this.#knowledge.of(scope.execution).tasks.endReceivedAt(scope);
  }

  /** Milliseconds until it counts, when nothing came since `newest`; 0 when it does; undefined when no end is reported. */
  async settlesIn(scope: LogScope, reportedAt: number | undefined, newest: number): Promise<number | undefined> {
    if (reportedAt === undefined) return undefined;
    const quiet = scope.host === undefined ? this.#settling.wider : this.#settling.host;
    if (quiet === 0) return 0;
    return Math.max(0, Math.max(reportedAt, newest) + quiet - (await this.#now()));
  }

  /** Users who may only read may be denied Redis' clock; then ours must do. */
  async #now(): Promise<number> {
    const [reply] = await this.#redis.tryAll([['TIME']]);
    if (reply instanceof LogError && reply.code !== 'forbidden') throw reply;
    const [seconds, microseconds] = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
    const time = Number(textOf(seconds)) * 1_000 + Number(textOf(microseconds)) / 1_000;
    return time > 0 ? time : Date.now();
  }
}
