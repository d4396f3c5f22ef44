import type { Level } from '../model/line.ts';
import { isNegated, isTopic } from './negation.ts';
import { isLetter, isNameCharacter, wordEnd, WordTable } from './wordTable.ts';

type Spoken = Extract<Level, 'warn' | 'error' | 'fatal'>;

/** What the word `line[from .. to)` says in its place. */
type Reading = (line: string, from: number, to: number) => Spoken | undefined;

/** What a line without a stated level says in words: that something failed, a warning, or nothing of the kind. */
export function spokenLevel(line: string): Level {
  const level = levelAtStart(line) ?? gravest(line);
  return level === undefined || harmless.test(line) ? 'none' : level;
}

/** Results of tests that went well, whose names say nothing, and lists of files. */
const harmless = /^\s*(?:[✓✔√] |ok \d|PASS\b|--- PASS)|\bPASSED\b|(?:\.\.\.|:) ok$|^[-dlbcps][-rwxsStT]{9}[.+@]? /;

/** TAP's `not ok 3`, pytest's `E   `, make's `*** `. */
const starts = /^(?:E {3}|\s*not ok \d)|^make(?:\[\d+\])?: \*\*\* |: \*\*\* .*Stop\.$/;

function levelAtStart(line: string): Spoken | undefined {
  const first = line.charCodeAt(0);
  const mayStart = first === 0x45 || first === 0x20 || first === 0x6e || line.includes('*** ');
  return mayStart && starts.test(line) ? 'error' : undefined;
}

function gravest(line: string): Spoken | undefined {
  let gravest: Spoken | undefined;
  for (let from = 0; from < line.length;) {
    if (!isLetter(line.charCodeAt(from))) {
      from++;
      continue;
    }
    const to = wordEnd(line, from);
    const level = readings.at(line, from, to)?.(line, from, to) ?? readCompound(line, from, to);
    if (level === 'fatal') return level;
    if (level !== undefined && gravest !== 'error') gravest = level;
    from = to;
  }
  return gravest;
}

const failure: Reading = (line, from, to) => (isMeant(line, from, to) ? 'error' : undefined);
const warning: Reading = (line, from, to) => (isMeant(line, from, to) ? 'warn' : undefined);

function isMeant(line: string, from: number, to: number): boolean {
  if (isNameCharacter(line.charCodeAt(from - 1)) || isNameCharacter(line.charCodeAt(to))) return false;
  return !isNegated(line, from, to) && !isTopic(line, from, to);
}

/** A reading that holds where the line goes on as `pattern` says, from `back` characters before the word. */
function phrase(level: Spoken, pattern: RegExp, back = 0): Reading {
  const sticky = new RegExp(pattern.source, 'y');
  return (line, from) => {
    if (from < back) return undefined;
    sticky.lastIndex = from - back;
    return sticky.test(line) ? level : undefined;
  };
}

const readings = new WordTable<Reading>({
  error: failure,
  errors: failure,
  fail: failure,
  fails: failure,
  failed: failure,
  failing: failure,
  failure: failure,
  failures: failure,
  exception: failure,
  exceptions: failure,
  crashed: failure,
  aborted: failure,
  warning,
  warnings: warning,
  unreachable: phrase('error', /unreachable=[1-9]/),
  panic: (line, from) => (from === 0 && line.startsWith('panic: ') ? 'fatal' : undefined),
  panicked: phrase('fatal', /panicked at\b/),
  segmentation: phrase('fatal', /Segmentation fault\b/),
  segfault: phrase('fatal', /segfault at\b/),
  core: phrase('fatal', /core dumped\b/),
  out: phrase('fatal', /Out of memory\b/),
  oomkilled: () => 'fatal',
  killed: phrase('error', /Killed\b/),
  traceback: phrase('error', /Traceback \(most recent call last\)/),
  caused: (line, from) => (from === 0 && line.startsWith('Caused by: ') ? 'error' : undefined),
  uncaught: phrase('error', /Uncaught /),
  unhandled: phrase('error', /[Uu]nhandled (?:\w+ )?(?:error|exception|rejection)\b/),
  command: phrase('error', /command not found/),
  not: phrase('error', /: not found$/, 2),
  no: phrase('error', /No such file or directory/),
  permission: phrase('error', /[Pp]ermission denied/),
  connection: phrase('error', /[Cc]onnection (?:refused|timed out)/),
  errimagepull: () => 'error',
  exit: phrase('error', /[Ee]xit (?:status|code)[:=]? ?[1-9]/),
  exited: phrase('error', /[Ee]xited (?:with )?(?:non-zero )?(?:exit )?(?:status|code)[:=]? ?[1-9]/),
  non: phrase('error', /non-zero code/),
  err: phrase('error', /ERR_[A-Z_]{4,}/),
});

/** Names such as `TypeError: …`, `java.io.IOException` and `DeprecationWarning: …`, when the line reports them. */
function readCompound(line: string, from: number, to: number): Spoken | undefined {
  switch (line.charCodeAt(to - 1)) {
    case 0x72: // r
      return line.startsWith('Error', to - 5) && isReported(line, from, to) ? 'error' : undefined;
    case 0x6e: // n
      if (line.startsWith('UnhandledPromiseRejection', from)) return 'error';
      return line.startsWith('Exception', to - 9) && isReported(line, from, to) ? 'error' : undefined;
    case 0x67: // g
      return line.startsWith('Warning: ', to - 7) ? 'warn' : undefined;
    case 0x66: // f
      return line.startsWith('BackOff', to - 7) && to - from > 7 ? 'error' : undefined;
    default:
      return undefined;
  }
}

function isReported(line: string, from: number, to: number): boolean {
  if (line.startsWith(': ', to)) return true;
  return (to === line.length || /^(?:: *| \[.*)$/.test(line.slice(to))) && /^[\w$.]*$/.test(line.slice(0, from));
}
