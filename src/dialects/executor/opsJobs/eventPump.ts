import { abortReason, delay } from '../../../base/abort.ts';
import { LogError } from '../../../model/errors.ts';
import { openEventStream } from '../../eventStream.ts';
import type { OpsJobsApi } from './api.ts';
import { parseJson } from './json.ts';
import type { Pace } from './pace.ts';
import { isStreamId } from './streamIds.ts';
import { fieldsOf, textOf, type Fields } from '../../values.ts';

export interface PumpListener {
  line(data: Fields, id: string): void;
  /** Something else that the stream said: that it is open, a heartbeat, that a result has come in. */
  heard(what: 'open' | 'heartbeat' | 'status'): void;
  /** Nothing has come for longer than the server is ever silent, unless others write; it is connected anew. */
  silent(): void;
  /** Not to be had; tried again at `retryAt`. */
  broke(error: LogError, retryAt: number): void;
}

/** Nothing for so many heartbeats means that something is wrong. */
const heartbeats = 2.5;

/** Keeps one execution's stream connected, from the last line that it gave, until it is ended. */
export class EventPump {
  readonly #api: OpsJobsApi;
  readonly #executionId: string;
  readonly #pace: Pace;
  readonly #listener: PumpListener;
  readonly #ended = new AbortController();
  #connection = new AbortController();
  #from: string;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;

  constructor(api: OpsJobsApi, executionId: string, from: string, pace: Pace, listener: PumpListener) {
    this.#api = api;
    this.#executionId = executionId;
    this.#from = from;
    this.#pace = pace;
    this.#listener = listener;
    void this.#run();
  }

  /** Tries at once instead of when the pause is over. */
  retry(): void {
    this.#attempts = 0;
    this.#connection.abort(new LogError('closed', 'The stream is tried again.'));
  }

  /** Goes on after `id` instead of where it was. */
  skipTo(id: string): void {
    this.#from = id;
    this.#connection.abort(new LogError('closed', 'The stream is read from elsewhere.'));
  }

  end(): void {
    const reason = new LogError('closed', 'The stream is not needed any more.');
    this.#ended.abort(reason);
    this.#connection.abort(reason);
  }

  async #run(): Promise<void> {
    let renewed = false;
    while (!this.#ended.signal.aborted) {
      const connection = new AbortController();
      this.#connection = connection;
      const headers: Record<string, string> = {};
      try {
        Object.assign(headers, await this.#api.session.headers());
        await this.#listen(headers, connection.signal);
        throw new LogError('unavailable', 'The server has closed the stream without a word.');
      } catch (error) {
        if (connection.signal.aborted) continue;
        const known = LogError.from(error, 'unavailable');
        if (known.code === 'unauthorized' && !renewed) {
          renewed = true;
          await this.#api.session.renew(headers['authorization']).catch((failure: unknown) => this.#pause(failure));
        } else {
          renewed = false;
          await this.#pause(known);
        }
      } finally {
        clearTimeout(this.#watchdog);
      }
    }
  }

  async #listen(headers: Record<string, string>, signal: AbortSignal): Promise<void> {
    const url = this.#api.streamUrl(this.#executionId, this.#from);
    this.#api.trace(`GET ${url.pathname}${url.search}`);
    // A silence longer than ours means that even our own watchdog is stuck.
    const silence = this.#pace.heartbeat * heartbeats * 10;
    this.#watch();
    const events = openEventStream(url, { headers, fetch: this.#api.fetch, silence, signal });
    for await (const { data, id } of events) {
      if (signal.aborted) throw abortReason(signal);
      this.#watch();
      this.#attempts = 0;
      this.#hear(fieldsOf(parseJson(data)), id);
    }
  }

  #hear(data: Fields, id: string): void {
    switch (data['type']) {
      case 'log':
        // Events about results carry ids of another stream; going on from one of those would skip lines.
        if (isStreamId(id)) this.#from = id;
        this.#listener.line(data, id);
        return;
      case 'connection_established':
        this.#listener.heard('open');
        return;
      case 'heartbeat':
        this.#listener.heard('heartbeat');
        return;
      case 'status':
        this.#listener.heard('status');
        return;
      case 'error':
        throw new LogError(
          'unavailable',
          `The server's stream fails: ${textOf(data['message']) ?? 'it does not say why'}`,
        );
      default:
    }
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    const connection = this.#connection;
    this.#watchdog = setTimeout(() => {
      this.#api.trace(`The stream of ${this.#executionId} is silent; connecting anew.`);
      connection.abort(new LogError('unavailable', 'The stream is silent.'));
      this.#listener.silent();
    }, this.#pace.heartbeat * heartbeats);
  }

  async #pause(failure: unknown): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const error = LogError.from(failure, 'unavailable');
    const [first, longest] = this.#pace.backoff;
    const wait = Math.min(longest, first * 2 ** this.#attempts++) * (0.75 + Math.random() / 2);
    this.#api.trace(
      `The stream of ${this.#executionId} is not to be had, next attempt in ${Math.round(wait)} ms: ${error.message}`,
    );
    this.#listener.broke(error, Date.now() + wait);
    await delay(wait, this.#connection.signal).catch(() => undefined);
  }
}
