import { levels, type Level, type LineColumns } from '../model/line.ts';
import { stripAnsi } from './ansi.ts';
import { spokenLevel } from './spokenLevel.ts';
import { tellingWords } from './levelWords.ts';
import { LineTexts } from './lineTexts.ts';
import { statedLevel } from './statedLevel.ts';
import { WordScan } from './wordScan.ts';

/** A line is judged by so many of its characters, however long it is. */
const judgedLength = 4_000;

/** How grave a line says it is; `none` when it does not say. */
export function detectLevel(text: string): Level {
  const line = stripAnsi(text.length > judgedLength ? text.slice(0, judgedLength) : text);
  return statedLevel(line) ?? spokenLevel(line);
}

const scan = new WordScan(
  tellingWords.map((word) => ({ word, anyCase: word === word.toLowerCase() && word !== word.toUpperCase() })),
);

/**
 * Fills `levels` in place where it is none, with what `detectLevel` says. Lines that cannot have a level are never
 * decoded: the whole text is searched for telling words first.
 */
export function markLevels(lines: LineColumns): void {
  const texts = new LineTexts(lines);
  const { offsets, count } = lines;
  let line = 0;
  scan.scan(lines.text, offsets[0] ?? 0, (at) => {
    while (line < count && (offsets[line + 1] ?? 0) <= at) line++;
    if (line >= count) return lines.text.length;
    mark(lines, texts, line);
    return offsets[line + 1] ?? lines.text.length;
  });
  markByFirstBytes(lines, texts);
}

function mark(lines: LineColumns, texts: LineTexts, index: number): void {
  if (lines.levels[index] === 0) lines.levels[index] = levels.indexOf(detectLevel(texts.at(index)));
}

/** Levels that only the first characters tell: `E0203 …`, `E: …`, `E   …`, `<11>…`. */
function markByFirstBytes(lines: LineColumns, texts: LineTexts): void {
  const { text, offsets, count } = lines;
  let start = offsets[0] ?? 0;
  for (let line = 0; line < count; line++) {
    const end = offsets[line + 1] ?? start;
    if (end - start > 3 && mayBeCoded[text[start] ?? 0] === 1 && isCoded(text, start, end)) mark(lines, texts, line);
    start = end;
  }
}

const escape = 0x1b;
const mayBeCoded = new Uint8Array(256);
for (const character of 'IWEF<') mayBeCoded[character.charCodeAt(0)] = 1;
mayBeCoded[escape] = 1;

function isCoded(text: Uint8Array, start: number, end: number): boolean {
  let at = start;
  // Colours before the first character: CSI, parameters, final.
  while (text[at] === escape && at + 2 < end) {
    at += 2;
    while (at < end && (text[at] ?? 0) < 0x40) at++;
    at++;
  }
  const first = text[at] ?? 0;
  const second = text[at + 1] ?? 0;
  if (mayBeCoded[first] !== 1) return false;
  return (second >= 0x30 && second <= 0x3a) || (first === 0x45 && second === 0x20 && text[at + 2] === 0x20);
}
