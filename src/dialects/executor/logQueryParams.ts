import { LogError } from '../../model/errors.ts';
import { levels, streams } from '../../model/line.ts';
import { pointer, type Pointer } from '../../model/pointer.ts';
import type { LogFilter, LogQuery, LogScope, PageLimit, Position, TextPattern } from '../../model/query.ts';
import { badParam, countParam, switchParam, timeParam, wordParam, wordsParam } from './params.ts';

const places = ['start', 'end', 'before', 'after', 'around', 'time', 'line'] as const;

/** Everything of a query but its scope, which stands in the path. `readLogQuery` reads it back. */
export function logQueryParams({
  position,
  limit,
  filter,
  withoutText,
}: Omit<LogQuery, keyof LogScope>): URLSearchParams {
  const params = new URLSearchParams({ at: position.at });
  if ('pointer' in position) params.set('pointer', position.pointer);
  if ('time' in position) params.set('time', String(position.time));
  if ('line' in position) params.set('line', String(position.line));
  if (limit?.lines !== undefined) params.set('limit', String(limit.lines));
  if (limit?.bytes !== undefined) params.set('bytes', String(limit.bytes));
  if (filter) setFilter(params, filter);
  if (withoutText) params.set('without_text', 'true');
  return params;
}

/** Throws invalidRequest, or invalidPointer where a pointer is missing. */
export function readLogQuery(scope: LogScope, params: URLSearchParams): LogQuery {
  const limit = readLimit(params);
  const filter = readFilter(params);
  return {
    ...scope,
    position: readPosition(params),
    ...(limit && { limit }),
    ...(filter && { filter }),
    ...(switchParam(params, 'without_text') && { withoutText: true }),
  };
}

export function readLimit(params: URLSearchParams): PageLimit | undefined {
  const lines = countParam(params, 'limit');
  const bytes = countParam(params, 'bytes');
  if (lines === undefined && bytes === undefined) return undefined;
  return { ...(lines !== undefined && { lines }), ...(bytes !== undefined && { bytes }) };
}

export function readFilter(params: URLSearchParams): LogFilter | undefined {
  const text = readPattern(params, 'text', '');
  const exclude = readPattern(params, 'exclude', 'exclude_');
  const wantedLevels = wordsParam(params, 'levels', levels);
  const wantedStreams = wordsParam(params, 'streams', streams);
  const since = timeParam(params, 'since');
  const until = timeParam(params, 'until');
  const filter: LogFilter = {
    ...(text && { text }),
    ...(exclude && { exclude }),
    ...(wantedLevels && { levels: wantedLevels }),
    ...(wantedStreams && { streams: wantedStreams }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
  return Object.keys(filter).length === 0 ? undefined : filter;
}

/** Where a page of the document's form stands: `pointer` must be there, and empty means the newest page. */
export function readDocumentPosition(params: URLSearchParams): Position {
  const text = params.get('pointer');
  if (text === null) throw pointerMissing();
  return text === '' ? { at: 'end' } : { at: 'before', pointer: pointer(text) };
}

function setFilter(params: URLSearchParams, filter: LogFilter): void {
  setPattern(params, 'text', '', filter.text);
  setPattern(params, 'exclude', 'exclude_', filter.exclude);
  if (filter.levels) params.set('levels', filter.levels.join(','));
  if (filter.streams) params.set('streams', filter.streams.join(','));
  if (filter.since !== undefined) params.set('since', String(filter.since));
  if (filter.until !== undefined) params.set('until', String(filter.until));
}

function setPattern(params: URLSearchParams, key: string, prefix: string, pattern: TextPattern | undefined): void {
  if (!pattern) return;
  params.set(key, pattern.pattern);
  if (pattern.regex) params.set(`${prefix}regex`, 'true');
  if (pattern.matchCase) params.set(`${prefix}case`, 'true');
  if (pattern.wholeWord) params.set(`${prefix}word`, 'true');
}

function readPattern(params: URLSearchParams, key: string, prefix: string): TextPattern | undefined {
  const pattern = params.get(key);
  if (pattern === null) return undefined;
  return {
    pattern,
    ...(switchParam(params, `${prefix}regex`) && { regex: true }),
    ...(switchParam(params, `${prefix}case`) && { matchCase: true }),
    ...(switchParam(params, `${prefix}word`) && { wholeWord: true }),
  };
}

/** Without `at`, as in the document's form: before the pointer, or at the end without one. */
function readPosition(params: URLSearchParams): Position {
  const at = wordParam(params, 'at', places) ?? (params.get('pointer') ? 'before' : 'end');
  switch (at) {
    case 'start':
    case 'end':
      return { at };
    case 'before':
    case 'after':
    case 'around':
      return { at, pointer: readPointer(params) };
    case 'time': {
      const time = timeParam(params, 'time');
      if (time === undefined) throw badParam('time', 'says from when on to read');
      return { at, time };
    }
    case 'line': {
      const line = countParam(params, 'line');
      if (line === undefined) throw badParam('line', 'says from which line on to read');
      return { at, line };
    }
  }
}

function readPointer(params: URLSearchParams): Pointer {
  const text = params.get('pointer');
  if (text === null || text === '') throw pointerMissing();
  return pointer(text);
}

function pointerMissing(): LogError {
  return new LogError(
    'invalidPointer',
    'The parameter "pointer" is missing. Send it empty for the newest lines, or with the "next_pointer" of a page.',
  );
}
