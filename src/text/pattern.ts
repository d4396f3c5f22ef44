import { RE2JS } from 're2js';
import { LogError } from '../model/errors.ts';
import type { TextPattern } from '../model/query.ts';
import { stripAnsi } from './ansi.ts';
import { requiredLiteral } from './requiredLiteral.ts';

/** Tells whether and where a text matches. Escape sequences are left out; positions are those of the visible text. */
export interface Pattern {
  test(text: string): boolean;
  /** From and to (exclusive) of each match, in order, without overlap, never empty. */
  ranges(text: string): [from: number, to: number][];
  /**
   * Global; finds something in every visible text that matches, and in any text that contains such a text. Absent
   * when nothing cheaper than `test` is known.
   */
  readonly hint?: RegExp;
}

const longestPattern = 2_000;
const wordClass = '\\p{L}\\p{M}\\p{N}_';
const startsAsWord = new RegExp(`^[${wordClass}]`, 'u');
const endsAsWord = new RegExp(`[${wordClass}]$`, 'u');

/** Throws `invalidRequest` when the pattern cannot be understood. An empty plain text matches everything. */
export function compilePattern(pattern: TextPattern): Pattern {
  if (pattern.pattern.length > longestPattern) {
    throw new LogError('invalidRequest', `A pattern may have at most ${longestPattern} characters.`);
  }
  return pattern.regex ? regularPattern(pattern) : plainPattern(pattern);
}

function plainPattern({ pattern, matchCase = false, wholeWord = false }: TextPattern): Pattern {
  const literal = escapeRegExp(pattern);
  // Without the flag u, ignoring case is simple and fast, and for ASCII means what people expect.
  const isAscii = /^[\u0020-\u007e]*$/.test(pattern);
  const hint = new RegExp(literal, `g${matchCase ? '' : 'i'}${isAscii ? '' : 'u'}`);
  const finder = wholeWord ? new RegExp(asWord(pattern, literal), `gu${matchCase ? '' : 'i'}`) : hint;
  const isPlain = matchCase && !wholeWord;
  return {
    hint,
    test(text) {
      const visible = stripAnsi(text);
      return isPlain ? visible.includes(pattern) : visible.search(finder) >= 0;
    },
    ranges(text) {
      const found: [number, number][] = [];
      for (const { 0: match, index } of stripAnsi(text).matchAll(finder)) {
        if (match) found.push([index, index + match.length]);
      }
      return found;
    },
  };
}

/** A side that is no word itself needs no border: `(foo` is found in `x(foo`. */
function asWord(pattern: string, literal: string): string {
  const before = startsAsWord.test(pattern) ? `(?<![${wordClass}])` : '';
  const after = endsAsWord.test(pattern) ? `(?![${wordClass}])` : '';
  return before + literal + after;
}

/** Takes time in proportion to the text whatever the pattern; therefore knows no look-around and no back-references. */
function regularPattern({ pattern, matchCase = false, wholeWord = false }: TextPattern): Pattern {
  const flags = matchCase ? 0 : RE2JS.CASE_INSENSITIVE;
  const plain = compileRegular(pattern, flags, pattern);
  const group = wholeWord ? 1 : 0;
  const compiled = wholeWord ? compileRegular(asWholeWord(pattern), flags, pattern) : plain;
  const literal = requiredLiteral(pattern, matchCase);
  return {
    ...(literal !== undefined && { hint: new RegExp(escapeRegExp(literal), matchCase ? 'g' : 'gi') }),
    test: (text) => compiled.test(stripAnsi(text)),
    ranges: (text) => regularRanges(compiled, group, stripAnsi(text)),
  };
}

function regularRanges(compiled: RE2JS, group: number, text: string): [number, number][] {
  const found: [number, number][] = [];
  const matcher = compiled.matcher(text);
  for (let at = 0; at <= text.length && matcher.find(at);) {
    const from = matcher.start(group);
    const to = matcher.end(group);
    if (to > from) found.push([from, to]);
    at = Math.max(to, at + 1, from);
  }
  return found;
}

function asWholeWord(pattern: string): string {
  return `(?:^|[^${wordClass}])(${pattern})(?:[^${wordClass}]|$)`;
}

/** `typed` is what the user wrote of the pattern: errors tell of that alone. */
function compileRegular(pattern: string, flags: number, typed: string): RE2JS {
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    const whole = flags === RE2JS.CASE_INSENSITIVE ? `(?i)${pattern}` : pattern;
    const reason = (error instanceof Error ? error.message : String(error))
      .replace(/^error parsing regexp: /, '')
      .replace(`\`${whole}\``, () => `\`${typed}\``);
    throw new LogError('invalidRequest', `The regular expression cannot be understood: ${reason}.`, { cause: error });
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
