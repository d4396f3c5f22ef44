import { chunkEnd } from '../../../base/chunkEnd.ts';
import { errorLines } from '../../../base/errorLines.ts';
import { knownLines } from '../../../base/appendRange.ts';
import { wellFormed } from '../../../base/wellFormed.ts';
import { LogError } from '../../../model/errors.ts';
import type { LineColumns } from '../../../model/line.ts';
import type { Append } from '../../../model/sink.ts';
import { markLevels } from '../../../text/levels.ts';
import type { Argument } from '../connection.ts';
import type { Scripts } from '../scripts.ts';
import { keptWakes, wakeCommand, wakeWords } from '../wakeEntry.ts';
import { countedLines } from './counting.ts';
import { encodeLines } from './entry.ts';
import type { Keys } from './keys.ts';
import { appended, appendLines } from './lua.ts';
import { checkMissing } from './missing.ts';

/** What Redis does in one go: about what others can wait for. */
const mostBytes = 4 * 1_048_576;
const mostChunks = 256;

/** Appends lines, each call's in the order of their numbers. */
export class Appender {
  readonly #scripts: Scripts;
  readonly #keys: Keys;
  readonly #isCluster: boolean;

  /** In a cluster the wake stream lies elsewhere than an execution, so that no script may write both. */
  constructor(scripts: Scripts, keys: Keys, isCluster: boolean) {
    this.#scripts = scripts;
    this.#keys = keys;
    this.#isCluster = isCluster;
  }

  /** Resolves when Redis has all of the batch; each part is told to who listens. Throws notFound, invalidRequest. */
  async append(batch: Append): Promise<void> {
    const { firstNumber, uncounted } = batch;
    knownLines(firstNumber, 0, Number.MAX_SAFE_INTEGER);
    const lines = marked(batch.lines);
    for (let from = 0; ;) {
      const first = uncounted ? 1 - from : firstNumber;
      const { to, chunks } = cut(lines, from, first);
      const counted = countedLines(lines, { step: batch.step, firstNumber: first }, from, to);
      const known = await this.#write(batch, uncounted ? 0 : firstNumber + from, to - from, [counted, ...chunks]);
      from = uncounted ? to : known + 1 - firstNumber;
      if (from >= lines.count) return;
    }
  }

  /**
   * Resolves with how many lines the log has then; fewer than given when some of them were there already. The number
   * 0 stands for the next one, whichever that is.
   */
  async #write(
    { execution, step, host }: Append,
    firstNumber: number,
    count: number,
    more: readonly Argument[],
  ): Promise<number> {
    const keys = this.#keys.of(execution);
    const change = { execution, step, host };
    const own = [keys.state, keys.hosts(step), keys.order, keys.stepOrder(step), keys.lines(step, host), keys.counts];
    const reply = await this.#scripts.run(
      appendLines,
      this.#isCluster ? own : [...own, this.#keys.wake],
      [step, host, firstNumber, count, wakeWords(change, true), keptWakes, ...more],
      this.#isCluster ? [wakeCommand(this.#keys.wake, change, true)] : [],
    );
    const [outcome, lines] = reply as readonly [number, number];
    checkMissing(change, outcome);
    if (outcome === appended.hole) knownLines(firstNumber, count, lines);
    if (outcome === appended.ended)
      throw new LogError('invalidRequest', `Host "${host}" has ended; nothing more can be appended.`);
    return lines;
  }
}

/** Well-formed, with their levels; the writer's arrays stay the writer's. */
function marked(columns: LineColumns): LineColumns {
  const lines = wellFormed(columns);
  const own = { ...lines, levels: lines.levels.slice() };
  markLevels(own);
  return own;
}

/** The lines from `from` on that Redis takes in one go, as the script wants them. */
function cut(lines: LineColumns, from: number, firstNumber: number): { to: number; chunks: Argument[] } {
  const chunks: Argument[] = [];
  let bytes = 0;
  let to = from;
  while (to < lines.count && bytes < mostBytes && chunks.length < 5 * mostChunks) {
    const end = chunkEnd(lines.offsets, to, lines.count);
    const { packed, latest } = encodeLines(lines, to, end);
    const { errors, first } = errorLines(lines, to, end);
    chunks.push(end - to, errors, first === undefined ? 0 : firstNumber + first, latest ?? '-', packed);
    bytes += packed.length;
    to = end;
  }
  return { to, chunks };
}
