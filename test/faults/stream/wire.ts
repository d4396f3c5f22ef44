import { openExecutorSource } from '../../../src/dialects/executor/client.ts';
import { executorRoutes } from '../../../src/dialects/executor/routes.ts';
import type { LogSink } from '../../../src/model/sink.ts';
import type { LogSource } from '../../../src/model/source.ts';
import { createHandler, type HandlerOptions } from '../../../src/service/handler.ts';
import { listen } from '../../../src/service/node.ts';
import { MemoryStore } from '../../../src/sources/memory.ts';
import { TcpProxy } from '../../harness/tcpProxy.ts';

/** A service in this process, and a wire to it that can be broken. */
export interface Wired extends AsyncDisposable {
  readonly proxy: TcpProxy;
  readonly url: string;
  readonly store: MemoryStore;
  /** Through the wire. */
  readonly client: LogSource;
}

export async function wire(options: Partial<HandlerOptions> = {}): Promise<Wired> {
  const store = new MemoryStore();
  const sinkFor = async (): Promise<LogSink> => store;
  const handler = createHandler({ served: { source: store, sinkFor }, routes: executorRoutes, ...options });
  const server = await listen(handler, { port: 0, grace: 100 });
  const proxy = await TcpProxy.open(Number(new URL(server.url).port));
  const url = `http://127.0.0.1:${proxy.port}`;
  const client = await openExecutorSource(url, { patience: 60_000 });
  return {
    ...{ proxy, url, store, client },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
      await server.close();
      await store[Symbol.asyncDispose]();
    },
  };
}
