/**
 * A bench is a file `bench/<id>.bench.ts` that exports
 *
 *     export const bench: Bench = {
 *       id: 'store',
 *       async open() {
 *         // make the input once; what `open` makes, `[Symbol.asyncDispose]` removes
 *         return {
 *           ratios: [
 *             {
 *               id: 'store-append-50', unit: 'lines/s', target: 0.9, direction: 'atLeast',
 *               ours: async () => ({ value: linesPerSecond, output: hashOfWhatIsInTheStore }),
 *               theirs: async () => ({ value: linesPerSecond, output: hashOfWhatIsInTheFile }),
 *             },
 *           ],
 *           async [Symbol.asyncDispose]() { … },
 *         };
 *       },
 *     };
 *
 * `ours` and `theirs` do the same work once and tell the figure; the ratio is ours ÷ theirs. They run in the
 * same process in turns, the first round is dropped. `output` is a digest of what was produced: both sides
 * must give the same, or the bench fails. Without `theirs`, `ours` is compared with the target itself.
 */
export interface Bench {
  /** As the file is named. */
  readonly id: string;
  open(): Promise<OpenBench>;
}

export interface OpenBench extends AsyncDisposable {
  readonly ratios: readonly Ratio[];
}

export interface Ratio {
  readonly id: string;
  /** Of `ours` and `theirs`: lines/s, ms … */
  readonly unit: string;
  readonly target: number;
  /** Whether the ratio should be at least or at most the target. */
  readonly direction: 'atLeast' | 'atMost';
  /** `round` counts from 0, the dropped one. */
  ours(round: number): Promise<Sample>;
  theirs?(round: number): Promise<Sample>;
}

export interface Sample {
  readonly value: number;
  readonly output?: string;
}

/** One ratio, measured. `ours` and `theirs` are medians, `min` and `max` the extreme ratios of single rounds. */
export interface Measure {
  readonly id: string;
  readonly ours: number;
  readonly theirs: number;
  readonly ratio: number;
  readonly unit: string;
  readonly runs: number;
  readonly min: number;
  readonly max: number;
  readonly target: number;
  readonly holds: boolean;
}

/** Runs both sides `rounds` times, each beginning every other round. Throws when their outputs differ. */
export async function measure(ratio: Ratio, rounds: number): Promise<Measure> {
  const kept: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const pair = await playRound(ratio, round);
    if (round > 0 || rounds === 1) kept.push(pair);
  }
  const ours = median(kept.map((pair) => pair.ours));
  const theirs = median(kept.map((pair) => pair.theirs));
  const ratios = kept.map((pair) => pair.ours / pair.theirs);
  const value = ours / theirs;
  return {
    id: ratio.id,
    ours,
    theirs,
    ratio: value,
    unit: ratio.unit,
    runs: kept.length,
    min: Math.min(...ratios),
    max: Math.max(...ratios),
    target: ratio.target,
    holds: ratio.direction === 'atLeast' ? value >= ratio.target : value <= ratio.target,
  };
}

async function playRound(ratio: Ratio, round: number): Promise<{ ours: number; theirs: number }> {
  if (!ratio.theirs) return { ours: (await ratio.ours(round)).value, theirs: 1 };
  const theirsFirst = round % 2 === 1;
  const early = theirsFirst ? await ratio.theirs(round) : undefined;
  const ours = await ratio.ours(round);
  const theirs = early ?? (await ratio.theirs(round));
  if (ours.output !== theirs.output)
    throw new Error(`${ratio.id}: outputs differ: ours ${String(ours.output)}, theirs ${String(theirs.output)}`);
  return { ours: ours.value, theirs: theirs.value };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}
