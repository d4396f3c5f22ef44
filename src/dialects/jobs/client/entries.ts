import type { NewLine } from '../../../base/lineBatch.ts';
import { parseTime } from '../../../base/parseTime.ts';
import { levels, streams, type Level, type Stream } from '../../../model/line.ts';
import { fieldsOf, type Fields } from '../../values.ts';
import { field, isFields, textIn } from './fields.ts';

/** One entry of a job's log. */
export interface JobEntry {
  /** The same for two entries that say the same at the same millisecond: they have no ids, but for those of a service of ours. */
  readonly key: number;
  /** More than one where the message has line breaks. */
  readonly lines: readonly NewLine[];
}

/** Levels as a job's log has them; `stdout` and `stderr` say where a line came from instead. */
const levelWords: Readonly<Record<string, Level>> = {
  debug: 'debug',
  info: 'info',
  success: 'info',
  warning: 'warn',
  warn: 'warn',
  error: 'error',
  critical: 'fatal',
};

/** What a service of ours says of a line beside its message, which is no field. */
const ours: ReadonlySet<string> = new Set(['stream', 'line', 'pointer']);
const mostFields = 50;
const longestField = 2_000;

/** Undefined for what is no entry: changes of state come as events with none. */
export function entryIn(value: unknown): JobEntry | undefined {
  if (!isFields(value)) return undefined;
  const written = field(value, 'message');
  if (written === undefined || written === null) return undefined;
  const message = typeof written === 'string' ? written : JSON.stringify(written);
  const level = textIn(value, 'level') ?? '';
  const time = parseTime(field(value, 'timestamp'));
  const metadata = fieldsOf(field(value, 'metadata'));
  const about = aboutLine(level.toLowerCase(), time, metadata);
  const texts = message.split('\n');
  if (texts.length > 1 && texts.at(-1) === '') texts.pop();
  return {
    key: keyOf(textIn(metadata, 'pointer') ?? `${time ?? textIn(value, 'timestamp') ?? ''} ${level} ${message}`),
    lines: texts.map((text) => ({ ...about, text })),
  };
}

function aboutLine(word: string, time: number | undefined, metadata: Fields): Omit<NewLine, 'text'> {
  const level = Object.hasOwn(levelWords, word) ? levelWords[word] : undefined;
  const stream = streamOf(word, metadata);
  const known = levels.some((one) => one === word) || level !== undefined || word === 'stdout' || word === 'stderr';
  const fields = textsOf(metadata, known && word !== 'success' ? '' : word);
  return {
    ...(time !== undefined && { time }),
    ...(stream && { stream }),
    ...(level && { level }),
    ...(fields && { fields }),
  };
}

function streamOf(word: string, metadata: Fields): Stream | undefined {
  const told = field(metadata, 'pointer') === undefined ? word : field(metadata, 'stream');
  return streams.find((stream) => stream === told);
}

/** Metadata as fields of a line; a level that has no place among ours is one too. */
function textsOf(metadata: Fields, level: string): Record<string, string> | undefined {
  const isOurs = field(metadata, 'pointer') !== undefined;
  const told = Object.entries(metadata).filter(
    ([name, value]) => value !== null && value !== undefined && !(isOurs && ours.has(name)),
  );
  const texts = told.slice(0, mostFields).map(([name, value]) => [name, textOf(value)] as const);
  if (level !== '') texts.push(['level', level.slice(0, longestField)]);
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function textOf(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > longestField ? `${text.slice(0, longestField)}…` : text;
}

/** 53 bits of a text: https://github.com/bryc/code/blob/master/jshash/experimental/cyrb53.js */
function keyOf(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 2654435761);
    b = Math.imul(b ^ code, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}
