import { lastState } from '../text/carriageReturns.ts';
import { stripAnsi } from '../text/ansi.ts';
import { escapeEnd, nextEscape } from '../text/escapes.ts';

const colourSequence = /^\u001b\[[0-9;:]*m$/;
const reset = '\u001b[0m';

/**
 * A log line as a terminal may have it: with its colours, without anything that moves the cursor, sets the title or
 * the clipboard, turns text around or asks the terminal to answer.
 */
export function colouredText(text: string): string {
  let coloured = false;
  let shown = '';
  let from = 0;
  for (let at = nextEscape(text, 0); at >= 0; at = nextEscape(text, from)) {
    shown += withoutControls(text.slice(from, at));
    from = escapeEnd(text, at);
    const sequence = text.slice(at, from);
    if (!colourSequence.test(sequence)) continue;
    coloured = true;
    shown += sequence;
  }
  shown += withoutControls(text.slice(from));
  return coloured ? shown + reset : shown;
}

/** A log line as plain text. */
export function plainText(text: string): string {
  return withoutControls(stripAnsi(text));
}

/** What a terminal would show of a line in the end. */
export function shownText(text: string, withColours: boolean): string {
  const last = lastState(text);
  return withColours ? colouredText(last) : plainText(last);
}

/** Tabs stay; other control characters and those that reorder text (https://trojansource.codes) go. */
function withoutControls(text: string): string {
  return text.replace(/[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '');
}
