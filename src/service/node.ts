import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import { LogError } from '../model/errors.ts';
import type { Handler } from './handler.ts';
import { writeAnswer } from './nodeAnswer.ts';
import { answerBroken } from './nodeBroken.ts';
import { Exchange } from './nodeExchange.ts';
import { Upgrades } from './nodeUpgrades.ts';

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** Connections at a time; more are not taken. Default 2,000. */
  readonly connections?: number;
  /** How long what is under way may take to end when the server is closed, in milliseconds. Default 3 s. */
  readonly grace?: number;
  /** How long a request's first line and headers may take to come, in milliseconds. Default 15 s. */
  readonly headersTime?: number;
  /** How long a reader may take nothing before it is let go, in milliseconds. Default 10 min. */
  readonly stall?: number;
  /** WebSockets at a time; more are refused. Default 500. */
  readonly mostSockets?: number;
  /** How often it is looked whether a WebSocket's other side is still there, in milliseconds. Default 30 s. */
  readonly beat?: number;
}

export interface Server {
  /** `http://127.0.0.1:8000`, without a slash at its end. */
  readonly url: string;
  /** Takes no more requests, tells the open ones, and resolves when all have ended. */
  close(): Promise<void>;
}

/** What a request's first line and headers may take together, in bytes. */
const maxHeaderSize = 16_384;
/** How long a connection is kept for the next request, in milliseconds; longer than clients keep theirs. */
const keepAliveTimeout = 65_000;

/** Answers HTTP at an address. Throws unavailable when it cannot be had, and invalidRequest when there is none such. */
export async function listen(handler: Handler, options: ListenOptions): Promise<Server> {
  const server = new NodeServer(handler, options);
  await server.begin(options.host ?? '127.0.0.1', options.port);
  return server;
}

class NodeServer implements Server {
  readonly #handler: Handler;
  readonly #http: HttpServer;
  readonly #grace: number;
  readonly #stall: number;
  readonly #open = new Set<Exchange>();
  readonly #upgrades: Upgrades;
  #closing: Promise<void> | undefined;

  constructor(handler: Handler, options: ListenOptions) {
    const { connections = 2_000, grace = 3_000, headersTime = 15_000, stall = 600_000 } = options;
    this.#handler = handler;
    this.#upgrades = new Upgrades(handler, { most: options.mostSockets ?? 500, every: options.beat ?? 30_000 });
    this.#grace = grace;
    this.#stall = stall;
    this.#http = createServer({
      maxHeaderSize,
      headersTimeout: headersTime,
      keepAliveTimeout,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
      // A stream of lines may take as long as what it tells of; its silence is limited instead.
      requestTimeout: 0,
      connectionsCheckingInterval: Math.min(5_000, headersTime),
      ...upgradeOnly('websocket'),
    });
    this.#http.maxConnections = connections;
    this.#http.on('request', (request, response) => void this.#serve(request, response, false));
    this.#http.on('checkContinue', (request, response) => void this.#serve(request, response, true));
    this.#http.on('upgrade', (request, socket, head) => void this.#upgrades.take(request, socket, head));
    this.#http.on('clientError', answerBroken);
  }

  get url(): string {
    const address = this.#http.address();
    if (typeof address !== 'object' || !address) throw new LogError('closed', 'The server has no address any longer.');
    const { family, port } = address;
    const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[address.address] ?? address.address;
    return `http://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
  }

  async begin(host: string, port: number): Promise<void> {
    try {
      this.#http.listen({ host, port });
      await once(this.#http, 'listening');
    } catch (error) {
      throw listenError(error, host, port);
    }
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    const closed = once(this.#http, 'close');
    this.#http.close();
    for (const exchange of this.#open) exchange.abort(stopping);
    this.#upgrades.close(stopping());
    const timer = setTimeout(() => {
      this.#http.closeAllConnections();
      this.#upgrades.terminate();
    }, this.#grace);
    await closed;
    clearTimeout(timer);
    // What answered may still be ending what it had begun.
    await within(this.#grace, Promise.all([...this.#open].map((exchange) => exchange.ended)));
  }

  async #serve(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Promise<void> {
    const exchange = new Exchange(request, response, expectsContinue);
    this.#open.add(exchange);
    if (this.#closing) exchange.abort(stopping);
    try {
      const answer = await this.#handler.answer(exchange);
      const last = this.#closing !== undefined;
      await writeAnswer(response, answer, { exchange, stall: this.#stall, last });
    } catch {
      // What broke was told where it broke. Those who read must not take it for the end.
      response.destroy();
    } finally {
      this.#open.delete(exchange);
      exchange.end();
      if (this.#closing) this.#http.closeIdleConnections();
    }
  }
}

/**
 * Some clients offer other protocols, `h2c` say, with every request; those requests are answered as they are. Node
 * before 22.21 knows no such option: there they are told to leave that.
 */
function upgradeOnly(protocol: string): object {
  return {
    shouldUpgradeCallback: ({ headers }: IncomingMessage) => headers.upgrade?.trim().toLowerCase() === protocol,
  };
}

function stopping(): LogError {
  return new LogError('closed', 'The service is stopping.');
}

/** Waits for `work`, but no longer than so many milliseconds. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function listenError(error: unknown, host: string, port: number): LogError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const cause = { cause: error };
  switch (code) {
    case 'EADDRINUSE':
      return new LogError(
        'unavailable',
        `Port ${port} of ${host} is taken. Choose another, or 0 for any that is free.`,
        cause,
      );
    case 'EACCES':
      return new LogError('unavailable', `Port ${port} may not be used. Choose one above 1023.`, cause);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new LogError('invalidRequest', `This machine has no address ${host}. Choose one it has.`, cause);
    default:
      return LogError.from(error, 'unavailable');
  }
}
