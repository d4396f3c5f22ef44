import { errorCodes, LogError, type ErrorCode } from '../model/errors.ts';

/** How much of an answer's body is read for its words, and how much of them is passed on. */
const mostBody = 65_536;
const mostWords = 500;

const ofStatus: Readonly<Record<number, ErrorCode>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  408: 'unavailable',
  410: 'notFound',
  423: 'forbidden',
  425: 'unavailable',
  429: 'throttled',
};

const remedies: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized: 'Give the connection a valid token or password.',
  forbidden: 'Ask whoever runs the service for permission.',
  throttled: 'Try again later.',
};

/** What a status means that is no success, whoever sent it. */
function codeOfStatus(status: number): ErrorCode {
  return ofStatus[status] ?? (status >= 500 ? 'unavailable' : 'invalidRequest');
}

/** The error that an answer of no success tells of, in its own words where it has any. Reads its body. */
export async function errorOfAnswer(answer: Response, now = Date.now()): Promise<LogError> {
  const said = saidIn(await beginningOf(answer));
  const code = said.code ?? codeOfStatus(answer.status);
  const cause = { retryAfter: retryAfter(answer.headers.get('retry-after'), now), number: said.number };
  if (said.code !== undefined && said.words !== '') return new LogError(code, said.words, { cause });
  const status = [answer.status, answer.statusText].filter(Boolean).join(' ');
  const words = said.words === '' || said.words === answer.statusText ? '' : `: ${said.words.replace(/[.。]$/, '')}`;
  const remedy = remedies[code] ?? '';
  return new LogError(code, `${originOf(answer.url)} answered ${status}${words}. ${remedy}`.trimEnd(), { cause });
}

/** The error for a request that got no answer, or an answer that broke off. */
export function unreachable(url: string | URL, error: unknown): LogError {
  if (error instanceof LogError) return error;
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const words = inner instanceof Error ? reasonOf(inner) : String(inner);
  return new LogError('unavailable', `${originOf(String(url))} cannot be reached: ${words}.`, { cause: error });
}

/** Milliseconds that the other side asked to wait before the next attempt, when it did. */
export function askedToWait(error: unknown): number | undefined {
  const cause: unknown = error instanceof LogError ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('retryAfter' in cause)) return undefined;
  return typeof cause.retryAfter === 'number' ? cause.retryAfter : undefined;
}

/** The number that an envelope gave a failure besides its words, when it did. */
export function numberOfFailure(error: unknown): number | undefined {
  const { number } = record(error instanceof LogError ? error.cause : undefined);
  return typeof number === 'number' ? number : undefined;
}

/** An error that came over the wire as `{ code, message }`; undefined when it is none. */
export function errorOnWire(value: unknown): LogError | undefined {
  const { code, message } = record(value);
  const known = errorCodes.find((one) => one === code);
  if (known === undefined) return undefined;
  // What is closed is the other side's: to us it is out of reach, and may come back.
  const ours = known === 'closed' ? 'unavailable' : known;
  return new LogError(ours, printable(typeof message === 'string' ? message : ''));
}

/** Seconds or a date; an hour at most, whatever it says. */
function retryAfter(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const wait = /^\d+$/.test(header.trim()) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.min(Math.max(0, wait), 3_600_000);
}

/** Our own shape, an envelope with `message` (and validation errors) or `error.message`, a `detail`, or plain text. */
function saidIn(body: string): { code?: ErrorCode; words: string; number?: unknown } {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { words: body.trimStart().startsWith('<') ? '' : printable(body) };
  }
  const { error, message, content, detail } = record(value);
  const ours = errorOnWire(error);
  if (ours) return { code: ours.code, words: ours.message };
  const inner = record(error);
  const parts = [message, detailWords(detail), typeof error === 'string' ? error : inner['message']].filter(
    (part) => typeof part === 'string',
  );
  const { errors } = record(content);
  if (errors !== undefined) parts.push(JSON.stringify(errors));
  return { words: printable(parts.join(' ')), number: inner['error_code'] };
}

/** Words, or a list of what is wrong with which part of the request: `[{ loc: ["query", "limit"], msg: "…" }]`. */
function detailWords(detail: unknown): unknown {
  if (!Array.isArray(detail)) return detail;
  const faults = detail.map(record).flatMap(({ loc, msg }) => {
    const part = Array.isArray(loc) ? loc.filter((step) => typeof step === 'string').join('.') : '';
    return typeof msg === 'string' ? [part === '' ? msg : `${part}: ${msg}`] : [];
  });
  return faults.length === 0 ? undefined : faults.join('; ');
}

async function beginningOf(answer: Response): Promise<string> {
  const reader = (answer.body as ReadableStream<Uint8Array> | null)?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let text = '';
  try {
    while (text.length < mostBody) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
    await reader.cancel();
  } catch {
    // The status says enough.
  }
  return text;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Words of strangers, fit to be shown: no control characters, no end of length. */
function printable(words: string): string {
  const plain = words.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return plain.length > mostWords ? `${plain.slice(0, mostWords)}…` : plain;
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const message = error.message === '' ? code : error.message;
  return printable(message).replace(/\.$/, '') || 'it broke off';
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'The server';
}
