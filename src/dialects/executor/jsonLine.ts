import { parseTime } from '../../base/parseTime.ts';
import type { NewLine } from '../../base/lineBatch.ts';
import { LogError } from '../../model/errors.ts';
import { levels, lineFlag, streams } from '../../model/line.ts';
import type { BodyLine } from './lineStream.ts';
import { Received } from './received.ts';

const strict = new TextDecoder('utf-8', { fatal: true });
const lenient = new TextDecoder();

/**
 * A line of a log from a line of JSON: a text, or an object with a `text` and what else is known of it. Undefined for
 * a blank one. What is no UTF-8, or too long, is flagged. Throws invalidRequest for what is no such JSON.
 */
export function jsonLine({ bytes, number, cut }: BodyLine): NewLine | undefined {
  const { text, flags } = decoded(bytes);
  if (text.trim() === '') return undefined;
  const value = cut ? parsedCut(text, number) : parsed(text, number);
  const line = typeof value === 'string' ? { text: value } : lineIn(value, number);
  const all = (line.flags ?? 0) | flags | (cut ? lineFlag.cut : 0);
  return all === 0 ? line : { ...line, flags: all };
}

function decoded(bytes: Uint8Array): { text: string; flags: number } {
  try {
    return { text: strict.decode(bytes), flags: 0 };
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { text: lenient.decode(bytes), flags: lineFlag.invalidUtf8 };
  }
}

function parsed(text: string, number: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LogError('invalidRequest', `Line ${number} of the body is no JSON. The lines before it are kept.`, {
      cause: error,
    });
  }
}

/** What was cut in the midst of its text ends there. */
function parsedCut(text: string, number: number): unknown {
  const whole = text.slice(0, wholeLength(text));
  for (const ending of ['"}', '"']) {
    try {
      return JSON.parse(whole + ending);
    } catch {
      // The other ending, then.
    }
  }
  const words = `Line ${number} of the body is too long, and is not cut within its text. Send "text" last.`;
  throw new LogError('invalidRequest', `${words} The lines before it are kept.`);
}

/** How much of it does not end within a character, or within an escape sequence. */
function wholeLength(text: string): number {
  let end = text.length;
  for (let i = 0; i < 3 && text[end - 1] === '\ufffd'; i++) end--;
  const unicode = /u[\da-f]{0,3}$/i.exec(text.slice(Math.max(0, end - 4), end));
  const escape = end - (unicode?.[0].length ?? 0);
  let backslashes = 0;
  while (text[escape - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1 ? escape - 1 : end;
}

function lineIn(value: unknown, number: number): NewLine {
  const line = new Received(value, `Line ${number} of the body`, 'invalidRequest');
  const time = timeOf(line);
  const stream = line.value('stream') === undefined ? undefined : line.word('stream', streams);
  const level = line.value('level') === undefined ? undefined : line.word('level', levels);
  const flags = line.optionalCount('flags') ?? 0;
  const fields = line.optionalObject('fields')?.allTexts();
  return {
    text: line.text('text'),
    ...(time !== undefined && { time }),
    ...(stream && { stream }),
    ...(level && { level }),
    ...(flags > 0 && { flags: flags & 255 }),
    ...(fields && { fields }),
  };
}

function timeOf(line: Received): number | undefined {
  const value = line.value('time');
  if (value === undefined) return undefined;
  const time = typeof value === 'number' && Number.isFinite(value) ? value : parseTime(value);
  if (time === undefined) throw line.wrong('has a "time" that is none: ISO 8601, or milliseconds since the epoch');
  return time;
}
