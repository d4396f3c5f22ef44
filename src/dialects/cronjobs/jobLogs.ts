import { linesOf } from '../../base/lineBatch.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { LogPage } from '../../model/page.ts';
import type { LogScope, Position } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { toJobLine, type JobLine } from './jobLine.ts';
import { runsOf, scopeIn } from './jobRuns.ts';
import type { LineWish } from './params.ts';

export interface LogsWish extends LineWish {
  readonly skip: number;
  readonly limit: number;
  /** Looks no further than for the lines themselves. */
  readonly uncounted?: true;
}

export interface FoundLogs {
  /** Newest run first, and in each run the newest line first. */
  readonly lines: readonly JobLine[];
  /** Lines that match. */
  readonly total: number;
  /** Whether all of them were counted; otherwise there are more. */
  readonly exact: boolean;
  /** The lines are fewer than were asked for, because they are so long. */
  readonly isFull: boolean;
}

/** How long lines are sought and counted, in milliseconds. */
const patience = 5_000;
/** Text that is told at once, in characters. */
const mostCharacters = 16 * 1_048_576;
const atOnce = { lines: 1_000, bytes: 4 * 1_048_576 } as const;
/** Lines that are only counted. */
const counted = { lines: 50_000, bytes: 16 * 1_048_576 } as const;
/** Clocks of those who write lines and of those who record their runs may differ so much, in milliseconds. */
const drift = 3_600_000;

/** Lines of all runs of a job. */
export async function readJobLogs(
  source: LogSource,
  job: string,
  wish: LogsWish,
  options: CallOptions,
): Promise<FoundLogs> {
  const reading = new JobReading(source, wish, options);
  for await (const run of runsOf(source, { job }, options)) {
    if (reading.isLate) break;
    if (mayHold(run, wish)) await reading.read(run);
    if (reading.isOver) break;
  }
  return reading.found();
}

/** Lines of one run, newest first. */
export async function readRunLogs(
  source: LogSource,
  run: ExecutionSummary,
  wish: LogsWish,
  options: CallOptions,
): Promise<FoundLogs> {
  const reading = new JobReading(source, wish, options);
  await reading.read(run);
  return reading.found();
}

class JobReading {
  readonly #source: LogSource;
  readonly #wish: LogsWish;
  readonly #options: CallOptions;
  readonly #until = performance.now() + patience;
  readonly #lines: JobLine[] = [];
  #characters = 0;
  #seen = 0;
  #exact = true;

  constructor(source: LogSource, wish: LogsWish, options: CallOptions) {
    this.#source = source;
    this.#wish = wish;
    this.#options = options;
  }

  /** Nothing more is looked at. */
  get isOver(): boolean {
    return !this.#exact || (this.#wish.uncounted === true && this.#wanted === 0);
  }

  /** There is more to look at, and no time for it. */
  get isLate(): boolean {
    if (performance.now() > this.#until) this.#exact = false;
    return !this.#exact;
  }

  found(): FoundLogs {
    return { lines: this.#lines, total: this.#seen, exact: this.#exact, isFull: this.#isFull };
  }

  async read(run: ExecutionSummary): Promise<void> {
    const scope = await scopeIn(this.#source, run.id, this.#wish.step, this.#options);
    if (!scope) return;
    if (this.#wish.filter || !(await this.#passOver(scope))) await this.#walk(scope, run);
  }

  /** Whether the run's lines were only to be counted, and the store knows how many there are. */
  async #passOver(scope: LogScope): Promise<boolean> {
    const query = { ...scope, position: { at: 'end' }, limit: { lines: 1 }, withoutText: true } as const;
    const { total } = await this.#source.readLog(query, this.#options);
    if (total === undefined || (this.#wanted > 0 && this.#seen + total > this.#wish.skip)) return false;
    this.#seen += total;
    return true;
  }

  get #isFull(): boolean {
    return this.#characters >= mostCharacters && this.#lines.length < this.#wish.limit;
  }

  get #wanted(): number {
    return this.#isFull ? 0 : this.#wish.limit - this.#lines.length;
  }

  /** Back from the end of a run, as far as it has to be looked at. */
  async #walk(scope: LogScope, run: ExecutionSummary): Promise<void> {
    let position: Position | undefined = { at: 'end' };
    let before = 0;
    while (position) {
      const page = await this.#page(scope, position, run);
      before += page.lines.count;
      if (this.isOver) return;
      if (!this.#wish.filter && this.#wanted === 0 && page.total !== undefined) {
        // The rest need not be looked at to be counted.
        this.#seen += Math.max(0, page.total - before);
        return;
      }
      position = page.older === undefined ? undefined : { at: 'before', pointer: page.older };
      if (position && this.isLate) return;
    }
  }

  async #page(scope: LogScope, position: Position, run: ExecutionSummary): Promise<LogPage> {
    const { skip, filter } = this.#wish;
    const toSkip = Math.max(0, skip - this.#seen);
    const onlyCounted = toSkip > 0 || this.#wanted === 0;
    const { lines, bytes } = onlyCounted ? counted : atOnce;
    const most = toSkip > 0 ? toSkip : this.#wanted || lines;
    const page = await this.#source.readLog(
      {
        ...scope,
        position,
        limit: { lines: Math.min(lines, most), bytes },
        ...(filter && { filter }),
        ...(onlyCounted && { withoutText: true }),
      },
      this.#options,
    );
    this.#seen += page.lines.count;
    if (!onlyCounted) {
      this.#characters += page.lines.text.length;
      for (const line of [...linesOf(page.lines)].reverse()) this.#lines.push(toJobLine(line, run));
    }
    return page;
  }
}

/** Whether lines of the time that is asked for may be in a run. */
function mayHold({ status, createdAt, startedAt, endedAt }: ExecutionSummary, { filter }: LineWish): boolean {
  const { since, until } = filter ?? {};
  const begun = startedAt ?? createdAt;
  if (until !== undefined && begun !== undefined && begun - drift > until) return false;
  return since === undefined || !isFinished(status) || endedAt === undefined || endedAt + drift >= since;
}
