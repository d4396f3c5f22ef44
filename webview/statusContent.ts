import { durationOf, type Execution, type HostResult, type Step } from '../src/model/execution.ts';
import { formatCount, formatDuration } from './amounts.ts';
import type { Selection, TextOf } from './rows/selection.ts';
import type { StatusBarContent } from './shell/statusBar.ts';
import { statedLook } from './shell/statusLook.ts';
import type { ShownLog } from './shownLog.ts';
import { countWords, type Translate } from './words.ts';

export interface StatusParts {
  readonly t: Translate;
  readonly language: string;
  readonly selection: Selection;
  readonly textOf: TextOf;
  readonly now: number;
}

/** What the line below the log says. */
export function statusContent(shown: ShownLog, parts: StatusParts): StatusBarContent {
  const { session } = shown;
  const { rows } = session;
  const { now, t } = parts;
  const subject = subjectOf(shown);
  const duration = subject && durationOf(subject, now);
  const look = subject && statedLook(subject, t);
  const isCounted = session.state.kind === 'ready' && session.isNumbered;
  return {
    live: session.live,
    result: look && {
      icon: look.icon,
      tone: look.tone,
      words: duration === undefined ? look.words : t('{0} after {1}', look.words, formatDuration(duration, t)),
    },
    linesPerSecond: session.rate.perSecond,
    elapsed: duration,
    lines: isCounted ? (rows.end > rows.first ? (rows.lineNumber(rows.end - 1) ?? 0) : 0) : undefined,
    line: lineOfCaret(shown, parts.selection),
    selected: selectedWords(parts),
    now,
  };
}

/** Before anything is selected the caret may stand before the first row. */
function lineOfCaret({ rows }: ShownLog, { active: { row } }: Selection): number | undefined {
  return row >= rows.first && row < rows.end ? rows.lineNumber(row) : undefined;
}

/** What the log is the log of. */
export function subjectOf({ details, session }: ShownLog): HostResult | Step | Execution | undefined {
  const { scope } = session.address;
  const { host, step, execution } = details.known;
  if (scope.host !== undefined) return host;
  return scope.step === undefined ? execution : step;
}

function selectedWords({ t, language, selection, textOf }: StatusParts): string {
  if (selection.isEmpty) return '';
  const { start, end } = selection;
  const lines = end.row - start.row + (end.column === 0 && end.row > start.row ? 0 : 1);
  const shown = (count: number): string => formatCount(count, language);
  if (lines > 1) return countWords(t, lines, '1 line selected', '{0} lines selected', shown(lines));
  const last = end.row > start.row ? Infinity : end.column;
  const characters = Math.min(last, textOf(start.row)?.length ?? 0) - start.column;
  return countWords(t, characters, '1 character selected', '{0} characters selected', shown(characters));
}
