import type { NewLine } from '../../../base/lineBatch.ts';
import type { Level } from '../../../model/line.ts';
import { fieldsOf, textOf, type Fields } from '../../values.ts';
import type { ReadTime } from './zone.ts';

/** The step of lines that name none, and the host of lines that name none: a system without hosts tells of no host. */
export const unnamed = '-';

/** What is longer is no name. */
const longestName = 255;
const mostFields = 50;
const longestField = 4_000;

/** One entry of a log as the system tells it: a message of one or several lines. */
export interface Entry {
  /** The same whenever the system tells of it again. */
  readonly key: string;
  readonly time: number | undefined;
  /** The time as it was written, to be given back. */
  readonly written: string | undefined;
  readonly step: string;
  readonly host: string;
  readonly level: Level;
  readonly message: string;
  readonly fields: Readonly<Record<string, string>> | undefined;
}

const levels: Readonly<Record<string, Level>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  notice: 'notice',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'fatal',
  fatal: 'fatal',
};

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Undefined for what is no entry of this run. `strict` when the answer may hold those of others. */
export function entryOf(value: unknown, run: string, strict: boolean, readTime: ReadTime): Entry | undefined {
  const told = fieldsOf(value);
  const owner = textOf(told['job_run_id']);
  if (owner === undefined ? strict : owner !== run) return undefined;
  const message = messageOf(told['message']);
  const written = textOf(told['timestamp']);
  if (message === undefined && written === undefined) return undefined;
  const word = textOf(told['level'])?.toLowerCase() ?? '';
  const step = nameIn(told['step']);
  const id = textOf(told['id']);
  return {
    key: id ?? JSON.stringify([written, word, step, message]),
    time: readTime(told['timestamp']),
    written: written !== undefined && written.length <= 64 ? written : undefined,
    step,
    host: nameIn(told['host']),
    level: (Object.hasOwn(levels, word) ? levels[word] : undefined) ?? 'none',
    message: message ?? '',
    fields: extrasOf(told),
  };
}

/** The lines of an entry. What follows its first line belongs to it, and says by itself how grave it is. */
export function linesOfEntry({ message, time, level, fields }: Entry): NewLine[] {
  const texts = message.split(/\r?\n/);
  if (texts.length > 1 && texts.at(-1) === '') texts.pop();
  return texts.map((text, index) => ({
    text,
    ...(time !== undefined && { time }),
    ...(index === 0 && { level, ...(fields && { fields }) }),
  }));
}

/** A name fit to stand in a pointer. */
export function nameIn(value: unknown): string {
  const name = textOf(value) ?? unnamed;
  return name.length > longestName ? unnamed : decoder.decode(encoder.encode(name));
}

function messageOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

/** What an entry says besides its message, bounded: details are whatever a program put there. */
function extrasOf(told: Fields): Readonly<Record<string, string>> | undefined {
  const { details, duration_ms, error_code, paper_id, logger_name } = told;
  const own = Object.entries(typeof details === 'string' ? { details } : fieldsOf(details));
  const named = Object.entries({ duration_ms, error_code, paper_id, logger_name });
  const fields: (readonly [string, string])[] = [];
  for (const [name, value] of [...named, ...own.slice(0, mostFields)]) {
    if (value === undefined || value === null || value === '') continue;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    fields.push([name, text.length > longestField ? `${text.slice(0, longestField)}…` : text]);
  }
  // Made from entries, so that "__proto__" is a name like any other.
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}
