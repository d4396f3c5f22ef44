import type { Chunk, ChunkedLog, Place as Row } from '../../../base/chunkedLog.ts';
import { invalidPointer, parsePointer, pointerPrefix, startPointer } from '../../../base/hostPointer.ts';
import type { LineColumns, LineOrigin } from '../../../model/line.ts';
import type { Pointer } from '../../../model/pointer.ts';
import type { LogScope } from '../../../model/query.ts';
import type { Place, Places } from './places.ts';
import { scheme } from './records.ts';
import type { ScopeState } from './scopeState.ts';
import type { Shelf } from './shelf.ts';

/** What has to be fetched before a look can go on. */
export type Want =
  | { readonly kind: 'row'; readonly row: number }
  | { readonly kind: 'line'; readonly log: number; readonly number: number }
  | { readonly kind: 'time'; readonly time: number };

/** Thrown out of a look by what is not at hand. */
export class NotHeld extends Error {
  readonly want: Want;

  constructor(want: Want) {
    super('not fetched yet');
    this.want = want;
  }
}

interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** A scope's log at one moment, as far as it has been fetched; whoever asks for more is thrown out by `NotHeld`. */
export class ScopeLog implements ChunkedLog {
  readonly scope: LogScope;
  readonly state: ScopeState;
  readonly places: Places;
  readonly #shelf: Shelf;
  /** Rows that are in no entry. */
  readonly #gone: Stretch[] = [];
  /** Lines of this read by name; undefined for those that are gone or damaged. */
  readonly #lines = new Map<string, LineColumns | undefined>();
  readonly #refused = new Map<string, string>();
  readonly #rowsAtTimes = new Map<number, number>();
  #hasToldGone = false;

  constructor(shelf: Shelf, scope: LogScope, state: ScopeState, places: Places) {
    this.#shelf = shelf;
    this.scope = scope;
    this.state = state;
    this.places = places;
  }

  /** Somebody was told that lines are gone. */
  get hasToldGone(): boolean {
    return this.#hasToldGone;
  }

  get rows(): number {
    return this.state.rows;
  }

  get finished(): boolean {
    return this.state.finished;
  }

  get startPointer(): Pointer {
    return startPointer(scheme, this.scope.execution);
  }

  chunkAt(row: number): Chunk {
    const place = this.places.at(row);
    if (!place) return this.#goneAt(row);
    const lines = this.linesOf(place);
    if (lines === 'unknown') throw new NotHeld({ kind: 'row', row });
    this.#hasToldGone ||= lines === undefined;
    const { log, firstNumber, firstRow, count } = place;
    return { origin: this.#originOf(log), firstNumber, firstRow, count, ...(lines && { lines }) };
  }

  placeOf(pointer: Pointer): Row {
    const { log, number, after } = parsePointer(scheme, this.scope.execution, pointer);
    if (number === 0) return { row: 0, onLine: false };
    const row = this.isOwn ? this.#ownRow(log, number) : this.#rowOf(log, number);
    if (row > this.rows) throw invalidPointer('names a line that was never written');
    return { row, onLine: !after };
  }

  rowAtTime(time: number): number {
    const row = this.#rowsAtTimes.get(time);
    if (row === undefined) throw new NotHeld({ kind: 'time', time });
    if (row > this.rows) return row;
    const chunk = this.chunkAt(row);
    const line = chunk.lines?.times.findIndex((at) => at >= time) ?? 0;
    return chunk.firstRow + Math.max(0, line);
  }

  /** The scope is one host's log. */
  get isOwn(): boolean {
    return this.scope.host !== undefined;
  }

  /** Undefined for lines that are gone. */
  linesOf(place: Place): LineColumns | undefined | 'unknown' {
    const name = this.#nameOf(place);
    const known = this.#lines.get(name);
    if (known || this.#lines.has(name)) return known;
    return this.#shelf.chunks.get(name) ?? 'unknown';
  }

  keep(place: Place, lines: LineColumns | undefined): void {
    const name = this.#nameOf(place);
    this.#lines.set(name, lines);
    if (lines && !this.#shelf.chunks.get(name)) this.#shelf.chunks.add(name, lines);
  }

  /** Everything about rows `from` to `to` has been fetched: what is in no place now is gone. */
  know(from: number, to: number): void {
    for (let row = from; row <= Math.min(to, this.rows);) {
      const place = this.places.at(row);
      const end = place ? place.firstRow + place.count : Math.min(to + 1, this.places.startAfter(row));
      if (!place) this.#gone.push({ from: row, to: end - 1 });
      row = end;
    }
  }

  /** A pointer to that line leads nowhere. */
  refuse(log: number, number: number, why: string): void {
    this.#refused.set(`${log}@${number}`, why);
  }

  tellRowAtTime(time: number, row: number): void {
    this.#rowsAtTimes.set(time, row);
  }

  #nameOf({ log, firstNumber }: Place): string {
    return `${this.state.born} ${log}/${firstNumber}`;
  }

  #goneAt(row: number): Chunk {
    const found = this.#gone.find(({ from, to }) => from <= row && row <= to);
    if (!found) throw new NotHeld({ kind: 'row', row });
    this.#hasToldGone = true;
    const { from, to } = found;
    return { origin: this.#originOf(this.state.log), firstNumber: from, firstRow: from, count: to - from + 1 };
  }

  /** Of log 0 are rows of a wide scope of which nobody knows any longer whose lines they were. */
  #originOf(log: number): LineOrigin {
    const { execution, step = '', host = '' } = this.scope;
    const known = this.isOwn ? undefined : this.#shelf.originOf(this.state.born, log);
    return known ?? { step, host, pointerPrefix: pointerPrefix(scheme, execution, log) };
  }

  #ownRow(log: number, number: number): number {
    if (log !== this.state.log) throw invalidPointer('belongs to another log');
    return number;
  }

  #rowOf(log: number, number: number): number {
    if (log === 0) return number;
    const place = this.places.ofLine(log, number);
    if (place) return place.firstRow + number - place.firstNumber;
    const why = this.#refused.get(`${log}@${number}`);
    if (why === undefined) throw new NotHeld({ kind: 'line', log, number });
    throw invalidPointer(why);
  }
}
