import { executorRoutes } from '../../src/dialects/executor/routes.ts';
import type { LogSink } from '../../src/model/sink.ts';
import { createHandler } from '../../src/service/handler.ts';
import { listen } from '../../src/service/node.ts';
import { openRedisSink, openRedisSource } from '../../src/sources/redis/open.ts';
import { RedisServer } from '../../test/harness/redisServer.ts';

/** A Redis, what is recorded into it, and a service before it. */
export interface ServedRedis extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly sink: LogSink;
  readonly url: string;
}

export async function serveRedis(): Promise<ServedRedis> {
  const redis = await RedisServer.start();
  const sink = await openRedisSink(redis.url);
  const { source } = await openRedisSource(redis.url);
  const service = await listen(createHandler({ served: { source }, routes: executorRoutes }), { port: 0 });
  return {
    redis,
    sink,
    url: service.url,
    async [Symbol.asyncDispose]() {
      await service.close();
      await source[Symbol.asyncDispose]();
      await sink[Symbol.asyncDispose]();
      await redis[Symbol.asyncDispose]();
    },
  };
}
