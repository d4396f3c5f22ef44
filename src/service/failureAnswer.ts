import { randomBytes } from 'node:crypto';
import type { HttpAnswer } from '../dialects/http.ts';
import { LogError } from '../model/errors.ts';
import { errorBody, statusOf } from './errorTable.ts';
import type { HttpRequest } from './request.ts';
import type { ServiceLog } from './serviceLog.ts';

/** What a failed request is answered, and what its failure is called in the log. */
export function failureAnswer(
  error: unknown,
  request: HttpRequest,
  log: ServiceLog,
): { answer: HttpAnswer; failure: string } {
  // Somebody who has left reads no answer, so it does not matter which one is given.
  const failure = request.signal.aborted && !(error instanceof LogError) ? closed() : LogError.from(error);
  if (failure.code === 'internal') {
    const id = logInternal(error, log);
    const words = `This service failed (id ${id}). Tell whoever runs it: its log says more under this id.`;
    return { answer: answerOf(failure, words), failure: id };
  }
  return { answer: answerOf(failure, failure.message), failure: failure.code };
}

/** Logs what nobody expected, for those who run the service only; the id leads there. */
export function logInternal(error: unknown, log: ServiceLog): string {
  const id = randomBytes(6).toString('hex');
  const { message, stack, cause } = error instanceof Error ? error : new Error(String(error));
  const under = cause instanceof Error ? cause.stack : undefined;
  log({ level: 'error', event: 'internal', id, message, stack, cause: under });
  return id;
}

function closed(): LogError {
  return new LogError('closed', 'The caller has left.');
}

function answerOf(error: LogError, words: string): HttpAnswer {
  const status = statusOf(error);
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(status === 429 && { 'retry-after': '1' }),
    },
    body: errorBody(error.code, words),
  };
}
