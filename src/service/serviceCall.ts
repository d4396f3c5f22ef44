import type { HttpCall, Served } from '../dialects/http.ts';
import { bodyOf, type BodyLimits } from './body.ts';
import type { HttpRequest } from './request.ts';

/** A request as routes see it. What a route does not ask for is never made. */
export class ServiceCall implements HttpCall {
  readonly params: Readonly<Record<string, string>>;
  readonly #request: HttpRequest;
  readonly #queryText: string;
  readonly #limits: BodyLimits;
  #query: URLSearchParams | undefined;
  #body: AsyncIterable<Uint8Array> | undefined;
  #waits: () => void = () => undefined;

  constructor(request: HttpRequest, params: Readonly<Record<string, string>>, queryText: string, limits: BodyLimits) {
    this.params = params;
    this.#request = request;
    this.#queryText = queryText;
    this.#limits = limits;
  }

  get method(): string {
    return this.#request.method;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#queryText));
  }

  get body(): AsyncIterable<Uint8Array> {
    return (this.#body ??= bodyOf(this.#request, this.#limits, () => this.#waits()));
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  header(name: string): string | undefined {
    return this.#request.header(name);
  }

  /** The same, where a writer whose lines are waited for counts as being there. */
  keepingAlive(served: Served): Served {
    const sinkFor = served.sinkFor?.bind(served);
    if (!sinkFor) return served;
    return {
      ...served,
      sinkFor: (execution) => {
        this.#waits = () => {
          sinkFor(execution).catch(() => undefined);
        };
        return sinkFor(execution);
      },
    };
  }
}
