import { openExecutorSource } from '../../src/dialects/executor/client.ts';
import { executorRoutes } from '../../src/dialects/executor/routes.ts';
import { openExecutorSink } from '../../src/dialects/executor/sink.ts';
import type { LogSink } from '../../src/model/sink.ts';
import type { LogAdmin, LogSource } from '../../src/model/source.ts';
import type { LogStatistics } from '../../src/model/statistics.ts';
import { createHandler } from '../../src/service/handler.ts';
import { listen, type Server } from '../../src/service/node.ts';
import { TcpProxy } from '../harness/tcpProxy.ts';
import type { Subject } from './subject.ts';

/** A store that is behind the wire, and what the suite wants to know of it. */
export type Bottom = Subject;

/** What a client sees of a subject that is served: read, written and deleted over a socket that can be cut. */
export async function servedOverHttp(bottom: Bottom): Promise<Subject> {
  const served = await Served.open(bottom);
  const trim: Subject['trim'] = (ref, to) => bottom.trim?.(ref, to) ?? Promise.resolve();
  const restart = async (): Promise<void> => {
    await served.reopen(async () => bottom.restart?.());
    if ('admin' in bottom) Object.assign(served, { admin: served.client });
    if ('statistics' in bottom) Object.assign(served, { statistics: served.client });
  };
  return Object.assign(served, {
    ...('trim' in bottom && { trim }),
    ...('admin' in bottom && { admin: served.client }),
    ...('statistics' in bottom && { statistics: served.client }),
    ...('restart' in bottom && { restart }),
  });
}

class Served {
  readonly #bottom: Bottom;
  #server: Server;
  #proxy: TcpProxy;
  client: LogSource & LogAdmin & LogStatistics;
  sink: LogSink;

  private constructor(bottom: Bottom, parts: Parts) {
    this.#bottom = bottom;
    this.#server = parts.server;
    this.#proxy = parts.proxy;
    this.client = parts.client;
    this.sink = parts.sink;
  }

  static async open(bottom: Bottom): Promise<Served> {
    return new Served(bottom, await partsFor(bottom));
  }

  get source(): LogSource {
    return this.client;
  }

  waitingTails(): number {
    return this.#bottom.waitingTails();
  }

  cut(): void {
    this.#proxy.cut();
  }

  /** As after the machine was restarted: everything is closed, then opened anew. */
  async reopen(restart: () => Promise<void>): Promise<void> {
    await this.#close();
    await restart();
    const { server, proxy, client, sink } = await partsFor(this.#bottom);
    this.#server = server;
    this.#proxy = proxy;
    this.client = client;
    this.sink = sink;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
    await this.#bottom[Symbol.asyncDispose]();
  }

  async #close(): Promise<void> {
    await this.sink[Symbol.asyncDispose]();
    await this.client[Symbol.asyncDispose]();
    await this.#proxy[Symbol.asyncDispose]();
    await this.#server.close();
  }
}

interface Parts {
  readonly server: Server;
  readonly proxy: TcpProxy;
  readonly client: LogSource & LogAdmin & LogStatistics;
  readonly sink: LogSink;
}

async function partsFor(bottom: Bottom): Promise<Parts> {
  // The subject ends its sink; a writer's end is not the store's.
  const sinkFor = async (): Promise<LogSink> => ({
    ...bound(bottom.sink),
    [Symbol.asyncDispose]: async () => undefined,
  });
  const { source, admin, statistics } = bottom;
  const handler = createHandler({
    served: { source, sinkFor, ...(admin && { admin }), ...(statistics && { statistics }) },
    routes: executorRoutes,
  });
  const server = await listen(handler, { port: 0, grace: 100 });
  const proxy = await TcpProxy.open(Number(new URL(server.url).port));
  const url = `http://127.0.0.1:${proxy.port}`;
  const client = await openExecutorSource(url, { patience: 0 });
  return { server, proxy, client, sink: await openExecutorSink(url) };
}

function bound(sink: LogSink): Omit<LogSink, typeof Symbol.asyncDispose> {
  return {
    createExecution: (execution) => sink.createExecution(execution),
    startStep: (step) => sink.startStep(step),
    startHost: (host) => sink.startHost(host),
    append: (batch) => sink.append(batch),
    ...(sink.metric && { metric: (metric) => sink.metric?.(metric) ?? Promise.resolve() }),
    finishHost: (end) => sink.finishHost(end),
    finishStep: (end) => sink.finishStep(end),
    finishExecution: (end) => sink.finishExecution(end),
  };
}
