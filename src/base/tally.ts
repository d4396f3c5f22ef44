import { levels, type Level } from '../model/line.ts';
import type {
  Durations,
  FrequentError,
  HourStatistics,
  LevelCounts,
  Statistics,
  StepStatistics,
} from '../model/statistics.ts';
import { isFinished, type Status } from '../model/status.ts';

const most = { steps: 100, hours: 1_000, errors: 20 } as const;

/** An execution as its statistics want it. */
export interface EndedExecution {
  readonly status: Status;
  readonly startedAt?: number;
  readonly endedAt?: number;
}

/** How many lines have which level, by its index in `levels`. */
type Counts = ArrayLike<number>;

/** Adds up what stores have counted, whatever parts they keep it in. */
export class Tally {
  readonly #steps = new Map<string, number[]>();
  readonly #hours = new Map<number, number[]>();
  readonly #errors = new Map<string, FrequentError>();
  readonly #statuses: Partial<Record<Status, number>> = {};
  readonly #durations: number[] = [];

  /** Lines of a step in an hour. */
  addLines(step: string, hour: number, counts: Counts): void {
    this.addStep(step, counts);
    this.addHour(hour, counts);
  }

  addStep(step: string, counts: Counts): void {
    add(this.#steps, step, counts);
  }

  addHour(hour: number, counts: Counts): void {
    add(this.#hours, hour, counts);
  }

  /** Of several that say the same, the line that was given last is named. */
  addError(error: FrequentError): void {
    const known = this.#errors.get(error.text);
    this.#errors.set(error.text, known ? { ...error, count: known.count + error.count } : error);
  }

  addExecution({ status, startedAt, endedAt }: EndedExecution): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
    if (isFinished(status) && startedAt !== undefined && endedAt !== undefined)
      this.#durations.push(Math.max(0, endedAt - startedAt));
  }

  statistics(): Statistics {
    const hours = [...this.#hours].filter(([, counts]) => sum(counts) > 0).sort(([a], [b]) => a - b);
    const total = levels.map((_, level) => hours.reduce((all, [, counts]) => all + (counts[level] ?? 0), 0));
    const durations = durationsOf(this.#durations);
    return {
      lines: sum(total),
      levels: levelCounts(total),
      steps: [...this.#steps]
        .map(([step, counts]): StepStatistics => ({ step, lines: sum(counts), levels: levelCounts(counts) }))
        .filter(({ lines }) => lines > 0)
        .sort((a, b) => b.lines - a.lines || compare(a.step, b.step))
        .slice(0, most.steps),
      hours: hours
        .slice(-most.hours)
        .map(([hour, counts]): HourStatistics => ({ hour, lines: sum(counts), levels: levelCounts(counts) })),
      errors: [...this.#errors.values()]
        .sort((a, b) => b.count - a.count || compare(a.text, b.text))
        .slice(0, most.errors),
      executions: { statuses: { ...this.#statuses }, ...(durations && { durations }) },
    };
  }
}

function add<K>(to: Map<K, number[]>, key: K, counts: Counts): void {
  const known = to.get(key) ?? levels.map(() => 0);
  to.set(key, known);
  for (let level = 0; level < known.length; level++) known[level] = (known[level] ?? 0) + (counts[level] ?? 0);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

function levelCounts(counts: readonly number[]): LevelCounts {
  const found: Partial<Record<Level, number>> = {};
  for (const [index, level] of levels.entries()) {
    const count = counts[index] ?? 0;
    if (count > 0) found[level] = count;
  }
  return found;
}

function durationsOf(durations: readonly number[]): Durations | undefined {
  const sorted = durations.toSorted((a, b) => a - b);
  const [least, longest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || longest === undefined) return undefined;
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? least;
  const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
  return { count: sorted.length, mean: sum(sorted) / sorted.length, median, most: longest, least };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
