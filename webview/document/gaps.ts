import type { Gap } from '../../src/model/page.ts';

export interface MissingLines {
  /** First and last missing line number. */
  readonly from: number;
  readonly to: number;
  readonly gap: Gap;
}

/**
 * Maps line numbers to rows where lines that can no longer be had share one row each stretch. Without
 * gaps, row = line − 1.
 */
export class Gaps {
  #gaps: readonly MissingLines[] = [];

  rowOf(line: number): number {
    let row = line - 1;
    for (const { from, to } of this.#gaps) {
      if (from >= line) break;
      row -= Math.min(to, line) - from;
    }
    return row;
  }

  lineOf(row: number): number {
    let line = row + 1;
    for (const { from, to } of this.#gaps) {
      if (from >= line) break;
      line += to - from;
    }
    return line;
  }

  /** The gap that a line is part of. */
  at(line: number): MissingLines | undefined {
    return this.#gaps.find(({ from, to }) => from <= line && line <= to);
  }

  /** Learns of missing lines; a stretch that touches a known one of the same reason becomes one with it. */
  add(found: MissingLines): void {
    let merged = found;
    const rest: MissingLines[] = [];
    for (const known of this.#gaps) {
      const touches = known.from <= merged.to + 1 && merged.from <= known.to + 1;
      if (!touches) rest.push(known);
      else merged = joined(known, merged);
    }
    rest.push(merged);
    this.#gaps = rest.sort((a, b) => a.from - b.from);
  }
}

function joined(known: MissingLines, found: MissingLines): MissingLines {
  const from = Math.min(known.from, found.from);
  const to = Math.max(known.to, found.to);
  return { from, to, gap: { ...found.gap, from, to, count: to - from + 1 } };
}
