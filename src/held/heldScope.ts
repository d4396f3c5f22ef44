import type { Chunk, ChunkedLog, Place } from '../base/chunkedLog.ts';
import { invalidPointer } from '../base/hostPointer.ts';
import type { LogScope } from '../model/query.ts';
import type { Pointer } from '../model/pointer.ts';
import type { HeldLines } from './heldLines.ts';
import type { HeldLog } from './heldLog.ts';
import { placeIn, startOf } from './pointers.ts';

/** A scope's held lines as a page is read from them. */
export class HeldScope implements ChunkedLog {
  readonly #scope: LogScope;
  readonly #held: HeldLines;
  readonly #log: HeldLog;
  readonly finished: boolean;

  constructor(scope: LogScope, held: HeldLines, finished: boolean) {
    this.#scope = scope;
    this.#held = held;
    this.#log = held.logOf(scope.step, scope.host);
    this.finished = finished;
  }

  get rows(): number {
    return this.#log.rows;
  }

  get startPointer(): Pointer {
    return startOf(this.#held.scheme, this.#scope.execution);
  }

  chunkAt(row: number): Chunk {
    return chunkIn(this.#log, this.#log.indexAt(row));
  }

  placeOf(pointer: Pointer): Place {
    const { step, host, number, after } = placeIn(this.#held.scheme, this.#scope, pointer);
    if (number === 0) return { row: 0, onLine: false };
    const own = this.#held.logOf(step, host);
    if (number > own.rows) throw invalidPointer('names a line that has not been read in this session');
    return { row: this.#log.rowOf(own.chunks[own.indexAt(number)], number), onLine: !after };
  }

  rowAtTime(time: number): number {
    return this.#log.rowAtTime(time);
  }
}

/** A held chunk as readers see it. */
export function chunkIn(log: HeldLog, index: number): Chunk {
  const chunk = log.chunks[index];
  const firstRow = log.firstRows[index];
  if (!chunk || firstRow === undefined) throw new RangeError(`no chunk ${index}`);
  const { lines, ...rest } = chunk;
  return { ...rest, firstRow, ...(lines && { lines }) };
}
