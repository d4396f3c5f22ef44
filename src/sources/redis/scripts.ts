import { createHash } from 'node:crypto';
import { LogError } from '../../model/errors.ts';
import type { Argument, Command, RedisConnection, Reply } from './connection.ts';
import { isUnknownScript } from './failures.ts';

/** Runs scripts by their digests; Redis is sent a script itself only when it does not know it. */
export class Scripts {
  readonly #redis: RedisConnection;
  readonly #digests = new Map<string, string>();

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** Runs a script, and `then` right behind it on the same way; what becomes of those is not told. */
  async run(
    script: string,
    keys: readonly string[],
    args: readonly Argument[],
    then: readonly Command[] = [],
  ): Promise<Reply> {
    const [reply] = await this.runAll(script, keys, args, then);
    return reply ?? null;
  }

  /** As `run`; the replies of the script and of `then`. Throws only the script's failure. */
  async runAll(
    script: string,
    keys: readonly string[],
    args: readonly Argument[],
    then: readonly Command[],
  ): Promise<readonly [Reply, ...(Reply | LogError)[]]> {
    const rest = [keys.length, ...keys, ...args] as const;
    let replies = await this.#redis.tryAll([['EVALSHA', this.#digest(script), ...rest], ...then]);
    if (replies[0] instanceof LogError && isUnknownScript(replies[0].cause))
      replies = await this.#redis.tryAll([['EVAL', script, ...rest], ...then]);
    const [reply, ...others] = replies;
    if (reply instanceof LogError) throw reply;
    return [reply ?? null, ...others];
  }

  /** As `run`, for a script that only reads, by those who may not write. */
  async read(script: string, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args] as const;
    const [reply] = await this.#redis.tryAll([['EVALSHA_RO', this.#digest(script), ...rest]]);
    if (!(reply instanceof LogError)) return reply ?? null;
    if (!isUnknownScript(reply.cause)) throw reply;
    return this.#redis.call(['EVAL_RO', script, ...rest]);
  }

  #digest(script: string): string {
    const digest = this.#digests.get(script) ?? createHash('sha1').update(script).digest('hex');
    this.#digests.set(script, digest);
    return digest;
  }
}
