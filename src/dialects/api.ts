import { abortReason, anySignal } from '../base/abort.ts';
import type { ConnectOptions, Credentials } from '../model/connect.ts';
import { LogError } from '../model/errors.ts';
import { send } from './send.ts';
import { textOfAnswer } from './textOfAnswer.ts';

/** How long an answer may take as a whole, in milliseconds. */
const longestAnswer = 120_000;

export interface ApiCall {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly query?: URLSearchParams;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the answer must be there as a whole. */
  readonly timeout?: number;
}

/** Requests to one HTTP API, with the credentials of its connection. Ends with `close`. */
export class Api {
  readonly base: URL;
  readonly #options: ConnectOptions;
  readonly #prove: (known: Credentials) => Record<string, string>;
  readonly #ended = new AbortController();

  /**
   * `url` is the connection's, with or without its dialect before the scheme; `prove` makes headers of credentials.
   * Throws invalidRequest when it is none.
   */
  constructor(url: string, options: ConnectOptions, prove = authorizationOf) {
    this.base = baseOf(url);
    this.#options = options;
    this.#prove = prove;
  }

  get fetch(): typeof fetch | undefined {
    return this.#options.fetch;
  }

  /** Aborted by `close`. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  trace(words: string): void {
    this.#options.trace?.(words);
  }

  /** Where an event stream of the API is. */
  streamUrl(path: string, query: URLSearchParams): URL {
    const { streamUrl } = this.#options;
    return under(streamUrl === undefined ? this.base : baseOf(streamUrl), path, query);
  }

  /** Where a path of the API is. */
  url(path: string, query?: URLSearchParams): URL {
    return under(this.base, path, query);
  }

  /** What proves who is asking; empty when nothing is known that does. */
  async authorization(): Promise<Record<string, string>> {
    const known = await this.#options.credentials?.get();
    return known ? this.#prove(known) : {};
  }

  /** The JSON of an answer. Throws `LogError`s, and the signal's reason when it aborts. */
  async json(path: string, call: ApiCall = {}): Promise<unknown> {
    return this.within(
      call.signal,
      async (signal) => {
        const answer = await this.#send(path, call, signal);
        const text = await textOfAnswer(answer, signal);
        if (text === '') return undefined;
        try {
          return JSON.parse(text) as unknown;
        } catch (error) {
          const words = `${answer.url} does not answer in JSON. Is the address right?`;
          throw new LogError('unavailable', words, { cause: error });
        }
      },
      call.timeout,
    );
  }

  /** Runs `work` until it is done, the signal aborts, this is closed, or the time is over. */
  async within<T>(
    outer: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
    timeout = longestAnswer,
  ): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(this.#late(timeout)), timeout);
    const joined = anySignal([outer, this.ended, late.signal]);
    try {
      if (joined.signal.aborted) throw abortReason(joined.signal);
      return await work(joined.signal);
    } finally {
      clearTimeout(timer);
      joined.dispose();
    }
  }

  close(): void {
    this.#ended.abort(new LogError('closed', `The connection to ${this.base.origin} is closed.`));
  }

  async #send(path: string, { method = 'GET', query, body }: ApiCall, signal: AbortSignal): Promise<Response> {
    const headers = { accept: 'application/json', ...(await this.authorization()) };
    const json = body === undefined ? undefined : JSON.stringify(body);
    return send(this.url(path, query), {
      method,
      headers: json === undefined ? headers : { ...headers, 'content-type': 'application/json' },
      ...(json !== undefined && { body: json }),
      signal,
      fetch: this.fetch,
    });
  }

  #late(timeout: number): LogError {
    return new LogError('unavailable', `${this.base.origin} did not answer within ${Math.round(timeout / 1_000)} s.`);
  }
}

function authorizationOf({ token, user = '', password }: Credentials): Record<string, string> {
  if (token !== undefined) return { authorization: `Bearer ${token}` };
  if (password === undefined) return {};
  const bytes = new TextEncoder().encode(`${user}:${password}`);
  return { authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
}

function under(base: URL, path: string, query: URLSearchParams | undefined): URL {
  const url = new URL(base.href.replace(/\/$/, '') + path);
  if (query) url.search = query.toString();
  return url;
}

/** `executor+https://host/base/` → `https://host/base`. */
function baseOf(url: string): URL {
  const bare = url.replace(/^[a-z0-9]+\+(?=https?:)/i, '');
  if (!/^https?:\/\//i.test(bare) || !URL.canParse(bare))
    throw new LogError('invalidRequest', 'This is no address of a service. Write http(s)://<host>[:<port>][/<path>].');
  const base = new URL(bare);
  base.search = '';
  base.hash = '';
  base.pathname = base.pathname.replace(/\/+(api\/executor\/*)?$/, '');
  return base;
}
