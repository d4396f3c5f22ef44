import type { RedisConnection } from '../connection.ts';
import { Live } from './live.ts';
import type { LogStream } from './logStream.ts';
import type { Reports } from './reports.ts';
import { LogError } from '../../../model/errors.ts';

/** How long it goes on for nobody: a reader that looks is back in no time. */
const lingerMilliseconds = 1_000;

/** Keeps one live reading going while somebody wants it; begins anew when it broke. */
export class Feed {
  readonly #redis: RedisConnection;
  readonly #logs: LogStream;
  readonly #reports: Reports;
  #starting: Promise<Live> | undefined;
  #live: Live | undefined;
  #users = 0;
  #leaving: NodeJS.Timeout | undefined;

  constructor(redis: RedisConnection, logs: LogStream, reports: Reports) {
    this.#redis = redis;
    this.#logs = logs;
    this.#reports = reports;
  }

  /** How many wait for something to be written. */
  get waiting(): number {
    return this.#live?.news.waiting ?? 0;
  }

  /** Says that somebody wants it, until the result is called. */
  use(): () => void {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    this.#users++;
    return () => {
      this.#users--;
      if (this.#users === 0) this.#leaving ??= setTimeout(() => void this.stop(left), lingerMilliseconds).unref();
    };
  }

  /** What is written from now on, at the latest, is held and told. Rejects while Redis is away. */
  async live(): Promise<Live> {
    if (this.#live && !this.#live.isStopped) return this.#live;
    this.#starting ??= Live.start(this.#redis, this.#logs, this.#reports).finally(() => (this.#starting = undefined));
    this.#live = await this.#starting;
    return this.#live;
  }

  async stop(reason: Error): Promise<void> {
    clearTimeout(this.#leaving);
    this.#leaving = undefined;
    const live = this.#live ?? (await this.#starting?.catch(() => undefined));
    this.#live = undefined;
    await live?.stop(reason);
  }
}

const left = new LogError('unavailable', 'Nobody reads any more.');
