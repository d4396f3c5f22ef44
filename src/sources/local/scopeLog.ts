import type { ChunkCache } from '../../base/chunkCache.ts';
import { decodeColumns } from '../../base/chunkCode.ts';
import type { Chunk, ChunkedLog, Place } from '../../base/chunkedLog.ts';
import { invalidPointer, parsePointer, pointerPrefix, startPointer } from '../../base/hostPointer.ts';
import type { Pointer } from '../../model/pointer.ts';
import type { LineColumns } from '../../model/line.ts';
import type { Gap } from '../../model/page.ts';
import type { LogScope } from '../../model/query.ts';
import type { ChunkPlace, ChunkPlaces } from './chunkPlaces.ts';
import type { Database, Row } from './database.ts';
import { scheme, type Origins } from './hostLogs.ts';
import { findScope, type FoundScope } from './scope.ts';

const noText = new Uint8Array(0);

/** What is remembered of a store between reads. */
export interface Held {
  readonly origins: Origins;
  readonly chunks: ChunkCache;
  readonly places: ChunkPlaces;
}

/** A scope's log as the tables hold it, good for one read. */
export class ScopeLog implements ChunkedLog {
  readonly rows: number;
  readonly finished: boolean;
  readonly #db: Database;
  readonly #held: Held;
  readonly #query: LogScope;
  readonly #scope: FoundScope;
  readonly #sql: (typeof statements)[FoundScope['column']];

  constructor(db: Database, held: Held, query: LogScope) {
    this.#db = db;
    this.#held = held;
    this.#query = query;
    this.#scope = findScope(db, query);
    this.#sql = statements[this.#scope.column];
    this.finished = this.#scope.finished;
    this.rows = Number(db.get(this.#sql.rows, this.#scope.id)?.['rows'] ?? 0);
  }

  get startPointer(): Pointer {
    return startPointer(scheme, this.#query.execution);
  }

  chunkAt(row: number, text: boolean): Chunk {
    const { column, id } = this.#scope;
    const place = this.#held.places.of(`${column} ${id}`, row, () => this.#place(row));
    const { host, firstNumber, firstRow, count } = place;
    return { origin: this.#held.origins.of(host), firstNumber, firstRow, count, ...this.#lines(place, text) };
  }

  #place(row: number): ChunkPlace {
    const found = this.#db.get(this.#sql.chunk, this.#scope.id, row);
    if (!found) throw new RangeError(`no row ${row}`);
    return {
      id: Number(found['id']),
      host: Number(found['host']),
      firstNumber: Number(found['host_row']),
      firstRow: Number(found['first']),
      count: Number(found['count']),
    };
  }

  #lines(
    { id, host, firstNumber, count }: ChunkPlace,
    text: boolean,
  ): { readonly lines: LineColumns } | { readonly lost: Gap['reason'] } {
    const name = `${host}/${firstNumber}`;
    const known = this.#held.chunks.get(name);
    if (known) return { lines: known };
    const found = this.#db.get(text ? chunkSql.whole : chunkSql.bare, id);
    const lost = found?.['lost'];
    if (typeof lost === 'string') return { lost: lost as Gap['reason'] };
    const lines = decodeColumns(
      (found?.['columns'] ?? noText) as Uint8Array,
      count,
      (found?.['text'] ?? noText) as Uint8Array,
    );
    if (text) this.#held.chunks.add(name, lines);
    return { lines };
  }

  placeOf(pointer: Pointer): Place {
    const { execution } = this.#query;
    const { prefix, log, number, after } = parsePointer(undefined, execution, pointer);
    if (number === 0) return { row: 0, onLine: false };
    // A host's own log has a row for each line, so it need not be looked up.
    const { column, id } = this.#scope;
    if (column === 'host' && number <= this.rows && this.#held.origins.of(id).pointerPrefix === prefix)
      return { row: number, onLine: !after };
    const own = prefix === pointerPrefix(scheme, execution, log) ? log : null;
    const host = this.#db.get(hostSql, prefix, own)?.['id'];
    if (host === undefined) throw invalidPointer('is none of this store');
    const chunk = this.#db.get(this.#sql.place, host, number);
    if (chunk?.['scope'] !== this.#scope.id) throw invalidPointer('belongs to another log');
    const row = Number(chunk['first']) + number - Number(chunk['host_row']);
    if (row >= Number(chunk['first']) + Number(chunk['count']))
      throw invalidPointer('names a line that was never written');
    return { row, onLine: !after };
  }

  rowAtTime(time: number): number {
    let low = 1;
    let high = this.rows + 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const { first, next, latest } = this.#times(middle);
      if (latest !== undefined && latest >= time) high = first;
      else low = next;
    }
    if (high > this.rows) return high;
    const chunk = this.chunkAt(high, false);
    const line = chunk.lines?.times.findIndex((at) => at >= time) ?? 0;
    return chunk.firstRow + Math.max(0, line);
  }

  #times(row: number): { first: number; next: number; latest: number | undefined } {
    const found: Row | undefined = this.#db.get(this.#sql.times, this.#scope.id, row);
    const first = Number(found?.['first']);
    const latest = found?.['latest'];
    return {
      first,
      next: first + Number(found?.['count']),
      latest: typeof latest === 'number' ? latest : undefined,
    };
  }
}

const chunkSql = {
  whole: 'SELECT columns, text, lost FROM chunks WHERE id = ?',
  bare: 'SELECT columns, lost FROM chunks WHERE id = ?',
} as const;

/** Copied hosts are named as they were where they come from, and by nothing else. */
const hostSql = `SELECT id FROM hosts WHERE formerly = ? UNION ALL
  SELECT id FROM hosts WHERE id = ? AND formerly IS NULL LIMIT 1`;

const statements = {
  execution: statementsOf('execution'),
  step: statementsOf('step'),
  host: statementsOf('host'),
} as const;

function statementsOf(scope: FoundScope['column']) {
  const upTo = `FROM chunks WHERE ${scope} = ? AND ${scope}_row <= ? ORDER BY ${scope}_row DESC LIMIT 1`;
  return {
    rows: `SELECT ${scope}_row + count - 1 AS rows FROM chunks WHERE ${scope} = ? ORDER BY ${scope}_row DESC LIMIT 1`,
    chunk: `SELECT id, host, host_row, ${scope}_row AS first, count ${upTo}`,
    times: `SELECT ${scope}_row AS first, count, ${scope}_latest AS latest ${upTo}`,
    place: `SELECT ${scope} AS scope, host_row, ${scope}_row AS first, count
            FROM chunks WHERE host = ? AND host_row <= ? ORDER BY host_row DESC LIMIT 1`,
  };
}
