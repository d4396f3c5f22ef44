import { LogError } from '../../../model/errors.ts';
import type { Position } from '../../../model/query.ts';
import type { LogStream } from './logStream.ts';
import { endPlace, readPointer, startPlace, type Place } from './pointers.ts';
import type { Beginning } from './scan.ts';
import { compareIds } from './streamId.ts';

/** Where a page begins and which ways it goes from there. */
export interface From extends Beginning {
  readonly forth: boolean;
  readonly back: boolean;
  /** Only lines from the first of this time or later are wanted. */
  readonly since?: number;
}

/** Producers' clocks may be ahead of Redis by so much, or lines be that old when they come, before a time misses one. */
const skewMilliseconds = 3_600_000;

/** Throws invalidPointer, and invalidRequest for line numbers, which nobody can count here. */
export async function beginningOf(position: Position, prefix: string, stream: LogStream): Promise<From> {
  switch (position.at) {
    case 'start':
      return { place: startPlace, forth: true, back: false };
    case 'end':
      return { place: endPlace, forth: false, back: true };
    case 'before':
    case 'after':
    case 'around':
      return atPointer(position, prefix, stream);
    case 'time':
      return { place: await placeOfTime(position.time, stream), forth: true, back: false, since: position.time };
    case 'line':
      throw new LogError('invalidRequest', 'Lines have no numbers here. Read from a pointer or a time instead.');
  }
}

async function atPointer(
  { at, pointer }: Extract<Position, { readonly pointer: unknown }>,
  prefix: string,
  stream: LogStream,
): Promise<From> {
  const ways = { forth: at !== 'before', back: at !== 'after' };
  const pointed = readPointer(prefix, pointer);
  if (pointed.kind === 'place') return { place: pointed.place, ...ways };
  if (pointed.kind === 'line') {
    const { id, part } = pointed;
    return { place: { id, part: at === 'after' ? part : part - 1 }, line: { id, part }, ...ways };
  }
  if (at !== 'after') return { place: endPlace, forth: false, back: true };
  return { place: { id: (await stream.state()).last, part: Infinity }, forth: true, back: false };
}

/** Lines lie in the order they were received in, which is seldom far from that of their times. */
async function placeOfTime(time: number, stream: LogStream): Promise<Place> {
  const { first, last } = await stream.state();
  const id = `${Math.max(0, Math.floor(time - skewMilliseconds))}-0`;
  if (first === undefined || compareIds(id, first) <= 0) return startPlace;
  return { id: compareIds(id, last) > 0 ? last : id, part: compareIds(id, last) > 0 ? Infinity : -1 };
}
