import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openExecutorSource } from '../../../src/dialects/executor/client.ts';
import { executorRoutes } from '../../../src/dialects/executor/routes.ts';
import { openExecutorSink } from '../../../src/dialects/executor/sink.ts';
import type { HostRef, LogSink } from '../../../src/model/sink.ts';
import type { LogSource } from '../../../src/model/source.ts';
import { createHandler } from '../../../src/service/handler.ts';
import { Sinks } from '../../../src/service/sinks.ts';
import { listen, type Server } from '../../../src/service/node.ts';
import { combined } from '../../../src/sources/combined.ts';
import { combinedSink } from '../../../src/sources/combined/sink.ts';
import { openLocalSink } from '../../../src/sources/local/sink.ts';
import { openLocalSource } from '../../../src/sources/local/source.ts';
import { openRedis } from '../../../src/sources/redis/connection.ts';
import { openRedisLease } from '../../../src/sources/redis/lease.ts';
import { openRedisSink, openRedisSource } from '../../../src/sources/redis/open.ts';
import { Keys } from '../../../src/sources/redis/perHost/keys.ts';
import { startArchiving, type ArchiveReport } from '../../../src/tools/startArchiving.ts';
import { eventually } from '../../harness/eventually.ts';
import { RedisServer } from '../../harness/redisServer.ts';
import { TcpProxy } from '../../harness/tcpProxy.ts';

/** Everything between a writer and a reader: Redis, an archive, a service over both, and a wire to it. */
export class Stack implements AsyncDisposable {
  readonly #folder: string;
  readonly redis: RedisServer;
  readonly proxy: TcpProxy;
  /** Executions that were moved to the archive. */
  readonly moved = new Set<string>();
  #service: Service;
  client!: LogSource;
  sink!: LogSink;

  private constructor(folder: string, redis: RedisServer, service: Service, proxy: TcpProxy) {
    this.#folder = folder;
    this.redis = redis;
    this.#service = service;
    this.proxy = proxy;
  }

  static async start(): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), 'execlogs-stack-'));
    const redis = await RedisServer.start({ appendOnly: true });
    const service = await startService(redis.url, join(folder, 'archive.sqlite'), () => undefined);
    const stack = new Stack(folder, redis, service, await TcpProxy.open(service.port));
    await stack.restartService();
    const url = `http://127.0.0.1:${stack.proxy.port}`;
    stack.client = await openExecutorSource(url, { patience: 60_000 });
    stack.sink = await openExecutorSink(url);
    return stack;
  }

  /** Stops it as SIGTERM does, and starts another. */
  async restartService(): Promise<void> {
    await this.#service.stop();
    this.#service = await startService(this.redis.url, join(this.#folder, 'archive.sqlite'), (id) =>
      this.moved.add(id),
    );
    this.proxy.leadTo(this.#service.port);
  }

  async restartRedis(): Promise<void> {
    this.redis.kill();
    await this.redis.restart();
  }

  /** Forgets a host's lines up to about line number `to`. */
  async trim({ execution, step, host }: HostRef, to: number): Promise<void> {
    await using redis = await openRedis(this.redis.url);
    const trim = ['XTRIM', new Keys().of(execution).lines(step, host), 'MINID', to + 1] as const;
    // It may still be reading its file after it was killed.
    await eventually(() => redis.call(trim));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
    await this.sink[Symbol.asyncDispose]();
    await this.proxy[Symbol.asyncDispose]();
    await this.#service.stop();
    await this.redis[Symbol.asyncDispose]();
    await rm(this.#folder, { recursive: true });
  }
}

interface Service {
  readonly port: number;
  stop(): Promise<void>;
}

async function startService(redisUrl: string, path: string, moved: (execution: string) => void): Promise<Service> {
  const { source: live, admin } = await openRedisSource(redisUrl);
  if (!admin) throw new Error('nothing can be deleted');
  const archive = openLocalSource(path);
  const archiveSink = await openLocalSink(path);
  const lease = await openRedisLease(redisUrl, 'archive');
  const source = combined(live, archive);
  const sinks = new Sinks({
    source,
    open: async () => combinedSink(await openRedisSink(redisUrl, { grace: 30_000 }), archive),
  });
  const served = { source, sinkFor: (execution: string) => sinks.sinkFor(execution) };
  const handler = createHandler({ served, routes: executorRoutes });
  const server: Server = await listen(handler, { port: 0, grace: 100 });
  const end = new AbortController();
  const report = (what: ArchiveReport): void => {
    if ('moved' in what) moved(what.moved);
  };
  const parts = { live, liveAdmin: admin, archive, archiveSink, lease, graceMs: 0, signal: end.signal, report };
  const archiving = startArchiving(parts);
  return {
    port: Number(new URL(server.url).port),
    async stop() {
      end.abort(new Error('stopped'));
      await archiving;
      await server.close();
      for (const one of [sinks, lease, archiveSink, source]) await one[Symbol.asyncDispose]();
    },
  };
}
