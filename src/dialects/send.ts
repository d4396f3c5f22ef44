import { abortReason } from '../base/abort.ts';
import { LogError } from '../model/errors.ts';
import { errorOfAnswer, unreachable } from './httpErrors.ts';

export interface Sending {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal | undefined;
  /** Default the platform's. */
  readonly fetch?: typeof fetch | undefined;
}

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const mostRedirects = 5;

/**
 * Sends a request and resolves with an answer of success. Redirects are followed within their origin only, so that
 * no token ever goes elsewhere. Throws `LogError`s: unavailable without an answer, otherwise what its status means.
 */
export async function send(url: string | URL, sending: Sending): Promise<Response> {
  const { signal } = sending;
  if (signal?.aborted) throw abortReason(signal);
  let answer: Response;
  try {
    answer = await follow(new URL(url), sending);
  } catch (error) {
    throw signal?.aborted ? abortReason(signal) : unreachable(url, error);
  }
  if (answer.ok) return answer;
  const error = await errorOfAnswer(answer);
  throw signal?.aborted ? abortReason(signal) : error;
}

async function follow(url: URL, { fetch: own, signal, ...sending }: Sending): Promise<Response> {
  const fetching = own ?? fetch;
  const init: RequestInit = { ...sending, redirect: 'manual', cache: 'no-store', ...(signal && { signal }) };
  let target = url;
  for (let hops = 0; ; hops++) {
    const answer = await fetching(target, init);
    // Some platforms hide where a redirect leads.
    if (answer.type !== 'opaqueredirect' && !redirects.has(answer.status)) return answer;
    await answer.body?.cancel();
    const location = answer.headers.get('location');
    const next = location !== null && URL.canParse(location, target.href) ? new URL(location, target) : undefined;
    const keepsMethod = (sending.method ?? 'GET') === 'GET' || answer.status === 307 || answer.status === 308;
    if (next?.origin !== target.origin || !keepsMethod || hops === mostRedirects) throw redirected(target, next);
    target = next;
  }
}

function redirected(from: URL, to: URL | undefined): LogError {
  const where = to ? `to ${to.origin}${to.pathname}` : 'elsewhere';
  const remedy = 'Requests are not sent on, for they may carry a token. If that is the right address, connect to it.';
  const cause = { redirectedTo: to?.href ?? '' };
  return new LogError('invalidRequest', `${from.origin} redirects ${where}. ${remedy}`, { cause });
}

/** Where a request was to be sent on that was not; undefined for any other error. */
export function redirectOf(error: unknown): string | undefined {
  const cause: unknown = error instanceof LogError ? error.cause : undefined;
  if (typeof cause !== 'object' || cause === null || !('redirectedTo' in cause)) return undefined;
  return typeof cause.redirectedTo === 'string' ? cause.redirectedTo : undefined;
}
