import { LogError } from '../model/errors.ts';
import type { Pointer } from '../model/pointer.ts';
import { defaultPageLimit, type LogQuery, type PageLimit, type Position } from '../model/query.ts';

/** No page holds more, whatever is asked: a reader that wants more reads on. */
const largestPage = { lines: 50_000, bytes: 16 * 1_048_576 } as const;

export interface Room {
  readonly lines: number;
  readonly bytes: number;
}

/** How much a page may hold. Throws invalidRequest for limits that are no whole numbers above 0. */
export function roomOf(limit: PageLimit | undefined): Room {
  const lines = limit?.lines ?? defaultPageLimit.lines;
  const bytes = limit?.bytes ?? defaultPageLimit.bytes;
  if (!isCount(lines) || !isCount(bytes)) throw invalid('limit.lines and limit.bytes are whole numbers from 1');
  return { lines: Math.min(lines, largestPage.lines), bytes: Math.min(bytes, largestPage.bytes) };
}

/** Throws invalidRequest for what the types forbid; queries come from other programs too. */
export function checkQuery(query: LogQuery): void {
  if (!isText(query.execution)) throw invalid('execution is a name');
  if (query.step !== undefined && !isText(query.step)) throw invalid('step is a name');
  if (query.host !== undefined && !isText(query.host)) throw invalid('host is a name');
  if (query.host !== undefined && query.step === undefined) throw invalid('a host is asked for with its step');
  checkPosition(query.position);
}

export function afterPointer(pointer: Pointer): Position {
  return { at: 'after', pointer };
}

function invalid(what: string): LogError {
  return new LogError('invalidRequest', `This cannot be read: ${what}.`);
}

function checkPosition(position: Position): void {
  switch (position.at) {
    case 'start':
    case 'end':
      return;
    case 'before':
    case 'after':
    case 'around':
      if (typeof position.pointer !== 'string') throw invalid(`"${position.at}" wants a pointer`);
      return;
    case 'time':
      if (!Number.isFinite(position.time)) throw invalid('a time is milliseconds since the epoch');
      return;
    case 'line':
      if (!isCount(position.line)) throw invalid('a line number is a whole number from 1');
      return;
    default:
      throw invalid(`no position is called "${String((position as { at?: unknown }).at)}"`);
  }
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
