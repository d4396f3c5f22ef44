import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { HttpAnswer } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import type { Closing } from './conversed.ts';
import { errorBody, errorTable } from './errorTable.ts';
import type { Handler } from './handler.ts';
import { longestMessage, NodeSocket } from './nodeSocket.ts';
import type { HttpRequest } from './request.ts';

export interface UpgradeOptions {
  /** WebSockets at a time. */
  readonly most: number;
  /** How often it is looked whether the other side is still there, in milliseconds. */
  readonly every: number;
}

/** How long whoever is refused has to read the answer and to leave, in milliseconds. */
const leaving = 2_000;

/** Turns requests into WebSockets. */
export class Upgrades {
  readonly #handler: Handler;
  readonly #most: number;
  readonly #server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    // Up to here a message that is too long is answered in words; beyond it is not even received.
    maxPayload: 2 * longestMessage,
    // The token, which may stand beside it, is never said back.
    handleProtocols: (offered) => (offered.has('bearer') ? 'bearer' : false),
  });
  readonly #open = new Map<NodeSocket, AbortController>();
  readonly #timer: NodeJS.Timeout;
  #pending = 0;
  #closed: LogError | undefined;

  constructor(handler: Handler, { most, every }: UpgradeOptions) {
    this.#handler = handler;
    this.#server.on('wsClientError', ({ message }, connection) => {
      refuse(connection, answerOf(new LogError('invalidRequest', `This is no WebSocket: ${message}.`)));
    });
    this.#most = most;
    this.#timer = setInterval(() => {
      for (const socket of this.#open.keys()) socket.beat();
    }, every).unref();
  }

  /** Never rejects. */
  async take(request: IncomingMessage, connection: Duplex, head: Buffer): Promise<void> {
    connection.on('error', () => connection.destroy());
    const left = new AbortController();
    const leave = (): void => left.abort(new LogError('closed', 'The caller has left.'));
    connection.once('close', leave);
    this.#pending++;
    try {
      const upgrade = await this.#ask(requestOf(request, left.signal));
      if ('answer' in upgrade) refuse(connection, upgrade.answer);
      else
        this.#server.handleUpgrade(
          request,
          connection,
          head,
          (socket) => void this.#talk(socket, upgrade.converse, left),
        );
    } catch {
      connection.destroy();
    } finally {
      this.#pending--;
    }
  }

  /** Tells all that the service is stopping. */
  close(reason: LogError): void {
    this.#closed = reason;
    clearInterval(this.#timer);
    for (const [socket, left] of this.#open) this.#dismiss(socket, left, reason);
  }

  terminate(): void {
    for (const socket of this.#open.keys()) socket.terminate();
  }

  async #ask(request: HttpRequest): ReturnType<Handler['upgrade']> {
    if (this.#closed) return { answer: answerOf(this.#closed) };
    if (this.#open.size + this.#pending > this.#most)
      return { answer: answerOf(new LogError('throttled', 'There are as many WebSockets here as there may be.')) };
    return this.#handler.upgrade(request);
  }

  #dismiss(socket: NodeSocket, left: AbortController, reason: LogError): void {
    left.abort(reason);
    socket.close({ code: 1001, reason: reason.message });
  }

  async #talk(ws: WebSocket, converse: (socket: NodeSocket) => Promise<Closing>, left: AbortController): Promise<void> {
    const socket = new NodeSocket(ws);
    this.#open.set(socket, left);
    if (this.#closed) this.#dismiss(socket, left, this.#closed);
    socket.close(await converse(socket));
    await socket.gone;
    this.#open.delete(socket);
  }
}

function requestOf(request: IncomingMessage, signal: AbortSignal): HttpRequest {
  return {
    method: request.method ?? '',
    target: request.url ?? '/',
    header(name) {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    body: nothing(),
    signal,
  };
}

async function* nothing(): AsyncGenerator<Uint8Array, void> {}

function answerOf({ code, message }: LogError): HttpAnswer {
  const retry = code === 'throttled' && { 'retry-after': '5' };
  const headers = { 'content-type': 'application/json; charset=utf-8', ...retry };
  return { status: errorTable[code].status, headers, body: errorBody(code, message) };
}

/** The answer to a request for a WebSocket that is not to be; the last one on its connection. */
function refuse(connection: Duplex, { status, headers = {}, body }: HttpAnswer): void {
  const timer = setTimeout(() => connection.destroy(), leaving).unref();
  connection.once('close', () => clearTimeout(timer));
  const text = typeof body === 'string' ? body : '';
  const all = { ...headers, 'content-length': String(Buffer.byteLength(text)), connection: 'close' };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  connection.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${head.join('')}\r\n${text}`);
}
