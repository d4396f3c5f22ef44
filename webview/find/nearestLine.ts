import { linePointer } from '../../src/base/lineBatch.ts';
import type { LogPage } from '../../src/model/page.ts';
import type { Pointer } from '../../src/model/pointer.ts';
import type { LogFilter, Position } from '../../src/model/query.ts';
import type { ReadLines } from './lineSearch.ts';

export type Direction = 'next' | 'previous';

/** A line that was read: its number, 0 where nobody counts, and its pointer. */
export interface ReadLine {
  readonly line: number;
  readonly pointer: Pointer;
}

export interface WalkOptions {
  readonly signal: AbortSignal;
  /** One page more has been read without finding anything. */
  readonly wentOn?: () => void;
}

/** Reads on, one way, to the first line that passes a filter; undefined when there is none up to that end. */
export async function nearestLine(
  read: ReadLines,
  filter: LogFilter,
  direction: Direction,
  start: Position,
  { signal, wentOn }: WalkOptions,
): Promise<ReadLine | undefined> {
  let position: Position | undefined = start;
  while (position) {
    const page: LogPage = await read({ position, limit: { lines: 1 }, filter, withoutText: true }, { signal });
    const { lines } = page;
    if (lines.count > 0) {
      const index = direction === 'next' ? 0 : lines.count - 1;
      return { line: lines.numbers[index] ?? 0, pointer: linePointer(lines, index) };
    }
    position = onward(page, direction);
    if (position) wentOn?.();
  }
  return undefined;
}

function onward(page: LogPage, direction: Direction): Position | undefined {
  if (direction === 'previous') return page.older === undefined ? undefined : { at: 'before', pointer: page.older };
  if (page.complete || (page.scanned?.lines ?? 0) === 0) return undefined;
  return { at: 'after', pointer: page.newer };
}
