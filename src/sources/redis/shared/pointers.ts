import { LogError } from '../../../model/errors.ts';
import { pointer, type Pointer } from '../../../model/pointer.ts';
import { greatestId, idBefore, isStreamId, zeroId, type StreamId } from './streamId.ts';

/**
 * A place between two lines of the stream: just behind line `part` (from 0) of entry `id`, before the entry's first
 * line when that is -1, behind its last when that is infinite.
 */
export interface Place {
  readonly id: StreamId;
  readonly part: number;
}

export const startPlace: Place = { id: zeroId, part: Infinity };
export const endPlace: Place = { id: greatestId, part: Infinity };

/** What a pointer says: a line, the place behind an entry that need not be there, or the newest line. */
export type Pointed =
  | { readonly kind: 'line'; readonly id: StreamId; readonly part: number }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'newest' };

/**
 * What comes before the id in pointers: `redis:<stream>/<execution>@`, as the systems that write the stream have it.
 * Behind the id, `.2` is the third line of an entry of several, and `+` the place behind the entry.
 */
export function pointerPrefix(stream: string, execution: string): string {
  return `redis:${encoded(stream)}/${encoded(execution)}@`;
}

/** Percent-encoded, also when it is no well-formed text. */
export function encoded(name: string): string {
  return encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** Reading after the result goes on at `place`. */
export function placePointer(prefix: string, { id, part }: Place): Pointer {
  if (part >= 0 && part !== Infinity) return linePointer(prefix, id, part);
  return pointer(`${prefix}${part < 0 ? idBefore(id) : id}+`);
}

export function linePointer(prefix: string, id: StreamId, part: number): Pointer {
  return pointer(part === 0 ? `${prefix}${id}` : `${prefix}${id}.${part}`);
}

/** Throws invalidPointer unless `text` belongs to what `prefix` names. */
export function readPointer(prefix: string, text: Pointer): Pointed {
  if (typeof text !== 'string' || !text.startsWith(prefix)) throw invalidPointer('is none of this execution');
  const said = text.slice(prefix.length);
  if (said === '') return { kind: 'newest' };
  const [, id = '', part, plus] = /^(\d{1,20}-\d{1,20})(?:\.([1-9]\d{0,8})|(\+))?$/.exec(said) ?? [];
  if (!isStreamId(id)) throw invalidPointer('is damaged');
  if (plus) return { kind: 'place', place: { id, part: Infinity } };
  return { kind: 'line', id, part: Number(part ?? 0) };
}

export function invalidPointer(why: string): LogError {
  return new LogError('invalidPointer', `The pointer ${why}. Read from the start or the end instead.`);
}
