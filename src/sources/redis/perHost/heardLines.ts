import { joinLines, type LineRange } from '../../../base/joinLines.ts';
import { pointerPrefix } from '../../../base/hostPointer.ts';
import type { Reading } from '../../../base/readPage.ts';
import { pointer } from '../../../model/pointer.ts';
import type { Room } from '../../../base/pageRequest.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Heard } from '../keptTail.ts';
import type { Wake } from '../wakeEntry.ts';
import { decodeLines, toldEntry } from './entry.ts';
import { scheme } from './records.ts';

/** Who is so far behind reads. */
const mostHeard = 100;

/**
 * Lines that were told with the news of them, for one tail: as long as they go on exactly where the tail stands, it
 * need not ask for them. Whatever else is heard, or missed, makes it look.
 */
export class HeardLines {
  readonly #scope: LogScope;
  readonly #room: Room;
  readonly #heard: Wake[] = [];
  #mustLook = true;

  /** No more is given at once than `room` has. */
  constructor(scope: LogScope, room: Room) {
    this.#scope = scope;
    this.#room = room;
  }

  hear(wake: Wake | undefined): void {
    if (wake?.told && this.#heard.length < mostHeard) this.#heard.push(wake);
    else this.#mustLook = true;
  }

  /**
   * What comes after row `row` of the execution born as `born`; `nothing` when all that was heard stands before it,
   * undefined when that is not known without looking.
   */
  take(row: number, born: string): Heard {
    const heard = this.#heard.splice(0);
    if (this.#mustLook) {
      this.#mustLook = false;
      return undefined;
    }
    const ranges: LineRange[] = [];
    let end = row;
    let bytes = 0;
    for (const wake of heard) {
      const found = this.#rangeOf(wake, born);
      if (!found || found.firstRow > end + 1) return undefined;
      // What was there when the tail looked last is told late.
      if (found.firstRow + found.range.to - 1 <= end) continue;
      if (found.firstRow <= end) return undefined;
      bytes += found.range.lines.text.length;
      if (end + found.range.to - row > this.#room.lines || bytes > this.#room.bytes) {
        // The rest is read.
        return ranges.length === 0 ? undefined : readingOf(ranges, row, end, false);
      }
      ranges.push(found.range);
      end += found.range.to;
    }
    if (ranges.length > 0) return readingOf(ranges, row, end, true);
    return heard.length > 0 ? 'nothing' : undefined;
  }

  #rangeOf({ execution, step = '', host = '', told }: Wake, born: string) {
    const entry = told && toldEntry(told);
    if (entry?.born !== born) return undefined;
    const lines = decodeLines(entry);
    if (!lines) return undefined;
    const { log, firstNumber, count, stepRow, executionRow } = entry;
    const origin = { step, host, pointerPrefix: pointerPrefix(scheme, execution, log) };
    const range: LineRange = { origin, firstNumber, lines, from: 0, to: count };
    const wide = this.#scope.step === undefined ? executionRow : stepRow;
    return { range, firstRow: this.#scope.host === undefined ? wide : firstNumber };
  }
}

function readingOf(ranges: readonly LineRange[], before: number, end: number, atEnd: boolean): Reading {
  const [first] = ranges;
  const last = ranges.at(-1);
  if (!first || !last) throw new RangeError('no lines');
  const page = {
    lines: joinLines(ranges),
    older: pointer(`${first.origin.pointerPrefix}${first.firstNumber}`),
    newer: pointer(`${last.origin.pointerPrefix}${last.firstNumber + last.to - 1}`),
    complete: false,
    firstLine: before + 1,
    total: end,
  };
  return { page, atEnd };
}
