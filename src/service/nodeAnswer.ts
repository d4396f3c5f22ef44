import type { ServerResponse } from 'node:http';
import type { HttpAnswer } from '../dialects/http.ts';
import type { Exchange } from './nodeExchange.ts';

/** What is written at once, in bytes. */
const block = 65_536;
/** How long somebody may go on sending what nobody wants, in milliseconds. */
const sendingOn = 2_000;

export interface WriteOptions {
  readonly exchange: Exchange;
  /** How long a reader may take nothing, in milliseconds. */
  readonly stall: number;
  /** Whether the connection ends with this answer. */
  readonly last: boolean;
}

/** Writes an answer as fast as its reader takes it. Rejects when its body does. */
export async function writeAnswer(response: ServerResponse, answer: HttpAnswer, options: WriteOptions): Promise<void> {
  const { exchange, last } = options;
  const { body } = answer;
  const headOnly = exchange.method === 'HEAD';
  const unread = exchange.hasUnread;
  if (last || unread) response.shouldKeepAlive = false;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    response.writeHead(answer.status, headersFor(answer, length));
    if (length <= block && !unread) {
      // A text goes out together with the headers.
      response.end(headOnly ? undefined : body);
      return;
    }
    if (body !== undefined && !headOnly) await writeBlocks(body, response, options.stall);
    if (unread) await exchange.letPass(sendingOn);
  } else {
    const parts = body[Symbol.asyncIterator]();
    response.writeHead(answer.status, answer.headers).flushHeaders();
    if (headOnly || response.destroyed) await parts.return?.();
    else await pump(parts, response, options.stall);
  }
  response.end();
}

function headersFor({ status, headers }: HttpAnswer, length: number): HttpAnswer['headers'] {
  return status === 204 ? headers : { ...headers, 'content-length': String(length) };
}

/** Asks for the next part when the one before is on its way, and for no more when the reader has left. */
async function pump(parts: AsyncIterator<string | Uint8Array>, response: ServerResponse, stall: number): Promise<void> {
  const leave = (): void => {
    parts.return?.().catch(() => undefined);
  };
  response.once('close', leave);
  try {
    for (let part = await parts.next(); !part.done && !response.destroyed; part = await parts.next())
      await writeBlocks(part.value, response, stall);
  } finally {
    response.off('close', leave);
  }
}

async function writeBlocks(part: string | Uint8Array, response: ServerResponse, stall: number): Promise<void> {
  const bytes = typeof part === 'string' ? Buffer.from(part) : part;
  for (let from = 0; from < bytes.length; from += block) {
    if (response.destroyed) return;
    if (!response.write(bytes.subarray(from, from + block))) await drained(response, stall);
  }
}

/** Resolves when more may be written, or when nobody reads any longer. */
function drained(response: ServerResponse, stall: number): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      clearTimeout(timer);
      response.off('drain', go).off('close', go);
      resolve();
    };
    const timer = setTimeout(() => response.destroy(), stall).unref();
    response.on('drain', go).on('close', go);
  });
}
