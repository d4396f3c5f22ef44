import { randomUUID } from 'node:crypto';
import { abortReason, onAbort } from '../../base/abort.ts';
import type { Lease } from '../../base/lease.ts';
import type { ConnectOptions } from '../../model/connect.ts';
import { LogError } from '../../model/errors.ts';
import { openRedis, type RedisConnection } from './connection.ts';
import { Scripts } from './scripts.ts';

/** How long a lease outlives its holder, in milliseconds. */
const holdMilliseconds = 30_000;

/** Only who holds it may renew it or give it back. */
const renew = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;
const release = `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('DEL', KEYS[1])`;

/** A lease named `name` among all who use this Redis with the same `?prefix=`. */
export async function openRedisLease(
  url: string,
  name: string,
  options?: ConnectOptions,
  milliseconds = holdMilliseconds,
): Promise<Lease & AsyncDisposable> {
  const redis = await openRedis(url, options);
  const prefix = redis.address.parameters.get('prefix') ?? 'execlogs';
  const lease = new RedisLease(redis, `${prefix}:lease:${name}`, milliseconds);
  return {
    hold: (work, signal) => lease.hold(work, signal),
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  };
}

class RedisLease implements Lease {
  readonly #redis: RedisConnection;
  readonly #scripts: Scripts;
  readonly #key: string;
  readonly #milliseconds: number;

  constructor(redis: RedisConnection, key: string, milliseconds: number) {
    this.#redis = redis;
    this.#scripts = new Scripts(redis);
    this.#key = key;
    this.#milliseconds = milliseconds;
  }

  async hold<T>(work: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T | undefined> {
    if (signal?.aborted) throw abortReason(signal);
    const token = randomUUID();
    const taken = await this.#redis.call(['SET', this.#key, token, 'NX', 'PX', this.#milliseconds]);
    if (taken === null) return undefined;
    const holding = new AbortController();
    const forget = onAbort(signal, () => holding.abort(signal?.reason));
    const renewing = this.#renewing(token, holding);
    try {
      return await work(holding.signal);
    } finally {
      clearInterval(renewing);
      forget();
      // What is not given back now runs out by itself.
      await this.#scripts.run(release, [this.#key], [token]).catch(() => undefined);
    }
  }

  /** Aborts `holding` before the lease can have run out, unless it was renewed in time. */
  #renewing(token: string, holding: AbortController): NodeJS.Timeout {
    let renewedAt = performance.now();
    return setInterval(() => {
      const askedAt = performance.now();
      if (askedAt - renewedAt > this.#milliseconds * 0.8) holding.abort(lost());
      const renewed = this.#scripts.run(renew, [this.#key], [token, this.#milliseconds]);
      renewed.then(
        (answer) => {
          if (answer === 1) renewedAt = askedAt;
          else holding.abort(lost());
        },
        // Redis may come back before the lease has run out.
        () => undefined,
      );
    }, this.#milliseconds / 10);
  }
}

function lost(): LogError {
  return new LogError('unavailable', 'Another service may have taken over: the lease could not be renewed in time.');
}
