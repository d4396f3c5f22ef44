import { abortReason } from '../../../base/abort.ts';
import { decodeLines, linesEntries, orderEntries, type LinesEntry } from './entry.ts';
import type { ExecutionKeys } from './keys.ts';
import type { Place } from './places.ts';
import { numberOf, textOf, wordsOf } from './records.ts';
import type { ScopeLog } from './scopeLog.ts';
import type { Shelf } from './shelf.ts';

/** How many entries of an order are looked through at once for a line that is gone. */
const searchedAtOnce = 5_000;

/** Rows to be fetched: from `row` on or back; without a row the last ones. */
export interface Stretch {
  readonly row: number | undefined;
  readonly forward: boolean;
  readonly rows: number;
}

/** What wide scopes need beside their order: the lines, which are in the logs of their hosts. */
export class WideLines {
  readonly #shelf: Shelf;
  readonly #keys: ExecutionKeys;

  constructor(shelf: Shelf, keys: ExecutionKeys) {
    this.#shelf = shelf;
    this.#keys = keys;
  }

  /** The lines of a stretch whose places are known, by a read for each host that has some of them. */
  async fetchLines(log: ScopeLog, stretch: Stretch): Promise<void> {
    if (log.isOwn) return;
    const wanted = this.#placesOf(log, stretch).filter((place) => log.linesOf(place) === 'unknown');
    if (wanted.length === 0) return;
    const byLog = [...Map.groupBy(wanted, (place) => place.log)];
    await this.#learnOrigins(
      log,
      byLog.map(([number]) => number),
    );
    const reads = byLog.flatMap(([number, places]) => {
      const origin = this.#shelf.originOf(log.state.born, number);
      const [first, last] = [places[0]?.firstNumber ?? 1, places.at(-1)?.firstNumber ?? 1];
      const key = origin && this.#keys.lines(origin.step, origin.host);
      return key === undefined ? [] : [{ places, command: ['XRANGE', key, first, last] as const }];
    });
    const replies = await this.#shelf.asks.all(reads.map(({ command }) => command));
    for (const [i, { places }] of reads.entries()) {
      const entries = new Map(linesEntries(replies[i]).map((entry) => [entry?.firstNumber, entry] as const));
      for (const place of places) {
        const entry = entries.get(place.firstNumber);
        if (entry?.count === place.count) keepEntry(this.#shelf, log, place, entry);
      }
    }
    for (const place of wanted) if (log.linesOf(place) === 'unknown') log.keep(place, undefined);
  }

  /** The places known of a stretch, in the order of rows. */
  #placesOf(log: ScopeLog, { row, forward, rows }: Stretch): Place[] {
    const found: Place[] = [];
    let at = row ?? log.rows;
    for (let left = rows; left > 0;) {
      const place = log.places.at(at);
      if (!place) break;
      found.push(place);
      const next = forward ? place.firstRow + place.count : place.firstRow - 1;
      left -= Math.abs(next - at);
      at = next;
    }
    return forward ? found : found.reverse();
  }

  async #learnOrigins(log: ScopeLog, numbers: readonly number[]): Promise<void> {
    const { born } = log.state;
    if (numbers.every((number) => this.#shelf.originOf(born, number))) return;
    const [logs] = await this.#shelf.asks.all([['HGETALL', this.#keys.logs]]);
    this.#shelf.learnOrigins(log.scope.execution, born, logs);
  }

  /** Finds the row of a host's line, by the line or by the order whose key is `orderKey`; refuses it when there is none. */
  async findLine(
    log: ScopeLog,
    number: number,
    line: number,
    orderKey: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#learnOrigins(log, [number]);
    const origin = this.#shelf.originOf(log.state.born, number);
    const { step } = log.scope;
    if (!origin || (step !== undefined && origin.step !== step)) {
      log.refuse(number, line, 'belongs to another log');
      return;
    }
    const [found, packed] = await this.#shelf.asks.all([
      ['XREVRANGE', this.#keys.lines(origin.step, origin.host), line, '-', 'COUNT', 1],
      ['HGET', this.#keys.hosts(origin.step), `log/${origin.host}`],
    ]);
    const [entry] = linesEntries(found);
    if (entry && line < entry.firstNumber + entry.count) {
      const firstRow = step === undefined ? entry.executionRow : entry.stepRow;
      const place = { firstRow, count: entry.count, log: number, firstNumber: entry.firstNumber };
      log.places.add([place]);
      keepEntry(this.#shelf, log, place, entry);
    } else if (line > (numberOf(wordsOf(textOf(packed))[3]) ?? 0))
      log.refuse(number, line, 'names a line that was never written');
    else await this.#findGoneLine(log, number, line, orderKey, signal);
  }

  /** The order still knows where lines stood that are gone. */
  async #findGoneLine(
    log: ScopeLog,
    number: number,
    line: number,
    orderKey: string,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (let next = 1; ;) {
      const [reply] = await this.#shelf.asks.all([['XRANGE', orderKey, next, '+', 'COUNT', searchedAtOnce]]);
      const entries = orderEntries(reply);
      const found = entries.filter((entry) => entry.log === number && entry.firstNumber <= line);
      log.places.add(found.slice(-1));
      const last = entries.at(-1);
      if (log.places.ofLine(number, line)) return;
      if (!last) break;
      next = last.firstRow + 1;
      if (signal?.aborted) throw abortReason(signal);
    }
    log.refuse(number, line, 'names a line that is gone');
  }
}

/** Keeps the lines of an entry at a place, unless they are known; what cannot be read counts as gone. */
export function keepEntry(shelf: Shelf, log: ScopeLog, place: Place, entry: LinesEntry): void {
  if (log.linesOf(place) !== 'unknown') return;
  const bytesPerRow = entry.packed.length / entry.count;
  for (const size of [log.places.size, shelf.sizeIn(log.scope)]) size.bytesPerRow = bytesPerRow;
  log.keep(place, decodeLines(entry));
}
