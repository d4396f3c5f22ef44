import type { OutgoingHttpHeaders } from 'node:http';
import type { Writable } from 'node:stream';
import type { HttpAnswer } from '../dialects/http.ts';

/** What is written at once, in bytes. */
const block = 65_536;

interface Response extends Writable {
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
}

/** Writes an answer as fast as its reader takes it. Rejects when its body does. */
export async function writeAnswer(response: Response, answer: HttpAnswer, headOnly: boolean): Promise<void> {
  const { status, headers = {}, body } = answer;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    response.writeHead(status, { ...headers, ...(status !== 204 && { 'content-length': bytes?.length ?? 0 }) });
    response.end(headOnly ? undefined : bytes);
    return;
  }
  const iterator = body[Symbol.asyncIterator]();
  response.writeHead(status, headers);
  if (!headOnly) await pump(iterator, response);
  else await iterator.return?.();
  response.end();
}

async function pump(parts: AsyncIterator<string | Uint8Array>, response: Response): Promise<void> {
  const leave = (): void => {
    void parts.return?.();
  };
  response.once('close', leave);
  try {
    while (!response.destroyed) {
      const part = await parts.next();
      if (part.done) return;
      await writeBlocks(typeof part.value === 'string' ? Buffer.from(part.value) : part.value, response);
    }
  } finally {
    response.off('close', leave);
  }
}

async function writeBlocks(bytes: Uint8Array, response: Response): Promise<void> {
  for (let from = 0; from < bytes.length; from += block) {
    if (response.destroyed) return;
    if (!response.write(bytes.subarray(from, from + block))) await drained(response);
  }
}

/** Resolves when more may be written, or when nobody reads any longer. */
function drained(response: Writable): Promise<void> {
  if (response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}
