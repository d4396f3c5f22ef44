import { randomUUID } from 'node:crypto';
import type { HostRef } from '../../src/model/sink.ts';
import { openRedis, type RedisConnection } from '../../src/sources/redis/connection.ts';
import { Keys } from '../../src/sources/redis/perHost/keys.ts';
import { PerHostSink } from '../../src/sources/redis/perHost/sink.ts';
import { PerHostSource } from '../../src/sources/redis/perHost/source.ts';
import type { RedisServer } from '../harness/redisServer.ts';
import type { Subject } from './subject.ts';

/** Keys of its own in the one server. */
export class RedisSubject implements Subject {
  readonly #server: RedisServer;
  readonly #keys = new Keys(`test-${randomUUID()}`);
  readonly #redis: RedisConnection;
  #isCut = false;
  source: PerHostSource;
  sink: PerHostSink;

  private constructor(server: RedisServer, redis: RedisConnection) {
    this.#server = server;
    this.#redis = redis;
    this.source = this.#newSource();
    this.sink = this.#newSink();
  }

  static async open(server: RedisServer): Promise<RedisSubject> {
    return new RedisSubject(server, await openRedis(server.url));
  }

  get admin(): PerHostSource {
    return this.source;
  }

  get statistics(): PerHostSource {
    return this.source;
  }

  waitingTails(): number {
    return this.source.waiting;
  }

  cut(): void {
    this.#isCut = true;
    this.#server.kill();
  }

  async trim({ execution, step, host }: HostRef, to: number): Promise<void> {
    await this.#redis.call(['XTRIM', this.#keys.of(execution).lines(step, host), 'MINID', to + 1]);
  }

  async restart(): Promise<void> {
    await this.#close();
    this.source = this.#newSource();
    this.sink = this.#newSink();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#redis[Symbol.asyncDispose]();
    if (this.#isCut) await this.#server.restart();
  }

  #newSource(): PerHostSource {
    return new PerHostSource(this.#redis.another(), this.#keys, { patience: 0, recheck: 200 });
  }

  #newSink(): PerHostSink {
    return new PerHostSink(this.#redis.another(), this.#keys);
  }

  async #close(): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}
