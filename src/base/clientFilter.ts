import type { LogPage } from '../model/page.ts';
import type { LogFilter, LogQuery, Position } from '../model/query.ts';
import type { CallOptions, LogSource } from '../model/source.ts';
import { walkFiltered, type Walked } from './filterWalk.ts';
import { leavable } from './leavable.ts';
import { afterPointer, checkQuery, roomOf, type Room } from './pageRequest.ts';
import { pickRows } from './pickRows.ts';
import type { RowFilter } from './rowFilter.ts';

export type CompileFilter = (filter: LogFilter) => RowFilter;

/** Lines of one unfiltered read. */
const stretch = { lines: 2_000, bytes: 1_048_576 } as const;

/**
 * A source that cannot filter, made to: its pages are read and looked through here, each call over a bounded
 * stretch, and told how far. What has no filter passes as it is.
 */
export function withClientFilter(source: LogSource, compile: CompileFilter): LogSource {
  return {
    get capabilities() {
      return { ...source.capabilities, filters: true };
    },
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    async readLog(query, options) {
      const { filter, ...unfiltered } = query;
      if (!filter) return source.readLog(query, options);
      checkQuery(query);
      return readFiltered(source, unfiltered, { filter: compile(filter), room: roomOf(query.limit) }, options);
    },
    tailLog(query, options) {
      const { filter, ...unfiltered } = query;
      if (!filter) return source.tailLog(query, options);
      return leavable((signal) => tailFiltered(source, unfiltered, filter, compile, signal), options?.signal);
    },
    watch: (query, options) => source.watch(query, options),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
  };
}

type Unfiltered = Omit<LogQuery, 'filter'>;

interface Wanted {
  readonly filter: RowFilter;
  readonly room: Room;
}

async function readFiltered(
  source: LogSource,
  query: Unfiltered,
  { filter, room }: Wanted,
  options: CallOptions | undefined,
): Promise<LogPage> {
  const { position, withoutText = false } = query;
  const { withoutText: _, ...scope } = query;
  const read = (at: Position) => source.readLog({ ...scope, position: at, limit: stretch }, options);
  if (position.at !== 'around') {
    const way = position.at === 'end' || position.at === 'before' ? 'back' : 'onward';
    return pageOf([await walkFiltered(read, position, way, filter, room)], withoutText);
  }
  const half = { lines: Math.ceil(room.lines / 2), bytes: Math.ceil(room.bytes / 2) };
  // The line itself begins what is read onward.
  const from = (at: Position) =>
    at.at === 'around' ? source.readLog({ ...scope, position: at, limit: { lines: 1 } }, options) : read(at);
  const onward = await walkFiltered(from, position, 'onward', filter, half);
  const rest = { lines: room.lines - onward.count, bytes: Math.max(0, room.bytes - onward.bytes) };
  if (onward.gap || rest.lines < 1 || rest.bytes < 1) return pageOf([onward], withoutText);
  const back = await walkFiltered(read, { at: 'before', pointer: position.pointer }, 'back', filter, rest);
  return pageOf([back, onward], withoutText);
}

function pageOf(walks: readonly Walked[], withoutText: boolean): LogPage {
  const [first] = walks;
  const last = walks.at(-1);
  if (!first || !last) throw new RangeError('nothing was read');
  const gap = first.gap ?? last.gap;
  const total = last.total ?? first.total;
  return {
    lines: pickRows(
      walks.flatMap(({ parts }) => parts),
      withoutText,
    ),
    ...(first.older !== undefined && { older: first.older }),
    newer: last.newer,
    complete: last.complete,
    scanned: { lines: walks.reduce((sum, { scanned }) => sum + scanned, 0), ...(total !== undefined && { total }) },
    ...(total !== undefined && { total }),
    ...(gap && { gap }),
  };
}

async function* tailFiltered(
  source: LogSource,
  query: Unfiltered,
  filter: LogFilter,
  compile: CompileFilter,
  signal: AbortSignal,
): AsyncGenerator<LogPage, void> {
  checkQuery({ ...query });
  const rows = compile(filter);
  const { withoutText = false, ...whole } = query;
  let { position } = query;
  if (position.at === 'end') {
    // The newest lines that match may be far back.
    const page = await readFiltered(source, query, { filter: rows, room: roomOf(query.limit) }, { signal });
    yield page;
    if (page.complete) return;
    position = afterPointer(page.newer);
  }
  for await (const { firstLine: _, ...page } of source.tailLog({ ...whole, position }, { signal }))
    yield {
      ...page,
      lines: pickRows([{ batch: page.lines, rows: rows.matchRows(page.lines) }], withoutText),
      scanned: { lines: page.lines.count, ...(page.total !== undefined && { total: page.total }) },
    };
}
