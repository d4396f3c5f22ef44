import { abortReason } from '../../../base/abort.ts';
import type { ChunkedLog, ChunkedSource } from '../../../base/chunkedLog.ts';
import { parsePointer, type HostPointer } from '../../../base/hostPointer.ts';
import type { Room } from '../../../base/pageRequest.ts';
import { LogError } from '../../../model/errors.ts';
import type { Pointer } from '../../../model/pointer.ts';
import type { LogScope, Position } from '../../../model/query.ts';
import type { Command, Reply } from '../connection.ts';
import { linesEntries, orderEntries } from './entry.ts';
import type { ExecutionKeys } from './keys.ts';
import { rowAtTime } from './lua.ts';
import type { EntrySize, Place, Places } from './places.ts';
import { scheme } from './records.ts';
import { NotHeld, ScopeLog, type Want } from './scopeLog.ts';
import { scopeState, stateCommands } from './scopeState.ts';
import type { ScopeMemory, Shelf } from './shelf.ts';
import { keepEntry, WideLines, type Stretch } from './wideLines.ts';

/** A reader that filters looks at many lines for a few. */
const scanRows = 16_384;
const mostBytesAtOnce = 4 * 1_048_576;
const mostEntriesAtOnce = 1_000;
/** Entries of an order are small, so that many of them cost less than a second round trip. */
const leastOfOrder = 64;
/** Who reads page after page gets a few of them at once. */
const ahead = { rows: 2_000, bytes: 512 * 1_024 } as const;
/** How long the state of a scope is good enough for lines that are known. */
const momentMilliseconds = 500;
export interface ReadRequest {
  readonly scope: LogScope;
  readonly position: Position;
  readonly room: Room;
  readonly filters: boolean;
}

/** Commands and what to do with their replies. */
interface Fetch {
  readonly commands: readonly Command[];
  readonly take: (log: ScopeLog, replies: readonly Reply[]) => void;
}

/**
 * One scope's log for one read. What a page is likely to want is fetched together with the state, in one round trip;
 * what turns out to be missing is fetched when a look is thrown out for want of it.
 */
export class LogReading implements ChunkedSource {
  readonly #shelf: Shelf;
  readonly #request: ReadRequest;
  readonly #keys: ExecutionKeys;
  readonly #wide: WideLines;
  readonly #signal: AbortSignal | undefined;
  #log: ScopeLog | undefined;
  /** The row that a read both ways begins at. */
  #anchor = 0;

  constructor(shelf: Shelf, request: ReadRequest, signal: AbortSignal | undefined) {
    this.#shelf = shelf;
    this.#request = request;
    this.#keys = shelf.keys.of(request.scope.execution);
    this.#wide = new WideLines(shelf, this.#keys);
    this.#signal = signal;
  }

  async look<T>(look: (log: ChunkedLog) => T): Promise<T> {
    for (let before: Want | undefined; ;) {
      if (this.#signal?.aborted) throw abortReason(this.#signal);
      this.#log ??= await this.#begin();
      try {
        const seen = look(this.#log);
        if (this.#log.hasToldGone) await this.#checkThere();
        return seen;
      } catch (error) {
        if (error instanceof LogError && error.code === 'invalidPointer') await this.#checkThere();
        if (!(error instanceof NotHeld)) throw error;
        // What was fetched and is still not there never will be.
        if (JSON.stringify(error.want) === JSON.stringify(before))
          throw new LogError('internal', 'The lines of this log in Redis do not fit its order.', { cause: error });
        before = error.want;
        await this.#fetch(this.#log, error.want);
      }
    }
  }

  /**
   * Throws notFound when the execution was deleted while it was read: then its lines are not trimmed, nor was a pointer
   * to them wrong.
   */
  async #checkThere(): Promise<void> {
    const { scope } = this.#request;
    scopeState(scope, await this.#shelf.asks.all(stateCommands(this.#keys, scope)), true);
  }

  nextTurn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** The state, and what the page will want as far as that can be told before. */
  async #begin(): Promise<ScopeLog> {
    const { scope } = this.#request;
    const stretches = this.#expected();
    const memory = this.#shelf.recall(scope);
    const known = memory && this.#known(stretches, memory);
    if (known) return known;
    const askedAt = performance.now();
    const fetches = stretches.map((stretch) => this.#entriesOf(stretch, memory?.places));
    const asked = stateCommands(this.#keys, scope);
    const wantsLogs = scope.host === undefined && !memory;
    if (wantsLogs) asked.push(['HGETALL', this.#keys.logs]);
    const own = asked.length;
    const replies = await this.#shelf.asks.all([...asked, ...fetches.flatMap(({ commands }) => commands)]);
    const state = scopeState(scope, replies, this.#shelf.asks.isJustBack);
    const log = new ScopeLog(this.#shelf, scope, state, this.#shelf.placesOf(scope, state, askedAt));
    if (wantsLogs) this.#shelf.learnOrigins(scope.execution, log.state.born, replies[own - 1]);
    let at = own;
    // What was remembered of an earlier state has led to other questions than this one asks.
    const isCurrent = memory === undefined || memory.places === log.places;
    for (const { commands, take } of fetches) {
      if (isCurrent) take(log, replies.slice(at, at + commands.length));
      at += commands.length;
    }
    for (const stretch of stretches) await this.#wide.fetchLines(log, stretch);
    return log;
  }

  /** A page that lies wholly within what is at hand, and not at the end, is as it was a moment ago. */
  #known(stretches: readonly Stretch[], { places, state, askedAt }: ScopeMemory): ScopeLog | undefined {
    const { scope, filters } = this.#request;
    if (filters || stretches.length === 0 || performance.now() - askedAt > momentMilliseconds) return undefined;
    const isInside = stretches.every((stretch) => {
      const last = stretch.forward ? (stretch.row ?? 1) + stretch.rows : (stretch.row ?? state.rows);
      return last < state.rows && !this.#missingOf(stretch, places);
    });
    return isInside ? new ScopeLog(this.#shelf, scope, state, places) : undefined;
  }

  async #fetch(log: ScopeLog, want: Want): Promise<void> {
    switch (want.kind) {
      case 'row': {
        const stretch = { row: want.row, forward: this.#isOnward(want.row), rows: this.#rowsWanted(log.places) };
        if (log.isOwn || !log.places.at(want.row)) await this.#run(log, this.#entriesOf(stretch, log.places));
        await this.#wide.fetchLines(log, stretch);
        return;
      }
      case 'line':
        await this.#wide.findLine(log, want.log, want.number, this.#entriesKey, this.#signal);
        this.#anchor = log.places.ofLine(want.log, want.number)?.firstRow ?? 0;
        return;
      case 'time': {
        const args = [want.time, log.rows];
        const row = await this.#shelf.scripts.read(rowAtTime, [this.#entriesKey], args);
        this.#anchor = Number(row);
        log.tellRowAtTime(want.time, Number(row));
      }
    }
  }

  async #run(log: ScopeLog, { commands, take }: Fetch): Promise<void> {
    take(log, await this.#shelf.asks.all(commands));
  }

  get #entriesKey(): string {
    const { step, host } = this.#request.scope;
    if (step === undefined) return this.#keys.order;
    return host === undefined ? this.#keys.stepOrder(step) : this.#keys.lines(step, host);
  }

  /** What the position says of the rows that will be wanted, without those that are at hand. */
  #expected(): Stretch[] {
    const { position, scope } = this.#request;
    const memory = this.#shelf.recall(scope);
    const rows = this.#rowsWanted(memory?.places);
    switch (position.at) {
      case 'end':
        return [{ row: undefined, forward: false, rows }];
      case 'start':
        return [{ row: 1, forward: true, rows }];
      case 'line':
        return [{ row: position.line, forward: true, rows }];
      case 'time':
        return [];
      case 'before':
      case 'after':
      case 'around': {
        const found = this.#rowAt(position.pointer, memory?.places);
        if (found === undefined) return [];
        this.#anchor = found;
        const back = { row: found - 1, forward: false, rows };
        if (position.at === 'before') return back.row > 0 ? [back] : [];
        if (position.at === 'after') return [{ row: found + 1, forward: true, rows }];
        const half = Math.ceil(rows / 2);
        return [
          { ...back, rows: half },
          { row: found, forward: true, rows: half },
        ].filter(({ row }) => row > 0);
      }
    }
  }

  #rowAt(pointer: Pointer, places: Places | undefined): number | undefined {
    const { scope } = this.#request;
    const parsed = parsedOf(scope.execution, pointer);
    if (!parsed) return undefined;
    const { log, number, after } = parsed;
    const past = after && this.#request.position.at === 'before' ? 1 : 0;
    if (scope.host !== undefined || number === 0 || log === 0) return number + past;
    const place = places?.ofLine(log, number);
    return place && place.firstRow + number - place.firstNumber + past;
  }

  #isOnward(row: number): boolean {
    const { at } = this.#request.position;
    if (at === 'around') return row >= this.#anchor;
    return at !== 'before' && at !== 'end';
  }

  #rowsWanted(places: Places | undefined): number {
    const { room, filters } = this.#request;
    const bytesPerRow = Math.max(1, this.#sizeOf(places).bytesPerRow);
    if (filters) return Math.max(1, Math.min(scanRows, mostBytesAtOnce / bytesPerRow));
    return Math.max(1, Math.min(room.lines, room.bytes / bytesPerRow));
  }

  #sizeOf(places: Places | undefined): EntrySize {
    return places?.size ?? this.#shelf.sizeIn(this.#request.scope);
  }

  #withAhead({ row, forward, rows }: Stretch, places: Places | undefined): number {
    const isNext = row !== undefined && places?.at(forward ? row - 1 : row + 1) !== undefined;
    if (!isNext || rows < 10) return rows;
    return Math.max(rows, Math.min(ahead.rows, ahead.bytes / Math.max(1, places.size.bytesPerRow)));
  }

  #entriesAtOnce(rows: number, places: Places | undefined): number {
    const { rowsPerEntry, bytesPerRow } = this.#sizeOf(places);
    const perEntry = Math.max(1, rowsPerEntry);
    const bytes = perEntry * Math.max(1, bytesPerRow);
    const most = Math.min(mostEntriesAtOnce, Math.max(1, mostBytesAtOnce / bytes));
    const least = this.#request.scope.host === undefined ? leastOfOrder : 1;
    return Math.ceil(Math.max(least, Math.min(most, rows / perEntry + 1)));
  }

  /** Asks for the entries of a stretch, as far as they are not at hand. */
  #entriesOf(stretch: Stretch, places: Places | undefined): Fetch {
    const missing = places ? this.#missingOf(stretch, places) : stretch;
    if (!missing) return { commands: [], take: () => undefined };
    const { row, forward } = missing;
    const most = this.#entriesAtOnce(this.#withAhead(missing, places), places);
    const key = this.#entriesKey;
    if (!forward)
      return {
        commands: [['XREVRANGE', key, row ?? '+', '-', 'COUNT', most]],
        take: (log, [back]) => {
          const found = this.#learn(log, [back]);
          const isAll = lengthOf(back) < most;
          log.know(isAll ? 1 : Math.min(...found.map(({ firstRow }) => firstRow)), row ?? log.rows);
        },
      };
    // A chunk whose place is known, but that is no longer at hand, is asked for from its beginning.
    const start = row === undefined ? 1 : (places?.at(row)?.firstRow ?? row);
    const onward: Command = ['XRANGE', key, start, '+', 'COUNT', most];
    // An entry that begins before the row may hold it, unless one is known to end there.
    const isStart = start === 1 || places?.at(start - 1) !== undefined;
    return {
      commands: isStart ? [onward] : [onward, ['XREVRANGE', key, start, '-', 'COUNT', 1]],
      take: (log, [forth, before]) => {
        const found = this.#learn(log, [forth, before]);
        const ends = found.map(({ firstRow, count }) => firstRow + count - 1);
        log.know(start, lengthOf(forth) < most ? log.rows : Math.max(start, ...ends));
      },
    };
  }

  /** Takes in entries; their places in the order of rows. */
  #learn(log: ScopeLog, replies: readonly (Reply | undefined)[]): Place[] {
    const found = log.isOwn ? this.#learnLines(log, replies) : replies.flatMap(orderEntries);
    found.sort((a, b) => a.firstRow - b.firstRow);
    const unique = found.filter(({ firstRow }, i) => firstRow !== found[i - 1]?.firstRow);
    log.places.add(unique);
    const rows = unique.reduce((sum, { count }) => sum + count, 0);
    for (const size of [log.places.size, this.#shelf.sizeIn(log.scope)])
      if (unique.length > 0) size.rowsPerEntry = rows / unique.length;
    return unique;
  }

  #learnLines(log: ScopeLog, replies: readonly (Reply | undefined)[]): Place[] {
    const entries = replies.flatMap((reply) => linesEntries(reply)).filter((entry) => entry !== undefined);
    return entries.map((entry) => {
      const { firstNumber, count } = entry;
      const place = { firstRow: firstNumber, count, log: log.state.log, firstNumber };
      keepEntry(this.#shelf, log, place, entry);
      return place;
    });
  }

  /** Where a stretch goes on that is not at hand; undefined when all of it is. */
  #missingOf({ row, forward, rows }: Stretch, places: Places): Stretch | undefined {
    if (row === undefined) return { row, forward, rows };
    let at = row;
    for (let left = rows; left > 0;) {
      const place = places.at(at);
      if (!place || (this.#request.scope.host !== undefined && !this.#isKept(place)))
        return { row: at, forward, rows: left };
      const next = forward ? place.firstRow + place.count : place.firstRow - 1;
      left -= Math.abs(next - at);
      at = next;
      if (at < 1) return undefined;
    }
    return undefined;
  }

  #isKept({ log, firstNumber }: Place): boolean {
    const born = this.#shelf.recall(this.#request.scope)?.state.born ?? '';
    return this.#shelf.chunks.get(`${born} ${log}/${firstNumber}`) !== undefined;
  }
}

/** Undefined for a pointer that whoever looks refuses. */
function parsedOf(execution: string, pointer: Pointer): HostPointer | undefined {
  try {
    return parsePointer(scheme, execution, pointer);
  } catch (error) {
    if (error instanceof LogError) return undefined;
    throw error;
  }
}

function lengthOf(reply: Reply | undefined): number {
  return Array.isArray(reply) ? reply.length : 0;
}
