import { sliceBatch } from '../../base/lineBatch.ts';
import type { LineBatch } from '../../model/line.ts';

/** The last line seen of each host of a log, so that what a server sends twice when it resumes is shown once. */
export class SeenLines {
  readonly #last = new Map<string, number>();
  #resuming = false;

  /** What comes next may have been seen already. */
  resumes(): void {
    this.#resuming = this.#last.size > 0;
  }

  /** The batch without the lines that were seen before. */
  fresh(batch: LineBatch): LineBatch {
    const last = batch.origins.map(({ pointerPrefix }) => this.#last.get(pointerPrefix) ?? 0);
    const from = this.#resuming ? firstNew(batch, last) : 0;
    if (from < batch.count) this.#resuming = false;
    for (let i = from; i < batch.count; i++) last[batch.originOf[i] ?? 0] = batch.numbers[i] ?? 0;
    for (const [i, { pointerPrefix }] of batch.origins.entries()) this.#last.set(pointerPrefix, last[i] ?? 0);
    return from === 0 ? batch : sliceBatch(batch, from, batch.count);
  }
}

function firstNew({ count, numbers, originOf }: LineBatch, last: readonly number[]): number {
  let line = 0;
  while (line < count && (numbers[line] ?? 0) <= (last[originOf[line] ?? 0] ?? 0)) line++;
  return line;
}
