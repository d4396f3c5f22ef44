import type { LineColumns, LineOrigin } from '../model/line.ts';
import type { Gap } from '../model/page.ts';

export interface HeldChunk {
  readonly origin: LineOrigin;
  readonly firstNumber: number;
  readonly count: number;
  /** Undefined when they are gone. */
  lines: LineColumns | undefined;
  readonly lost?: Gap['reason'];
  /** Nobody knows how many were lost: `count` is 1 for want of a better one. */
  readonly uncounted?: true;
}

/** A scope's chunks in the order they became known, each with the row it begins at. */
export class HeldLog {
  readonly chunks: HeldChunk[] = [];
  readonly firstRows: number[] = [];
  rows = 0;

  add(chunk: HeldChunk): void {
    this.chunks.push(chunk);
    this.firstRows.push(this.rows + 1);
    this.rows += chunk.count;
  }

  /** Index of the chunk that holds `row`. */
  indexAt(row: number): number {
    let low = 0;
    let high = this.chunks.length;
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((this.firstRows[middle] ?? 0) <= row) low = middle;
      else high = middle;
    }
    return low;
  }

  /** The row in this log of line `number` of the log of its host, of which `chunk` is a part. */
  rowOf(chunk: HeldChunk | undefined, number: number): number {
    const index = chunk ? this.chunks.indexOf(chunk) : -1;
    return (this.firstRows[index] ?? 0) + number - (chunk?.firstNumber ?? 0);
  }

  /** The first row whose line has a time that is not earlier; one past the last when none has. */
  rowAtTime(time: number): number {
    for (const [index, { lines }] of this.chunks.entries()) {
      const line = lines?.times.findIndex((at) => at >= time) ?? -1;
      if (line >= 0) return (this.firstRows[index] ?? 0) + line;
    }
    return this.rows + 1;
  }
}
