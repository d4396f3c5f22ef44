import { isNameCharacter, WordTable } from './wordTable.ts';

/** Behind the word: it goes on as a name (`error.ts`, `errors::x`, `error-log`) or is given a value. */
const nameAfter = /(?:[-_/\\(]|\.\w|::\w|\s=\s|\s?=>)/y;

/** Behind the word: its value is nothing. */
const nothingAfter =
  /["']?\s*(?:[:=]|count\b\s*[:=]?)\s*(?:[+-]?0+(?:\.0+)?%?(?![\d.:\w])|(?:null|none|nil|false|undefined|""|''|\[\]|\{\}|<nil>)\s*(?:$|[,;)}\]]))/iy;

/**
 * True when the word `text[from .. to)` of failure does not tell of one: a count of zero ("0 errors", "failed: 0"),
 * a denial ("no errors"), or a part of a name ("error.ts", "--on-error").
 */
export function isNegated(text: string, from: number, to: number): boolean {
  if (from > 0 && '-_./\\$#@&'.includes(text.charAt(from - 1))) return true;
  nameAfter.lastIndex = to;
  nothingAfter.lastIndex = to;
  return nameAfter.test(text) || nothingAfter.test(text) || isDenied(text, from);
}

type Before = 'nothing' | 'talk';

const wordsBefore = new WordTable<Before>({
  no: 'nothing',
  non: 'nothing',
  zero: 'nothing',
  without: 'nothing',
  any: 'nothing',
  ignore: 'nothing',
  ignored: 'nothing',
  ignores: 'nothing',
  ignoring: 'nothing',
  suppress: 'nothing',
  suppressed: 'nothing',
  ...Object.fromEntries(
    (
      'on if when unless whether or and for as is was be handle handles handling expected expects previous last ' +
      'not never avoid avoids prevent prevents throws throw return returns raise raises test the this that an a ' +
      'your new const let var class import function type catch'
    )
      .split(' ')
      .map((word): [string, Before] => [word, 'talk']),
  ),
});

/** "0 errors", "no known errors": nothing, among the three words before. */
function isDenied(text: string, from: number): boolean {
  let to = from;
  for (let words = 0; words < 3 && text.charAt(to - 1) === ' '; words++) {
    const end = to - 1;
    let start = end;
    while (start > 0 && end - start < 16 && isNameCharacter(text.charCodeAt(start - 1))) start--;
    if (start === end) return false;
    if (end - start === 1 && text.charAt(start) === '0') return !/[\d.,:=]/.test(text.charAt(start - 1));
    if (wordsBefore.at(text, start, end) === 'nothing') return true;
    to = start;
  }
  return false;
}

const topicAfter =
  /(?:'s)? (?:handl|pages?\b|rates?\b|logs?\b|logger|logging|boundar|budget|report|codes? ?[:=]? ?0\b|counts?\b|toleran|correct|free|types?\b|class(?:es)?\b|levels?\b|streams?\b|output\b|recover|track|monitor|messages? (?:for|to|are|is)\b|when \w+ (?:is|are)\b)/iy;

const happened = /(?: (?:errors?|exceptions?))?(?: ?:| (?:occurr|happen|while|during|was|has))/iy;

/** True when the word is what the line is about, not what happened: "error handling", "retry on error". */
export function isTopic(text: string, from: number, to: number): boolean {
  topicAfter.lastIndex = to;
  if (topicAfter.test(text)) return true;
  if (from === 0 || !isTalkBefore(text, from)) return false;
  happened.lastIndex = to;
  return !happened.test(text);
}

function isTalkBefore(text: string, from: number): boolean {
  const before = text.charAt(from - 1);
  if (before === '(' || before === '`') return true;
  if (before !== ' ') return false;
  let start = from - 1;
  while (start > 0 && from - start < 16 && isNameCharacter(text.charCodeAt(start - 1))) start--;
  return start < from - 1 && wordsBefore.at(text, start, from - 1) === 'talk';
}
