import type { LineColumns } from '../model/line.ts';
import { hasEscapes } from './escapes.ts';
import { LineTexts, type LineWindow } from './lineTexts.ts';
import type { Pattern } from './pattern.ts';

/**
 * Indexes of the lines that match, in order. Text is decoded and searched for the pattern's hint many lines at a
 * time; only lines in which something was found are looked at one by one.
 */
export function searchRows(lines: LineColumns, pattern: Pattern): number[] {
  const found: number[] = [];
  const texts = new LineTexts(lines);
  for (let from = 0; from < lines.count;) {
    const window = texts.windowFrom(from);
    // An escape sequence may stand in the middle of what is looked for.
    if (pattern.hint && !hasEscapes(window.text)) searchHits(window, texts, pattern, pattern.hint, found);
    else searchEach(window, texts, pattern, found);
    from = window.to;
  }
  return found;
}

function searchEach({ from, to }: LineWindow, texts: LineTexts, pattern: Pattern, found: number[]): void {
  for (let row = from; row < to; row++) if (pattern.test(texts.at(row))) found.push(row);
}

function searchHits(window: LineWindow, texts: LineTexts, pattern: Pattern, hint: RegExp, found: number[]): void {
  const { text, starts, shift, base } = window;
  hint.lastIndex = 0;
  let row = window.from;
  for (let hit = hint.exec(text); hit && row < window.to; hit = hint.exec(text)) {
    while ((starts[row + 1 - shift] ?? 0) - base <= hit.index) row++;
    // The hit may reach into the next line, or be no whole word; another one in the line may do.
    if (pattern.test(texts.at(row))) found.push(row);
    row++;
    hint.lastIndex = (starts[row - shift] ?? 0) - base;
  }
}
