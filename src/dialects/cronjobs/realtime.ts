import { linesOf } from '../../base/lineBatch.ts';
import type { ExecutionSummary } from '../../model/execution.ts';
import type { LogLine } from '../../model/line.ts';
import type { LogScope, Position } from '../../model/query.ts';
import type { CallOptions, LogSource } from '../../model/source.ts';
import { isFinished } from '../../model/status.ts';
import { toJobLine, type JobLine } from './jobLine.ts';
import { runsOf } from './jobRuns.ts';
import type { LineWish } from './params.ts';

export interface News {
  /** In the order in which they were written. */
  readonly lines: readonly JobLine[];
  /** Whether there are lines already that come after these. */
  readonly more: boolean;
}

/** Runs that are looked at: the newest ones. */
const mostRuns = 200;
/** Lines of one and the same time that are told at once, whatever was asked: nobody could ask for the rest of them. */
const mostTies = 50_000;
/**
 * Lines younger than this are held back while something runs, in milliseconds: of what is written at the same time,
 * the later line may arrive first, and who asks for what comes after it would miss the other.
 */
const settling = 1_000;
const drift = 3_600_000;
/** Text that is told at once, in characters, and of one and the same time. */
const mostCharacters = 16 * 1_048_576;
const mostOfTies = 4 * mostCharacters;
/** Many runs may be read side by side. */
const atOnce = { lines: 1_000, bytes: 262_144 } as const;

/**
 * The oldest lines of a job's runs from `since` on, `limit` of them later than that. Who asks again with the time of
 * the last of them, and knows lines by their ids, misses none: lines of one time are never parted.
 */
export async function readNews(
  source: LogSource,
  job: string,
  { since, limit, wish }: { readonly since: number; readonly limit: number; readonly wish: LineWish },
  options: CallOptions,
): Promise<News> {
  const now = Date.now();
  const runs: ExecutionSummary[] = [];
  let looked = 0;
  for await (const run of runsOf(source, { job }, options)) {
    if (!isFinished(run.status) || (run.endedAt ?? now) + drift >= since) runs.push(run);
    if (++looked >= mostRuns) break;
  }
  const latest = runs.some(({ status }) => !isFinished(status)) ? now - settling : Number.POSITIVE_INFINITY;
  const lanes = runs.map((run) => new Lane(source, run, { since, now, wish, options })).sort((a, b) => a.time - b.time);
  const lines: JobLine[] = [];
  let characters = 0;
  let last = Number.NEGATIVE_INFINITY;
  let later = 0;
  for (;;) {
    const lane = await earliest(lanes);
    if (!lane || lane.time > latest) return { lines, more: false };
    const isEnough = later >= limit || characters >= mostCharacters;
    const isTooMuch = lines.length >= mostTies || characters >= mostOfTies;
    if ((isEnough && lane.time > last) || isTooMuch) return { lines, more: true };
    last = lane.time;
    if (last > since) later++;
    const line = lane.take();
    characters += line.message.length;
    lines.push(line);
  }
}

/** Of lanes in the order of their runs. What began after the earliest line that is known need not be read yet. */
async function earliest(lanes: readonly Lane[]): Promise<Lane | undefined> {
  let first: Lane | undefined;
  for (const lane of lanes) {
    if (lane.isOver || (first && lane.time >= first.time)) continue;
    if (!lane.has) await lane.fill();
    if (lane.has && (!first || lane.time < first.time)) first = lane;
  }
  return first;
}

interface LaneOptions {
  readonly since: number;
  readonly now: number;
  readonly wish: LineWish;
  readonly options: CallOptions;
}

/** One run, read onward; its lines keep their order whatever their clocks say. */
class Lane {
  readonly #source: LogSource;
  readonly #run: ExecutionSummary;
  readonly #options: LaneOptions;
  #position: Position | undefined;
  #lines: LogLine[] = [];
  #next = 0;
  #time: number;

  constructor(source: LogSource, run: ExecutionSummary, options: LaneOptions) {
    this.#source = source;
    this.#run = run;
    this.#options = options;
    this.#position = source.capabilities.seekByTime ? { at: 'time', time: options.since } : { at: 'start' };
    this.#time = run.startedAt ?? run.createdAt ?? 0;
  }

  get has(): boolean {
    return this.#next < this.#lines.length;
  }

  get isOver(): boolean {
    return !this.has && !this.#position;
  }

  /** The time of the next line, as far as it has been read, or that of the one before where a clock says that it comes from the future or the past. */
  get time(): number {
    const time = this.#lines[this.#next]?.time ?? Number.NaN;
    return time > this.#time && time <= this.#options.now ? time : this.#time;
  }

  take(): JobLine {
    this.#time = this.time;
    const line = this.#lines[this.#next++];
    if (!line) throw new RangeError('there is no line to take');
    return toJobLine(line, this.#run);
  }

  async fill(): Promise<void> {
    const { wish, since, options } = this.#options;
    const scope: LogScope = { execution: this.#run.id };
    const filter = this.#source.capabilities.seekByTime ? wish.filter : { ...wish.filter, since };
    while (!this.has && this.#position) {
      const query = { ...scope, position: this.#position, limit: atOnce, ...(filter && { filter }) };
      const { lines, newer, complete, scanned } = await this.#source.readLog(query, options);
      this.#lines = [...linesOf(lines)];
      this.#next = 0;
      const isEnd = complete || (scanned ? scanned.lines === 0 : lines.count === 0);
      this.#position = isEnd ? undefined : { at: 'after', pointer: newer };
    }
  }
}
