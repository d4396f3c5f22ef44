import { EventSource, type EventSourceFetchInit, type FetchLikeResponse, type ReaderLike } from 'eventsource';
import { abortReason, onAbort } from '../base/abort.ts';
import { leavable } from '../base/leavable.ts';
import { LogError } from '../model/errors.ts';
import { unreachable } from './httpErrors.ts';
import { send } from './send.ts';

/** One event of a stream; `id` is the last one that the stream has set, empty when it has not. */
export interface StreamEvent {
  readonly event: string;
  readonly data: string;
  readonly id: string;
}

export interface EventStreamOptions {
  /**
   * Names of the events to be given besides `message`; others are passed over. `open` is given when the answer has
   * begun, before anything is read.
   */
  readonly events?: readonly string[];
  readonly fetch?: typeof fetch | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as `Last-Event-ID`. A system that wants it in the address gets an address of its own for every attempt. */
  readonly lastEventId?: string;
  /** Longest time in milliseconds without a byte, comments and heartbeats included, before the stream counts as broken. */
  readonly silence: number;
  readonly signal?: AbortSignal | undefined;
  /** Longest event in characters; default 64 Mi. */
  readonly longestEvent?: number;
}

const defaultLongest = 64 * 1_048_576;

/**
 * Server-sent events, pulled: nothing is read from the connection while the reader is busy with what came before.
 * Ends when the server ends the stream; throws `unavailable` when it breaks or is silent for too long, and whatever
 * the status of the answer means. Never reconnects by itself: who resumes knows from where.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function openEventStream(url: string | URL, options: EventStreamOptions): AsyncIterable<StreamEvent> {
  return leavable((signal) => pulled(url, options, signal), options.signal);
}

async function* pulled(
  url: string | URL,
  options: EventStreamOptions,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent, void> {
  if (signal.aborted) throw abortReason(signal);
  const connection = new Connection(url, options);
  const forget = onAbort(signal, () => connection.drop(abortReason(signal)));
  try {
    for (;;) {
      const event = connection.take() ?? (await connection.next());
      if (!event) return;
      yield event;
    }
  } finally {
    forget();
    connection.end();
  }
}

/** One connection, from its request to its end, whoever brings that about. */
class Connection {
  readonly #url: URL;
  readonly #options: EventStreamOptions;
  readonly #source: EventSource;
  #events: StreamEvent[] = [];
  #taken = 0;
  #ended = false;
  #failure: Error | undefined;
  /** Resolved when the reader wants more, or never will. */
  #wanted = Promise.withResolvers<undefined>();
  /** Resolved when there is something for the reader. */
  #arrived = Promise.withResolvers<undefined>();
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string | URL, options: EventStreamOptions) {
    this.#url = new URL(url);
    this.#options = options;
    this.#source = new EventSource(this.#url, {
      fetch: (_, init) => this.#connect(init),
      maxBufferSize: options.longestEvent ?? defaultLongest,
    });
    const listener = (event: Event) => this.#heard(event);
    for (const name of new Set(['message', 'error', ...(options.events ?? [])]))
      this.#source.addEventListener(name, listener);
  }

  /** An event that is there already. */
  take(): StreamEvent | undefined {
    return this.#events[this.#taken++];
  }

  /** The next event; undefined at the end. */
  async next(): Promise<StreamEvent | undefined> {
    this.#events = [];
    this.#taken = 0;
    while (!this.#ended && this.#events.length === 0) {
      this.#arrived = Promise.withResolvers();
      this.#wanted.resolve(undefined);
      await this.#arrived.promise;
    }
    const event = this.take();
    if (!event && this.#failure) throw this.#failure;
    return event;
  }

  /** Closes the connection; the reader gets `reason`, whatever has arrived. */
  drop(reason: Error): void {
    this.#events = [];
    this.end(reason);
  }

  /** Closes the connection; the reader gets what has arrived, then `failure` or the end. */
  end(failure?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#failure = failure;
    this.#unwatch();
    this.#source.close();
    this.#wanted.resolve(undefined);
    this.#arrived.resolve(undefined);
  }

  #heard(event: Event): void {
    if (event instanceof MessageEvent) {
      this.#events.push({ event: event.type, data: String(event.data), id: event.lastEventId });
    } else if (event.type === 'open') {
      this.#events.push({ event: 'open', data: '', id: '' });
    } else if (!this.#ended) {
      const words = `${this.#url.origin} sent an event that is too long to be one of a log. It was not read any further.`;
      this.end(new LogError('unavailable', words));
    }
  }

  async #connect(init: EventSourceFetchInit): Promise<FetchLikeResponse> {
    const { fetch, headers, lastEventId } = this.#options;
    try {
      this.#watch();
      const answer = await send(this.#url, {
        headers: { ...headers, ...init.headers, ...(lastEventId && { 'last-event-id': lastEventId }) },
        signal: signalOf(init),
        fetch,
      });
      this.#unwatch();
      const body = answer.body;
      if (!body || !isEventStream(answer)) throw noStream(this.#url);
      const { url, status, redirected, headers: received } = answer;
      return { url, status, redirected, headers: received, body: { getReader: () => this.#gated(body) } };
    } catch (error) {
      this.end(unreachable(this.#url, error));
      throw error;
    }
  }

  /** Reads from the body only when the reader has taken all events and wants more. */
  #gated(body: ReadableStream<Uint8Array>): ReaderLike {
    const reader = body.getReader();
    return {
      read: async () => {
        // Being asked again means that what came last has been heard.
        if (this.#events.length > 0) {
          this.#wanted = Promise.withResolvers();
          this.#arrived.resolve(undefined);
        }
        await this.#wanted.promise;
        return this.#ended ? { done: true } : this.#read(reader);
      },
      cancel: () => reader.cancel(),
    };
  }

  async #read(reader: ReadableStreamDefaultReader<Uint8Array>): ReturnType<ReaderLike['read']> {
    this.#watch();
    try {
      const { done, value } = await reader.read();
      this.#unwatch();
      if (!done) return { done, value };
      this.end();
    } catch (error) {
      this.end(unreachable(this.#url, error));
    }
    return { done: true };
  }

  #watch(): void {
    const { silence } = this.#options;
    this.#watchdog = setTimeout(() => {
      const words = `${this.#url.origin} has been silent for ${Math.round(silence / 100) / 10} s.`;
      this.end(new LogError('unavailable', words));
    }, silence);
  }

  #unwatch(): void {
    clearTimeout(this.#watchdog);
  }
}

function signalOf(init: EventSourceFetchInit): AbortSignal | undefined {
  const signal: unknown = init.signal;
  return signal instanceof AbortSignal ? signal : undefined;
}

function isEventStream(answer: Response): boolean {
  return /^\s*text\/event-stream\s*(;|$)/i.test(answer.headers.get('content-type') ?? '');
}

function noStream(url: URL): LogError {
  return new LogError('unavailable', `${url.origin}${url.pathname} answers, but not with an event stream.`);
}
