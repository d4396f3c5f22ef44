import { News } from '../../../base/news.ts';
import { LogError } from '../../../model/errors.ts';
import type { Api } from '../../api.ts';
import { openEventStream } from '../../eventStream.ts';
import { pathSegment } from '../../pathSegment.ts';
import { fieldsOf, textOf } from '../../values.ts';

/** Longest time without a byte; a system that says nothing between lines is heard of by asking. */
const silence = 120_000;
const eventId = /^[\x21-\x7e]{1,500}$/;
const longestEvent = 16 * 1_048_576;

/**
 * What a run's stream is good for: it tells that there is something to be read. What is told so is read like all
 * else, for the stream may leave out, repeat, and reorder. It counts only once it has brought a line: in some
 * systems none ever does.
 */
export class Nudges {
  readonly news = new News();
  readonly #api: Api;
  #hasProved = false;
  #isOpen = false;
  #areListening = false;

  constructor(api: Api) {
    this.#api = api;
  }

  get areListening(): boolean {
    return this.#areListening;
  }

  /** Lines come by themselves. */
  get areRelied(): boolean {
    return this.#isOpen && this.#hasProved;
  }

  /** The stream has brought a line before. */
  get hasProved(): boolean {
    return this.#hasProved;
  }

  /**
   * Listens until the stream ends, for whatever reason, or the signal aborts; false when it said that
   * it is of no use. `newest` is the key of the newest line known: a system that numbers its events begins after it.
   */
  async listen(run: string, newest: string | undefined, signal: AbortSignal): Promise<boolean> {
    const path = `/api/job-runs/${pathSegment(run)}/logs/stream`;
    this.#areListening = true;
    try {
      const headers = await this.#api.authorization();
      const from = newest !== undefined && eventId.test(newest) ? { lastEventId: newest } : {};
      const url = this.#api.streamUrl(path, new URLSearchParams());
      const options = {
        ...from,
        headers,
        signal,
        silence,
        longestEvent,
        fetch: this.#api.fetch,
        events: ['open', 'log', 'status', 'end'],
      };
      for await (const { event, data } of openEventStream(url, options)) {
        if (event === 'open') {
          this.#isOpen = true;
          continue;
        }
        if (!this.#hears(data)) return false;
        this.news.tell();
      }
    } catch (error) {
      if (!signal.aborted) this.#api.trace(`${path} broke off: ${LogError.from(error).message}`);
    } finally {
      this.#areListening = false;
      this.#isOpen = false;
      this.news.tell();
    }
    return true;
  }

  /** False for an error, which is the last thing that such a stream says. */
  #hears(data: string): boolean {
    const told = fieldsOf(parsed(data));
    const error = textOf(told['error']);
    if (error !== undefined && !('message' in told)) {
      this.#api.trace(`The stream of lines is of no use: ${error.slice(0, 200)}`);
      return false;
    }
    if (textOf(told['message']) !== undefined) this.#hasProved = true;
    return true;
  }
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data) as unknown;
  } catch {
    // It tells at least that there is something.
    return undefined;
  }
}
