import type { HttpCall, Served } from '../dialects/http.ts';
import { bodyOf, type BodyLimits } from './body.ts';
import { BodyShare, type BodyRoom } from './bodyRoom.ts';
import type { HttpRequest } from './request.ts';

/** How bodies are read. */
export interface Bodies {
  readonly limits: BodyLimits;
  readonly room: BodyRoom;
}

/** A request as routes see it. What a route does not ask for is never made. */
export class ServiceCall implements HttpCall, Disposable {
  readonly params: Readonly<Record<string, string>>;
  readonly #request: HttpRequest;
  readonly #queryText: string;
  readonly #bodies: Bodies;
  #query: URLSearchParams | undefined;
  #body: AsyncIterable<Uint8Array> | undefined;
  #share: BodyShare | undefined;
  #waits: () => void = () => undefined;

  constructor(request: HttpRequest, params: Readonly<Record<string, string>>, queryText: string, bodies: Bodies) {
    this.params = params;
    this.#request = request;
    this.#queryText = queryText;
    this.#bodies = bodies;
  }

  get method(): string {
    return this.#request.method;
  }

  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.#queryText));
  }

  get body(): AsyncIterable<Uint8Array> {
    const { limits, room } = this.#bodies;
    this.#share ??= new BodyShare(room);
    return (this.#body ??= bodyOf(this.#request, limits, this.#share, () => this.#waits()));
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  header(name: string): string | undefined {
    return this.#request.header(name);
  }

  /** Gives back the room that its body had. */
  [Symbol.dispose](): void {
    this.#share?.release();
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
