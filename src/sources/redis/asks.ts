import { LogError } from '../../model/errors.ts';
import type { Command, RedisConnection, Reply } from './connection.ts';

/**
 * Reads of many at once: what is asked for in the same breath goes in one piece, and what several ask for is asked
 * once. A hundred tails that wake together cost one read.
 */
export class Asks {
  readonly #redis: RedisConnection;
  #waiting = new Map<string, { readonly command: Command; readonly reply: PromiseWithResolvers<Reply> }>();

  constructor(redis: RedisConnection) {
    this.#redis = redis;
  }

  /** What was to be renewed while Redis was away may be missing though all is well. */
  get isJustBack(): boolean {
    return this.#redis.isJustBack;
  }

  /** For commands that only read. Throws the first failure. */
  async all(commands: readonly Command[]): Promise<readonly Reply[]> {
    const replies = await Promise.allSettled(commands.map((command) => this.#ask(command)));
    return replies.map((reply) => {
      if (reply.status === 'rejected') throw LogError.from(reply.reason);
      return reply.value;
    });
  }

  #ask(command: Command): Promise<Reply> {
    const key = command.join('\n');
    const known = this.#waiting.get(key);
    if (known) return known.reply.promise;
    if (this.#waiting.size === 0) queueMicrotask(() => void this.#send());
    const reply = Promise.withResolvers<Reply>();
    this.#waiting.set(key, { command, reply });
    return reply.promise;
  }

  async #send(): Promise<void> {
    const asked = [...this.#waiting.values()];
    this.#waiting = new Map();
    try {
      const replies = await this.#redis.tryAll(asked.map(({ command }) => command));
      for (const [i, { reply }] of asked.entries()) {
        const found = replies[i] ?? null;
        if (found instanceof LogError) reply.reject(found);
        else reply.resolve(found);
      }
    } catch (error) {
      for (const { reply } of asked) reply.reject(error);
    }
  }
}
