import { LogError } from '../model/errors.ts';
import type { CallOptions } from '../model/source.ts';
import { closedError, requestOf, type Answer, type Port, type Request } from './port.ts';

export interface ServeOptions {
  /** Told of failures that are no `LogError`: they cross as `internal` and somebody should look at them. */
  readonly report?: (error: unknown) => void;
}

type Handler = (this: object, request: unknown, options: CallOptions) => unknown;
type Words = Answer extends infer One ? (One extends Answer ? Omit<One, 'session' | 'id'> : never) : never;

/**
 * Answers the calls that arrive at `port` with the methods of `api`, all of which the other end may call.
 * Every call is answered: unknown methods with `invalidRequest`, handlers that throw with their error, and
 * whatever is open at `dispose` with `closed`. Cancelling aborts the signal the handler was given.
 */
export function serve(port: Port, api: object, options: ServeOptions = {}): { dispose(): void } {
  const calls = new Map<number, Call>();
  let session = '';

  function endAll(): void {
    for (const call of calls.values()) call.cancel();
    calls.clear();
  }

  function begin({ id, session: from, method, request }: Request & { frame: 'call' }): void {
    if (from !== session) {
      endAll();
      session = from;
    }
    if (calls.has(id)) return;
    const call = new Call((answer) => {
      if (answer.frame !== 'value' || !call.streams) calls.delete(id);
      send(port, { ...answer, session: from, id }, options);
    }, options);
    calls.set(id, call);
    void call.run(api, method, request);
  }

  const subscription = port.onMessage((message) => {
    const request = requestOf(message);
    if (!request) return;
    if (request.frame === 'call') {
      begin(request);
      return;
    }
    const call = request.session === session ? calls.get(request.id) : undefined;
    if (request.frame === 'pull') {
      if (call) call.pull();
      else send(port, { frame: 'end', session: request.session, id: request.id }, options);
      return;
    }
    if (!call) return;
    calls.delete(request.id);
    call.cancel();
  });

  return {
    dispose() {
      subscription.dispose();
      const { code, message } = closedError();
      for (const id of calls.keys()) send(port, { frame: 'error', code, message, session, id }, options);
      endAll();
      if (session) send(port, { frame: 'end', session, id: 0 }, options);
    },
  };
}

/** One call on its way, from the frame that asked to the last answer. */
class Call {
  readonly #abort = new AbortController();
  readonly #answer: (answer: Words) => void;
  readonly #report: ((error: unknown) => void) | undefined;
  #iterator: AsyncIterator<unknown, unknown> | undefined;
  #pulls = 0;
  #running = false;

  constructor(answer: (answer: Words) => void, options: ServeOptions) {
    this.#answer = answer;
    this.#report = options.report;
  }

  get streams(): boolean {
    return this.#iterator !== undefined;
  }

  async run(api: object, method: string, request: unknown): Promise<void> {
    try {
      const handler = handlerOf(api, method);
      const result = handler.call(api, request, { signal: this.#abort.signal });
      if (isStream(result)) {
        this.#iterator = result[Symbol.asyncIterator]();
        await this.#deliver();
      } else {
        const value = await result;
        if (!this.#abort.signal.aborted) this.#answer({ frame: 'value', value });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  pull(): void {
    this.#pulls++;
    this.#deliver().catch((error: unknown) => {
      this.#fail(error);
    });
  }

  cancel(): void {
    this.#abort.abort(new LogError('closed', 'The reader has left.'));
    // A generator that waits is woken by the signal; one that rests between two pulls only by this.
    this.#iterator?.return?.().catch(() => undefined);
  }

  async #deliver(): Promise<void> {
    const iterator = this.#iterator;
    if (!iterator || this.#running) return;
    this.#running = true;
    while (this.#pulls > 0) {
      this.#pulls--;
      const { done, value }: IteratorResult<unknown> = await iterator.next();
      if (this.#abort.signal.aborted) return;
      this.#answer(done ? { frame: 'end' } : { frame: 'value', value });
      if (done) return;
    }
    this.#running = false;
  }

  #fail(error: unknown): void {
    if (this.#abort.signal.aborted) return;
    if (!(error instanceof LogError)) this.#report?.(error);
    const { code, message } = LogError.from(error);
    this.#answer({ frame: 'error', code, message });
  }
}

function handlerOf(api: object, method: string): Handler {
  const handler: unknown = method in Object.prototype ? undefined : Reflect.get(api, method);
  if (typeof handler === 'function') return handler as Handler;
  throw new LogError('invalidRequest', `Nothing here answers to "${method}".`);
}

function isStream(result: unknown): result is AsyncIterable<unknown> {
  return typeof result === 'object' && result !== null && Symbol.asyncIterator in result;
}

/** What cannot be copied is told as an error; what cannot even be told is reported: the other end is gone. */
function send(port: Port, answer: Answer, options: ServeOptions): void {
  try {
    port.post(answer);
  } catch (error) {
    options.report?.(error);
    if (answer.frame !== 'value') return;
    const { session, id } = answer;
    send(port, { frame: 'error', code: 'internal', message: 'The answer could not be sent.', session, id }, options);
  }
}
