import type { IncomingMessage, ServerResponse } from 'node:http';
import { LogError } from '../model/errors.ts';
import type { HttpRequest } from './request.ts';

/** One request of Node's server, as the service sees it. */
export class Exchange implements HttpRequest {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  #awaited: boolean;
  #over = false;
  #ended: PromiseWithResolvers<undefined> | undefined;
  #call: AbortController | undefined;
  /** Why it is aborted, once it is: to make an error for every answer would cost more than the answer. */
  #reason: (() => LogError) | undefined;

  /** With `expectsContinue`, the caller sends the body only when it was told to. */
  constructor(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean) {
    this.#request = request;
    this.#response = response;
    this.#awaited = expectsContinue;
    response.once('close', () => {
      if (!this.#over) this.abort(hasLeft);
    });
    // A reader that goes away is told by 'close'.
    response.on('error', () => undefined);
  }

  get method(): string {
    return this.#request.method ?? '';
  }

  get target(): string {
    return this.#request.url ?? '/';
  }

  get signal(): AbortSignal {
    if (!this.#call) {
      this.#call = new AbortController();
      if (this.#reason) this.#call.abort(this.#reason());
    }
    return this.#call.signal;
  }

  get body(): AsyncIterable<Uint8Array> {
    return this.#received();
  }

  /** Whether some of the body was not read; a body that was never asked for does not come. */
  get hasUnread(): boolean {
    const { headers, readableEnded } = this.#request;
    const has = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    return has && !readableEnded;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  /** Resolves when nothing more is done for it. */
  get ended(): Promise<undefined> {
    this.#ended ??= Promise.withResolvers<undefined>();
    if (this.#over) this.#ended.resolve(undefined);
    return this.#ended.promise;
  }

  end(): void {
    this.#over = true;
    this.#ended?.resolve(undefined);
  }

  abort(reason: () => LogError): void {
    this.#reason ??= reason;
    if (!this.#call?.signal.aborted) this.#call?.abort(this.#reason());
  }

  /** Lets the rest of the body pass, for so many milliseconds: who still sends does not read the answer. */
  async letPass(milliseconds: number): Promise<void> {
    const request = this.#request;
    if (this.#awaited || request.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        request.off('end', done).off('close', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      request.on('end', done).on('close', done);
      request.resume();
    });
  }

  async *#received(): AsyncGenerator<Uint8Array, void> {
    if (this.#awaited) this.#response.writeContinue();
    this.#awaited = false;
    try {
      for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) yield chunk as Uint8Array;
    } catch (error) {
      const words = 'The request was cut short. Send again what was not acknowledged.';
      throw new LogError('invalidRequest', words, { cause: error });
    }
  }
}

function hasLeft(): LogError {
  return new LogError('closed', 'The caller has left.');
}
