import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http';
import type { HttpAnswer } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import type { Handler } from './handler.ts';
import { writeAnswer } from './nodeAnswer.ts';

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** 0 for any that is free. */
  readonly port: number;
}

export interface Server {
  /** `http://127.0.0.1:8000`, without a slash at its end. */
  readonly url: string;
  /** Takes no more requests, tells the open ones, and resolves when they have ended. */
  close(): Promise<void>;
}

/** Answers HTTP at an address. Throws unavailable when it cannot be had. */
export async function listen(handler: Handler, { host = '127.0.0.1', port }: ListenOptions): Promise<Server> {
  const calls = new Set<AbortController>();
  const http = createServer({ noDelay: true, keepAlive: true }, (request, response) => {
    void serve(handler, calls, request, response);
  });
  http.listen({ host, port });
  try {
    await once(http, 'listening');
  } catch (error) {
    throw LogError.from(error, 'unavailable');
  }
  return { url: urlOf(http), close: () => close(http, calls) };
}

async function close(http: HttpServer, calls: ReadonlySet<AbortController>): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  for (const call of calls) call.abort(new LogError('closed', 'The service stops.'));
  http.closeIdleConnections();
  await closed;
}

async function serve(
  handler: Handler,
  calls: Set<AbortController>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = new AbortController();
  calls.add(call);
  response.once('close', () => {
    calls.delete(call);
    call.abort(new LogError('closed', 'The caller has left.'));
  });
  const answer: HttpAnswer = await handler.answer({
    method: request.method ?? '',
    target: request.url ?? '/',
    header: (name) => headerOf(request, name),
    body: bodyOf(request),
    signal: call.signal,
  });
  await writeAnswer(response, answer, request.method === 'HEAD').catch(() => response.destroy());
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

async function* bodyOf(request: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
  } catch (error) {
    throw new LogError('invalidRequest', 'The request was cut short. Send it again.', { cause: error });
  }
}

function urlOf(http: HttpServer): string {
  const address = http.address();
  if (typeof address !== 'object' || !address) throw new LogError('internal', 'The server has no address.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}
