import { LogError } from '../../../model/errors.ts';
import type { RedisConnection, Reply } from '../connection.ts';
import { EntryReader, idIn, textOf, type RawEntry } from './fields.ts';
import type { Place } from './pointers.ts';
import { isStreamId, zeroId, type StreamId } from './streamId.ts';

/** What Redis says of a stream as a whole; one that is not there is an empty one. */
export interface StreamState {
  /** Absent when it holds nothing. */
  readonly first?: StreamId;
  /** The greatest id there ever was. */
  readonly last: StreamId;
  /** How many entries there ever were. */
  readonly added: number;
  /** How many of them are gone. */
  readonly removed: number;
  /** The greatest id that was ever taken out singly. */
  readonly deleted: StreamId;
}

/** Entries next to a place, nearest first, and the stream as it was right after they were read. */
export interface Stretch {
  readonly entries: readonly RawEntry[];
  readonly state: StreamState;
  /** There were no more in this direction. */
  readonly isLast: boolean;
}

/** Answers are kept to about so many bytes, as far as one can tell before. */
const answerBytes = 4 * 1_048_576;
/** More would keep the thread from others for too long. */
const largestAnswer = 500;
const firstAnswer = 200;

/** The stream that all executions share, read without ever changing anything about it. */
export class LogStream {
  readonly key: string;
  readonly #redis: RedisConnection;
  readonly entries = new EntryReader();
  /** Of an entry, as lately seen; a line may have 5 MB. */
  #bytes = answerBytes / firstAnswer;

  constructor(redis: RedisConnection, key: string) {
    this.#redis = redis;
    this.key = key;
  }

  async state(): Promise<StreamState> {
    const [state] = await this.#redis.tryAll([['XINFO', 'STREAM', this.key]]);
    return stateOf(state);
  }

  /** At most `most` entries behind a place, or before it; the place's own entry is among them. */
  async read(direction: 'forward' | 'backward', { id, part }: Place, most: number): Promise<Stretch> {
    const count = Math.max(1, Math.min(most, largestAnswer, Math.floor(answerBytes / this.#bytes)));
    const range =
      direction === 'forward'
        ? (['XRANGE', this.key, part === Infinity ? `(${id}` : id, '+'] as const)
        : (['XREVRANGE', this.key, id, '-'] as const);
    const [found, state] = await this.#redis.tryAll([
      [...range, 'COUNT', String(count)],
      ['XINFO', 'STREAM', this.key],
    ]);
    if (found instanceof LogError) throw found;
    const entries = this.entries.entriesOf(found);
    if (entries.length > 0) this.#bytes = Math.max(64, sizeOf(entries) / entries.length);
    return { entries, state: stateOf(state), isLast: Array.isArray(found) ? found.length < count : true };
  }
}

const nothing: StreamState = { last: zeroId, added: 0, removed: 0, deleted: zeroId };

/** Reads the answer to XINFO STREAM. */
export function stateOf(reply: Reply | LogError | undefined): StreamState {
  if (reply instanceof LogError) {
    if (reply.message.includes('no such key')) return nothing;
    throw reply;
  }
  const told = new Map<string, Reply>();
  const parts = Array.isArray(reply) ? (reply as readonly Reply[]) : [];
  for (let i = 0; i + 1 < parts.length; i += 2) told.set(textOf(parts[i]), parts[i + 1] ?? null);
  const length = countOf(told.get('length'));
  const added = told.has('entries-added') ? countOf(told.get('entries-added')) : length;
  const first = idIn(told.get('first-entry'));
  const idOf = (name: string): StreamId => (isStreamId(textOf(told.get(name))) ? textOf(told.get(name)) : zeroId);
  return {
    ...(first !== undefined && { first }),
    last: idOf('last-generated-id'),
    added,
    removed: Math.max(0, added - length),
    deleted: idOf('max-deleted-entry-id'),
  };
}

function countOf(reply: Reply | undefined): number {
  return typeof reply === 'number' ? reply : 0;
}

function sizeOf(entries: readonly RawEntry[]): number {
  let bytes = 0;
  for (const { fields } of entries)
    for (const field of fields) bytes += field instanceof Uint8Array ? field.length + 16 : 16;
  return bytes;
}
