import { levels, type Level } from '../model/line.ts';
import { levelOf, levelOfNumber, levelOfSeverity, levelWords } from './levelWords.ts';
import { isNegated } from './negation.ts';
import { isLetter, wordEnd } from './wordTable.ts';

/** Levels stand near the start of a line, behind times and names. */
const headLength = 200;

/** The level a line states in one of the usual log formats; undefined when it states none. */
export function statedLevel(line: string): Level | undefined {
  const first = line.charCodeAt(0);
  if (first === 0x7b || first === 0x20) {
    const level = jsonLevel(line);
    if (level) return level;
  }
  const head = line.length > headLength ? line.slice(0, headLength) : line;
  if (isLetter(first) || first === 0x3c) {
    const level = codedLevel(head);
    if (level) return level;
  }
  return commandLevel(head) ?? wordLevel(head);
}

const jsonKey =
  /"(?:level|severity|lvl|log\.level|log_?level|level_?name|severitytext|@l)"\s*:\s*(?:"([a-z]+)|([0-9]{1,3})\b)/i;
const mongoLevel = /"s":"([DIWEF])[1-5]?"/;
const mongoLevels: Readonly<Record<string, Level>> = { D: 'debug', I: 'info', W: 'warn', E: 'error', F: 'fatal' };

/** `{"level":"error"}`, `{"level":50}` (pino), `{"s":"E"}` (MongoDB). */
function jsonLevel(line: string): Level | undefined {
  if (!/^ *\{ *"/.test(line)) return undefined;
  const key = jsonKey.exec(line);
  if (key?.[1] !== undefined) return levelOf(key[1]);
  if (key?.[2] !== undefined) return levelOfNumber(Number(key[2]));
  return mongoLevels[mongoLevel.exec(line)?.[1] ?? ''];
}

/** `::error file=a.ts::words`, `##[warning]words` (GitHub, Azure), perhaps behind a time. */
function commandLevel(head: string): Level | undefined {
  if (!head.includes('::') && !head.includes('##')) return undefined;
  const word = /^(?:\S*Z )?(?:##\[(\w+)\]|::(\w+)(?: [^:]*)?::|##vso\[task\.logissue type=(\w+))/.exec(head);
  return word ? levelOf(word[1] ?? word[2] ?? word[3] ?? '') : undefined;
}

const klog = /^([IWEF])(?:[01]\d[0-3]\d \d\d:\d\d:\d\d|: (?=[A-Z]))/;
const klogLevels: Readonly<Record<string, Level>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };
const npm = /^(?:npm|pnpm|yarn) (ERR(?=!)|error|warn|notice)\b|^(ERR(?:OR)?)!/i;

/** Codes at the very start: klog's `E0203 10:15:…`, apt's `E: `, syslog's `<11>`, `npm ERR!`. */
function codedLevel(head: string): Level | undefined {
  switch (head[0]) {
    case 'I':
    case 'W':
    case 'E':
    case 'F':
      return klogLevels[klog.exec(head)?.[1] ?? ''] ?? npmLevel(head);
    case '<': {
      const priority = Number(/^<(\d{1,3})>(?=[\dA-Z])/.exec(head)?.[1]);
      return priority < 192 ? levelOfSeverity(priority & 7) : undefined;
    }
    case 'f':
      return head.startsWith('fatal error: ') ? 'fatal' : undefined;
    case 'n':
    case 'p':
    case 'y':
      return npmLevel(head);
    default:
      return undefined;
  }
}

function npmLevel(head: string): Level | undefined {
  const word = npm.exec(head);
  return word ? levelOf(word[1] ?? word[2] ?? '') : undefined;
}

/** The first word of a level that stands as one: in capitals, with a sign behind it, or as the value of `level=`. */
function wordLevel(head: string): Level | undefined {
  for (let from = 0; from < head.length;) {
    if (!isLetter(head.charCodeAt(from))) {
      from++;
      continue;
    }
    const to = wordEnd(head, from);
    const level = head.charCodeAt(to) === 0x3d ? keyedLevel(head, from, to) : levelAt(head, from, to);
    if (level) return level;
    from = to;
  }
  return undefined;
}

/** `level=error`, `lvl=warn`, `log_level="info"`. */
function keyedLevel(head: string, from: number, to: number): Level | undefined {
  if (!/^(?:level|loglevel|lvl|severity)$/i.test(head.slice(from, to))) return undefined;
  const value = head.charCodeAt(to + 1) === 0x22 ? to + 2 : to + 1;
  return value < head.length ? levelWords.at(head, value, wordEnd(head, value)) : undefined;
}

function levelAt(head: string, from: number, to: number): Level | undefined {
  const level = levelWords.at(head, from, to);
  if (level === undefined) return undefined;
  if (isChannel(head, from, to)) return level;
  if (!isCapital(head, from, to) && !isMarked(head, from, to)) return undefined;
  if (levels.indexOf(level) >= warnIndex && isNegated(head, from, to)) return undefined;
  return level;
}

const warnIndex = levels.indexOf('warn');

/** log4j, logback, Python, zap, zerolog, Maven, PostgreSQL and many more write ` ERROR `, `[ERROR]`, `ERROR:`. */
function isCapital(head: string, from: number, to: number): boolean {
  if ((head.charCodeAt(from) & 0x20) !== 0 || (head.charCodeAt(to - 1) & 0x20) !== 0) return false;
  if (/[a-z]/.test(head.slice(from, to)) || head.startsWith('FAIL', from)) return false;
  if (to < head.length && !' ])>}|:,*"\'\u001b\t'.includes(head.charAt(to))) return false;
  return from === 0 || ' [(<{|:*"\'=/\t'.includes(head.charAt(from - 1));
}

/** Monolog's `production.ERROR: `. */
function isChannel(head: string, from: number, to: number): boolean {
  return head.charAt(from - 1) === '.' && head.startsWith(': ', to) && (head.charCodeAt(from) & 0x20) === 0;
}

const sign = /(?:(?: ?\[[\w:/-]{1,40}\]| [A-Z]{1,8}\d{1,6})?:(?=\s|$)|[\]>|])/y;

/** `error: `, `[warn]`, `error[E0308]: `, `error TS2322: `, `fail: Category[0]`. */
function isMarked(head: string, from: number, to: number): boolean {
  if (from > 0 && !' [(<|:\t'.includes(head.charAt(from - 1))) return false;
  sign.lastIndex = to;
  return sign.test(head);
}
