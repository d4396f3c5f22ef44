import type { Duplex } from 'node:stream';
import { errorBody, refusal, statusOf } from './errorTable.ts';
import type { LogError } from '../model/errors.ts';

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** How long whoever sent it has to read the answer and to leave, in milliseconds. */
const leaving = 2_000;

/** Answers what could not even be read as a request; in the shape of all errors, and the last on its connection. */
export function answerBroken(error: Error, socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  // One who stays would hold a connection for ever: nothing watches it any longer.
  const timer = setTimeout(() => socket.destroy(), leaving).unref();
  socket.once('close', () => clearTimeout(timer));
  const { code, status, message } = told(error);
  const body = errorBody(code, message);
  socket.end(
    `HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

function told(error: Error): { code: LogError['code']; status: number; message: string } {
  const refused = refusalFor('code' in error ? error.code : undefined);
  return refused
    ? { code: refused.code, status: statusOf(refused), message: refused.message }
    : { code: 'invalidRequest', status: 400, message: 'This is no HTTP. Send a request of HTTP/1.1.' };
}

function refusalFor(code: unknown): LogError | undefined {
  if (code === 'HPE_HEADER_OVERFLOW')
    return refusal(431, 'The address and the headers are too long. Together they may have 16,384 bytes.');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return refusal(408, 'The request did not come whole. Send it again.');
  return undefined;
}
