import type { Chunk, ChunkedLog, Place } from '../../../base/chunkedLog.ts';
import { invalidPointer } from '../../../base/hostPointer.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Pointer } from '../../../model/pointer.ts';
import type { HeldLines, HeldLog } from './heldLines.ts';
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
    return startOf(this.#scope.execution);
  }

  chunkAt(row: number): Chunk {
    const index = this.#log.indexAt(row);
    const chunk = this.#log.chunks[index];
    const firstRow = this.#log.firstRows[index];
    if (!chunk || firstRow === undefined) throw new RangeError(`no row ${row}`);
    const { origin, firstNumber, count, lines } = chunk;
    return { origin, firstNumber, firstRow, count, ...(lines && { lines }) };
  }

  placeOf(pointer: Pointer): Place {
    const { step, host, number, after } = placeIn(this.#scope, pointer);
    if (number === 0) return { row: 0, onLine: false };
    const own = this.#held.logOf(step, host);
    if (number > own.rows) throw invalidPointer('names a line that has not been read in this session');
    const chunk = own.chunks[own.indexAt(number)];
    const index = chunk ? this.#log.chunks.indexOf(chunk) : -1;
    return { row: (this.#log.firstRows[index] ?? 0) + number - (chunk?.firstNumber ?? 0), onLine: !after };
  }

  rowAtTime(time: number): number {
    for (const [index, { lines }] of this.#log.chunks.entries()) {
      const line = lines?.times.findIndex((at) => at >= time) ?? -1;
      if (line >= 0) return (this.#log.firstRows[index] ?? 0) + line;
    }
    return this.rows + 1;
  }
}
