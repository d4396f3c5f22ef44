import type { LineColumns } from '../model/line.ts';

interface Missing {
  readonly lines: number;
  /** Number of the last line before them. */
  readonly after: number;
  readonly from: number;
  readonly to: number;
}

/** Counts the lines of a log that could not be recorded, so that they are told of and never silently missing. */
export class Shortfall {
  #all: Missing | undefined;
  #untold: Missing | undefined;
  #reason = '';

  /** True while lines are missing that the log does not tell of. */
  get pending(): boolean {
    return this.#untold !== undefined;
  }

  /** `number` is the one that the first of the lines would have had; `reason` a sentence. */
  add(number: number, lines: LineColumns, reason: string): void {
    const more = {
      lines: lines.count,
      after: number - 1,
      from: lines.times[0] ?? Number.NaN,
      to: lines.times[lines.count - 1] ?? Number.NaN,
    };
    this.#all = joined(this.#all, more);
    this.#untold = joined(this.#untold, more);
    this.#reason = reason;
  }

  /** What the log has to tell; undefined when nothing is missing that it does not know. */
  pendingWords(): string | undefined {
    return this.#untold && words(this.#untold, this.#reason);
  }

  told(): void {
    this.#untold = undefined;
  }

  /** All that is missing; undefined when nothing is. */
  summary(): string | undefined {
    return this.#all && words(this.#all, this.#reason);
  }
}

function joined(before: Missing | undefined, more: Missing): Missing {
  return before ? { ...before, lines: before.lines + more.lines, to: more.to } : more;
}

function words({ lines, after, from, to }: Missing, reason: string): string {
  const many = lines === 1 ? '1 line was' : `${lines.toLocaleString('en')} lines were`;
  const place = after === 0 ? 'before the first line' : `after line ${after.toLocaleString('en')}`;
  return `${many} not recorded ${place}, ${clock(from)} to ${clock(to)}. ${reason}`;
}

function clock(time: number): string {
  return Number.isNaN(time) ? 'unknown' : new Date(time).toISOString();
}
