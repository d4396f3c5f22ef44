import type { LineColumns } from '../model/line.ts';
import { hasEscapes } from './escapes.ts';
import { LineTexts } from './lineTexts.ts';
import type { Pattern } from './pattern.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const windowSize = 65_536;

/**
 * Indexes of the lines that match, in order. Text is decoded and searched for the pattern's hint many lines at a
 * time; only lines in which something was found are looked at one by one.
 */
export function searchRows(lines: LineColumns, pattern: Pattern): number[] {
  const found: number[] = [];
  const texts = new LineTexts(lines);
  for (let from = 0; from < lines.count;) {
    const to = windowEnd(lines, from);
    if (pattern.hint) searchWindow(lines, texts, pattern, pattern.hint, from, to, found);
    else searchEach(texts, pattern, from, to, found);
    from = to;
  }
  return found;
}

/** Index behind the lines that go with line `from` into one window; at least one. */
function windowEnd(lines: LineColumns, from: number): number {
  const most = (lines.offsets[from] ?? 0) + windowSize;
  let low = from + 1;
  let high = lines.count;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines.offsets[middle] ?? 0) <= most) low = middle;
    else high = middle - 1;
  }
  return low;
}

function searchEach(texts: LineTexts, pattern: Pattern, from: number, to: number, found: number[]): void {
  for (let row = from; row < to; row++) if (pattern.test(texts.at(row))) found.push(row);
}

function searchWindow(
  lines: LineColumns,
  texts: LineTexts,
  pattern: Pattern,
  hint: RegExp,
  from: number,
  to: number,
  found: number[],
): void {
  const start = lines.offsets[from] ?? 0;
  const bytes = lines.text.subarray(start, lines.offsets[to]);
  const window = decoder.decode(bytes);
  // An escape sequence may stand in the middle of what is looked for.
  if (hasEscapes(window)) return searchEach(texts, pattern, from, to, found);
  hint.lastIndex = 0;
  let hit = hint.exec(window);
  // Positions tell lines only where every character is one byte.
  if (hit && window.length !== bytes.length) return searchEach(texts, pattern, from, to, found);
  for (let row = from; hit && row < to; hit = hint.exec(window)) {
    while ((lines.offsets[row + 1] ?? 0) - start <= hit.index) row++;
    // The hit may reach into the next line, or be no whole word; another one in the line may do.
    if (pattern.test(texts.at(row))) found.push(row);
    row++;
    hint.lastIndex = (lines.offsets[row] ?? 0) - start;
  }
}
