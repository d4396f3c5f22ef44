import { delay } from '../../base/abort.ts';
import { leavable } from '../../base/leavable.ts';
import { mergeStreams } from '../../base/mergeStreams.ts';
import { LogError } from '../../model/errors.ts';
import type { HttpAnswer } from '../http.ts';

/** Milliseconds between heartbeats: who hears nothing for two and a half of them has lost the stream. */
export const heartbeat = 4_000;

/** A part of a stream: a string of whole events, or a piece of a large one. */
export type Part = string | Uint8Array;

export interface EventStream {
  /** Sent before anything else. */
  readonly opening?: string;
  /** Its events; the stream ends when they all have. Each begins before anything is sent. */
  readonly parts: readonly ((signal: AbortSignal) => AsyncGenerator<Part, void>)[];
  /** What a heartbeat looks like. */
  readonly beat: () => string;
  /** Sent when all the parts have ended. */
  readonly end: () => string;
}

const headers = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  // Tells nginx to pass events on as they come.
  'x-accel-buffering': 'no',
};

/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html */
export function eventStreamAnswer(stream: EventStream, signal: AbortSignal): HttpAnswer {
  return { status: 200, headers, body: leavable((inner) => bodyOf(stream, inner), signal) };
}

/** One event. JSON has no line breaks; an id that has is none and is left out. */
export function eventText(event: string, data: unknown, id?: string): string {
  return `${idLine(id)}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Moves on the place to resume from, without an event. */
export function idText(id: string): string {
  return `${idLine(id)}\n`;
}

async function* bodyOf({ opening, parts, beat, end }: EventStream, signal: AbortSignal): AsyncGenerator<Part, void> {
  try {
    if (opening !== undefined) yield opening;
    const lanes = parts.map((part) => leavable(part, signal));
    yield* mergeStreams(lanes, [greeting(), leavable((inner) => beats(beat, inner), signal)]);
    yield end();
  } catch (error) {
    yield errorText(error);
    // Who runs the service wants to know of what nobody expected.
    if (LogError.from(error).code === 'internal') throw error;
  }
}

/** A comment: makes the headers leave when what follows has begun to watch. */
async function* greeting(): AsyncGenerator<string, void> {
  yield ': open\n\n';
}

async function* beats(beat: () => string, signal: AbortSignal): AsyncGenerator<string, void> {
  for (;;) {
    await delay(heartbeat, signal);
    yield beat();
  }
}

/** To who listens, a service that is closing is one that is out of reach for a while; what failed within it is not told. */
function errorText(error: unknown): string {
  const known = LogError.from(error);
  const { code, message } =
    known.code === 'internal' ? new LogError('internal', 'The service failed. Its own log says more.') : known;
  return eventText('error', { type: 'error', code: code === 'closed' ? 'unavailable' : code, message });
}

function idLine(id: string | undefined): string {
  return id === undefined || /[\r\n\0]/.test(id) ? '' : `id: ${id}\n`;
}
