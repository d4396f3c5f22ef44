import { randomUUID } from 'node:crypto';
import { afterAll } from 'vitest';
import type { LogSink } from '../../src/model/sink.ts';
import { openRedis } from '../../src/sources/redis/connection.ts';
import { openSharedSource, type SharedSource } from '../../src/sources/redis/shared/source.ts';
import { RedisServer } from '../harness/redisServer.ts';
import { describeLogSource } from './describeLogSource.ts';
import { SharedLayoutSink } from './sharedLayoutSink.ts';
import type { Subject } from './subject.ts';

const server = await RedisServer.start();
afterAll(() => server[Symbol.asyncDispose]());

/** Whatever is reported to have ended is complete at once. */
const settling = { host: 0, wider: 0 };

class SharedSubject implements Subject {
  readonly #layout = { stream: `logs-${randomUUID()}`, results: `results-${randomUUID()}` };
  #isCut = false;
  source!: SharedSource;
  sink!: LogSink;

  static async open(): Promise<SharedSubject> {
    const subject = new SharedSubject();
    await subject.#open();
    return subject;
  }

  waitingTails(): number {
    return this.source.waiting;
  }

  cut(): void {
    this.#isCut = true;
    server.kill();
  }

  async restart(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isCut) await server.restart();
    else {
      await using redis = await openRedis(server.url);
      await redis.call(['DEL', this.#layout.stream, this.#layout.results]);
    }
    await this.#close();
  }

  async #open(): Promise<void> {
    const { stream, results } = this.#layout;
    this.source = openSharedSource(await openRedis(server.url), { ...this.#layout, patience: 0, settling });
    this.sink = new SharedLayoutSink(await openRedis(server.url), stream, results);
  }

  async #close(): Promise<void> {
    await this.source[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
  }
}

await describeLogSource('redisShared', () => SharedSubject.open());
