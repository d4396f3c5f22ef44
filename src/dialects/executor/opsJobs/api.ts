import { abortReason, anySignal, unlessAborted } from '../../../base/abort.ts';
import type { ConnectOptions } from '../../../model/connect.ts';
import { LogError } from '../../../model/errors.ts';
import { askedToWait } from '../../httpErrors.ts';
import { send } from '../../send.ts';
import { textOfAnswer } from '../../textOfAnswer.ts';
import { Budget } from './budget.ts';
import { parseJson } from './json.ts';
import type { Pace } from './pace.ts';
import { Session } from './session.ts';
import { fieldsOf, textOf, type Fields } from '../../values.ts';

/** How long an answer may take as a whole, in milliseconds. */
const longestAnswer = 60_000;
/** How long the system is left alone when it refuses without saying for how long. */
const unsaidWait = 60_000;

interface Known {
  readonly askedAt: number;
  readonly content: Promise<Fields>;
}

export interface Asking {
  readonly signal?: AbortSignal | undefined;
  /** Is content with an answer to the same question so many milliseconds old; default 0. */
  readonly fresh?: number;
}

/** Requests to one ops-jobs: signed in, counted, never the same one twice at once. */
export class OpsJobsApi {
  readonly base: URL;
  readonly budget: Budget;
  readonly session: Session;
  readonly #options: ConnectOptions;
  readonly #known = new Map<string, Known>();
  readonly #ended = new AbortController();
  #ahead = 0;

  constructor(baseUrl: string, options: ConnectOptions, pace: Pace) {
    this.base = new URL(baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`);
    this.budget = new Budget(pace);
    this.#options = options;
    this.session = new Session(this.base, options);
  }

  /**
   * The content of what the system answers, out of its envelope if it has one. `path` is below
   * `/api/executor/` and ends with a slash: without it the server only redirects.
   */
  async get(path: string, query: Readonly<Record<string, string>>, { signal, fresh = 0 }: Asking): Promise<Fields> {
    if (signal?.aborted) throw abortReason(signal);
    const asked = new URLSearchParams(query).toString();
    const key = asked === '' ? path : `${path}?${asked}`;
    const known = this.#known.get(key);
    const now = Date.now();
    if (known && now - known.askedAt < fresh) return signal ? unlessAborted(known.content, signal) : known.content;
    const content = this.#ask(key);
    // Whoever waits for it hears of its failure; a kept one must not become an unheard rejection.
    content.catch(() => this.#known.delete(key));
    this.#forget(now);
    this.#known.set(key, { askedAt: now, content });
    return signal ? unlessAborted(content, signal) : content;
  }

  /** Where a stream of an execution is; the place to go on from stands in the address, no header is read. */
  streamUrl(executionId: string, lastId: string): URL {
    const { streamUrl } = this.#options;
    const base = new URL(streamUrl ?? this.base.href);
    if (!base.pathname.endsWith('/')) base.pathname += '/';
    const folder = base.pathname.endsWith('/sse/') ? '' : 'api/realtime/sse/';
    const url = new URL(`${folder}combined/${encodeURIComponent(executionId)}/`, base);
    url.searchParams.set('last_id', lastId);
    return url;
  }

  /** The server's clock, a second behind at most; milliseconds since the epoch. */
  get serverTime(): number {
    return Date.now() + this.#ahead;
  }

  get fetch(): typeof fetch | undefined {
    return this.#options.fetch;
  }

  trace(words: string): void {
    this.#options.trace?.(words);
  }

  end(reason: LogError): void {
    this.#ended.abort(reason);
    this.#known.clear();
  }

  async #ask(key: string): Promise<Fields> {
    const { signal } = this.#ended;
    const url = new URL(`api/executor/${key}`, this.base);
    for (let attempt = 1; ; attempt++) {
      await this.budget.take(signal);
      const headers = await this.session.headers();
      this.trace(`GET /api/executor/${key} (${this.budget.left} requests left this hour)`);
      try {
        return contentOf(await this.#answerOf(url, headers), url);
      } catch (error) {
        const { code } = LogError.from(error);
        if (code === 'throttled') this.budget.block(askedToWait(error) ?? unsaidWait);
        if (code !== 'unauthorized' || attempt > 1) throw error;
        await this.session.renew(headers['authorization']);
      }
    }
  }

  async #answerOf(url: URL, headers: Readonly<Record<string, string>>): Promise<string> {
    const late = new AbortController();
    const words = `${url.origin} did not answer within ${longestAnswer / 1_000} s.`;
    const timer = setTimeout(() => late.abort(new LogError('unavailable', words)), longestAnswer);
    const joined = anySignal([this.#ended.signal, late.signal]);
    try {
      const accept = { ...headers, accept: 'application/json' };
      const { signal } = joined;
      const answer = await send(url, { headers: accept, signal, fetch: this.#options.fetch });
      const date = Date.parse(answer.headers.get('date') ?? '');
      if (!Number.isNaN(date)) this.#ahead = date - Date.now();
      return await textOfAnswer(answer, signal);
    } finally {
      clearTimeout(timer);
      joined.dispose();
    }
  }

  /** Answers are kept for a moment only. */
  #forget(now: number): void {
    if (this.#known.size < 100) return;
    for (const [key, { askedAt }] of this.#known) if (now - askedAt > 10_000) this.#known.delete(key);
  }
}

function contentOf(text: string, url: URL): Fields {
  let body: Fields;
  try {
    body = fieldsOf(parseJson(text));
  } catch {
    throw new LogError(
      'unavailable',
      `${url.origin}${url.pathname} answers, but not with JSON. Is that the address of an ops-jobs?`,
    );
  }
  if (typeof body['success'] !== 'boolean' || !('code' in body)) return body;
  if (body['success']) return fieldsOf(body['content']);
  throw new LogError('invalidRequest', `${url.origin} refuses: ${textOf(body['message']) ?? 'it does not say why'}`);
}
