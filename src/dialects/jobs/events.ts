import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import { LogError } from '../../model/errors.ts';
import type { HttpAnswer } from '../http.ts';

export interface JobEvents {
  /** Sent before anything else. */
  readonly opening: string;
  /** Texts of whole events; the stream ends when all of these have. */
  readonly parts: readonly ((signal: AbortSignal) => AsyncGenerator<string, void>)[];
  /** What is sent when nothing else was for so many milliseconds. */
  readonly beat: { readonly every: number; readonly text: (signal: AbortSignal) => Promise<string> };
  /** What is sent when the parts have ended. */
  readonly end: (signal: AbortSignal) => Promise<string>;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Tells nginx to pass events on as they come.
  'x-accel-buffering': 'no',
};

/** An event without a name, as the document has them; `id` is where a client that knows of ids resumes. */
export function eventText(data: unknown, id?: string): string {
  const idLine = id === undefined || /[\r\n\0]/.test(id) ? '' : `id: ${id}\n`;
  return `${idLine}data: ${JSON.stringify(data)}\n\n`;
}

/** A stream of unnamed events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventStreamAnswer(events: JobEvents, signal: AbortSignal): HttpAnswer {
  return { status: 200, headers, body: leavable((inner) => bodyOf(events, inner), signal) };
}

async function* bodyOf({ opening, parts, beat, end }: JobEvents, signal: AbortSignal): AsyncGenerator<string, void> {
  const silence = new Silence(beat.every);
  const lanes = parts.map((part) => leavable(part, signal));
  const beats = leavable((inner) => silence.beats(beat.text, inner), signal);
  try {
    yield opening;
    for await (const text of mergeStreams(lanes, [beats])) {
      silence.broken();
      yield text;
    }
    const last = await end(signal);
    if (last !== '') yield last;
  } catch (error) {
    yield errorText(error);
    // Who runs the service wants to know of what nobody expected.
    if (LogError.from(error).code === 'internal') throw error;
  }
}

/** Knows how long nothing was sent. */
class Silence {
  readonly #longest: number;
  #since = performance.now();

  constructor(longest: number) {
    this.#longest = longest;
  }

  broken(): void {
    this.#since = performance.now();
  }

  async *beats(text: (signal: AbortSignal) => Promise<string>, signal: AbortSignal): AsyncGenerator<string, void> {
    for (;;) {
      const left = this.#since + this.#longest - performance.now();
      if (left > 0) await delay(left, signal);
      else yield await text(signal);
    }
  }
}

/**
 * The one event with a name: a browser's `EventSource` takes it for a failure, which it is, and everyone else can read
 * why. To who listens, a service that is closing is out of reach for a while; what failed within it is not told.
 */
function errorText(error: unknown): string {
  const known = LogError.from(error);
  const { code, message } =
    known.code === 'internal' ? new LogError('internal', 'The service failed. Its own log says more.') : known;
  return `event: error\n${eventText({ type: 'error', code: code === 'closed' ? 'unavailable' : code, message })}`;
}
