import { LogError, type ErrorCode } from '../model/errors.ts';

interface Row {
  readonly status: number;
  /** What whoever asked can do about it; said when the error itself does not. */
  readonly remedy: string;
}

/** How failures look on HTTP: the table of docs/http-api.md. */
export const errorTable: Readonly<Record<ErrorCode, Row>> = {
  notFound: { status: 404, remedy: 'Look at the list of executions for what is there.' },
  invalidPointer: { status: 400, remedy: 'Read from the start or the end instead.' },
  invalidRequest: { status: 400, remedy: 'Correct the request and send it again.' },
  unauthorized: { status: 401, remedy: 'Send a valid token as "Authorization: Bearer <token>".' },
  forbidden: { status: 403, remedy: 'Ask whoever runs this service for a token that may.' },
  throttled: { status: 429, remedy: 'Wait as long as Retry-After says, then try again.' },
  unavailable: { status: 503, remedy: 'Try again in a while.' },
  closed: { status: 503, remedy: 'Try again in a while.' },
  internal: { status: 500, remedy: 'Tell whoever runs this service the id: its log says more under it.' },
};

/** What says more exactly than its code why a request is refused, by the status of RFC 9110. */
export type RefusalStatus = 405 | 408 | 413 | 415 | 421 | 426 | 431;

class Refusal {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus) {
    this.status = status;
  }
}

/** An error with a status of its own. */
export function refusal(status: RefusalStatus, words: string): LogError {
  return new LogError('invalidRequest', words, { cause: new Refusal(status) });
}

export function statusOf(error: LogError): number {
  return error.cause instanceof Refusal ? error.cause.status : errorTable[error.code].status;
}

/** `{ "error": { "code", "message" } }`, the one shape of a failure. */
export function errorBody(code: ErrorCode, words: string): string {
  return JSON.stringify({ error: { code, message: withRemedy(code, words) } });
}

/** Words of one sentence say what happened, but not what to do. */
function withRemedy(code: ErrorCode, words: string): string {
  return /[.?!] +\S/.test(words) ? words : `${words} ${errorTable[code].remedy}`.trimStart();
}
