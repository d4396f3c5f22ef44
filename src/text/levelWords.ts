import type { Level } from '../model/line.ts';
import { WordTable } from './wordTable.ts';

/** What programs call their levels. */
export const levelWords = new WordTable<Level>({
  trace: 'trace',
  trce: 'trace',
  trc: 'trace',
  verbose: 'trace',
  finest: 'trace',
  debug: 'debug',
  dbug: 'debug',
  dbg: 'debug',
  info: 'info',
  inf: 'info',
  information: 'info',
  notice: 'notice',
  warn: 'warn',
  wrn: 'warn',
  warning: 'warn',
  error: 'error',
  eror: 'error',
  err: 'error',
  severe: 'error',
  fail: 'error',
  fatal: 'fatal',
  ftl: 'fatal',
  crit: 'fatal',
  critical: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  emergency: 'fatal',
  panic: 'fatal',
  dpanic: 'fatal',
  pnc: 'fatal',
});

export function levelOf(word: string): Level | undefined {
  return levelWords.at(word, 0, word.length);
}

const bySyslog: readonly Level[] = ['fatal', 'fatal', 'fatal', 'error', 'warn', 'notice', 'info', 'debug'];

/** RFC 5424 severity: 0 emergency to 7 debug. */
export function levelOfSeverity(severity: number): Level {
  return bySyslog[severity] ?? 'none';
}

/** The numbers of pino and bunyan (10 trace to 60 fatal), and of GELF, which are syslog's. */
export function levelOfNumber(number: number): Level {
  if (number < 8) return levelOfSeverity(number);
  if (number < 20) return 'trace';
  if (number < 30) return 'debug';
  if (number < 40) return 'info';
  if (number < 50) return 'warn';
  return number < 60 ? 'error' : 'fatal';
}

/**
 * Lines without one of these, and with nothing special at their start, have no level: what `markLevels` looks for
 * before it reads a line. A rule of `statedLevel.ts` or `spokenLevel.ts` for which no word here need occur would
 * never be asked. Words of capitals occur in that form only; the others match in any case.
 */
export const tellingWords: readonly string[] = [
  'err',
  'eror',
  'warn',
  'fail',
  'fatal',
  'panic',
  'exception',
  'trace',
  'trce',
  'debug',
  'dbug',
  'info',
  'notice',
  'verbose',
  'finest',
  'crit',
  'severe',
  'alert',
  'emerg',
  'level',
  '"s":"',
  'denied',
  'no such',
  'not found',
  'not ok',
  'segmentation fault',
  'segfault',
  'killed',
  'core dumped',
  'refused',
  'timed out',
  'uncaught',
  'unhandled',
  'out of memory',
  'backoff',
  'exit',
  'aborted',
  'crashed',
  'unreachable',
  'non-zero code',
  '***',
  'WRN',
  'FTL',
  'PNC',
  'TRC',
  'DBG',
  'INF',
];
