import { sliceBatch } from '../../base/lineBatch.ts';
import type { LineBatch } from '../../model/line.ts';

/** The last line seen of each host of a log, so that what a server sends twice is shown once. */
export class SeenLines {
  readonly #last = new Map<string, number>();

  /** The batch without the lines at its beginning that were seen before. */
  fresh(batch: LineBatch): LineBatch {
    const last = batch.origins.map(({ pointerPrefix }) => this.#last.get(pointerPrefix) ?? 0);
    let from = 0;
    while (from < batch.count && (batch.numbers[from] ?? 0) <= (last[batch.originOf[from] ?? 0] ?? 0)) from++;
    for (let i = from; i < batch.count; i++) last[batch.originOf[i] ?? 0] = batch.numbers[i] ?? 0;
    for (const [i, { pointerPrefix }] of batch.origins.entries()) this.#last.set(pointerPrefix, last[i] ?? 0);
    return from === 0 ? batch : sliceBatch(batch, from, batch.count);
  }
}
