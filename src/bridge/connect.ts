import { abortReason, onAbort } from '../base/abort.ts';
import { leavable } from '../base/leavable.ts';
import { LogError } from '../model/errors.ts';
import type { CallOptions } from '../model/source.ts';
import { answerOf, closedError, type Answer, type Port, type Request } from './port.ts';

export type Connected<Api> = Api & {
  /** Ends whatever is open with `closed`, and every later call too. */
  dispose(): void;
};

/** Which methods answer with a stream; all others answer with one value. */
export interface Shape<Api> {
  readonly streams: readonly (keyof Api)[];
}

interface Waiting {
  settle(answer: Answer): void;
  fail(error: Error): void;
}

/**
 * The other end of `serve`: an object whose methods are calls over `port`. Failures arrive as `LogError`s,
 * an abort rejects with the signal's reason and cancels the call. A stream is called when first pulled.
 */
export function connect<Api extends object>(port: Port, shape: Shape<Api>): Connected<Api> {
  const calls = new Calls(port);
  const streams = new Set<PropertyKey>(shape.streams);
  return new Proxy({} as Connected<Api>, {
    get(_, name) {
      // A promise that resolves with this object asks for `then`.
      if (typeof name !== 'string' || name === 'then') return undefined;
      if (name === 'dispose')
        return () => {
          calls.dispose();
        };
      return (request: unknown, options: CallOptions = {}) =>
        streams.has(name) ? calls.stream(name, request, options) : calls.value(name, request, options);
    },
  });
}

class Calls {
  readonly #port: Port;
  readonly #session = Math.random().toString(36).slice(2);
  readonly #subscription: { dispose(): void };
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;
  #closed = false;

  constructor(port: Port) {
    this.#port = port;
    this.#subscription = port.onMessage((message) => {
      const answer = answerOf(message);
      if (answer?.session !== this.#session) return;
      if (answer.id === 0) this.#close();
      else this.#waiting.get(answer.id)?.settle(answer);
    });
  }

  async value(method: string, request: unknown, { signal }: CallOptions): Promise<unknown> {
    const id = this.#begin(signal);
    const answer = this.#answer(id, signal);
    this.#post({ frame: 'call', session: this.#session, id, method, request });
    const settled = await answer;
    return settled.frame === 'value' ? settled.value : undefined;
  }

  stream(method: string, request: unknown, { signal }: CallOptions): AsyncIterable<unknown> {
    return leavable((left) => this.#pull(method, request, left), signal);
  }

  async *#pull(method: string, request: unknown, signal: AbortSignal): AsyncGenerator<unknown, void> {
    const id = this.#begin(signal);
    let open = true;
    try {
      this.#post({ frame: 'call', session: this.#session, id, method, request });
      for (;;) {
        const answer = this.#answer(id, signal);
        this.#post({ frame: 'pull', session: this.#session, id });
        const settled = await answer;
        open = settled.frame === 'value';
        if (settled.frame !== 'value') return;
        yield settled.value;
      }
    } finally {
      if (open && !this.#closed) this.#post({ frame: 'cancel', session: this.#session, id });
    }
  }

  dispose(): void {
    if (this.#closed) return;
    for (const id of this.#waiting.keys()) this.#post({ frame: 'cancel', session: this.#session, id });
    this.#close();
  }

  #begin(signal: AbortSignal | undefined): number {
    if (this.#closed) throw closedError();
    if (signal?.aborted) throw abortReason(signal);
    return ++this.#last;
  }

  /** The next answer to call `id`; rejects when it is an error, and cancels the call when the signal aborts. */
  #answer(id: number, signal: AbortSignal | undefined): Promise<Answer> {
    if (this.#closed) return Promise.reject(closedError());
    if (signal?.aborted) return Promise.reject(abortReason(signal));
    return new Promise((resolve, reject) => {
      let forget = (): void => undefined;
      const end = (): void => {
        this.#waiting.delete(id);
        forget();
      };
      this.#waiting.set(id, {
        settle(answer) {
          end();
          if (answer.frame === 'error') reject(new LogError(answer.code, answer.message));
          else resolve(answer);
        },
        fail(error) {
          end();
          reject(error);
        },
      });
      forget = onAbort(signal, () => {
        this.#post({ frame: 'cancel', session: this.#session, id });
        if (signal) this.#waiting.get(id)?.fail(abortReason(signal));
      });
    });
  }

  /** A request that cannot be sent fails the call it belongs to. */
  #post(request: Request): void {
    try {
      this.#port.post(request);
    } catch (error) {
      this.#waiting.get(request.id)?.fail(LogError.from(error, 'unavailable'));
    }
  }

  #close(): void {
    this.#closed = true;
    this.#subscription.dispose();
    for (const waiting of [...this.#waiting.values()]) waiting.fail(closedError());
  }
}
