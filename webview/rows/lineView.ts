import type { Link } from '../../src/bridge/logHost.ts';
import type { LineBatch } from '../../src/model/line.ts';
import { plainStyle, styleRuns, type Style, type StyleRun } from '../../src/text/ansi.ts';
import { lastState } from '../../src/text/carriageReturns.ts';
import { findLinks, type FoundLink } from '../../src/text/links.ts';

/** A stretch of a line of one style and one target. */
export interface Piece {
  readonly text: string;
  readonly style: Style;
  readonly link: Link | undefined;
}

export interface LineView {
  /** What is shown: without escape sequences, after carriage returns. Columns of selections count in this. */
  readonly text: string;
  readonly pieces: readonly Piece[];
  /** Bytes of the line that are not shown, because no screen could. */
  readonly hiddenBytes: number;
}

/** More than this of one line is not shown. */
const mostBytes = 16_384;
const carriageReturn = 13;
const decoder = new TextDecoder();

export function viewLine(batch: LineBatch, index: number): LineView {
  const bytes = batch.text.subarray(batch.offsets[index], batch.offsets[index + 1]);
  const shown = bytes.length > mostBytes ? partOf(bytes) : bytes;
  const { runs } = styleRuns(lastState(textOf(shown, bytes)));
  const text = runs.length === 1 ? (runs[0]?.text ?? '') : runs.map((run) => run.text).join('');
  return { text, pieces: piecesOf(runs, findLinks(text)), hiddenBytes: bytes.length - shown.length };
}

/** The whole text of a line as it can be read, however long. */
export function readableText(batch: LineBatch, index: number): string {
  const bytes = batch.text.subarray(batch.offsets[index], batch.offsets[index + 1]);
  return styleRuns(lastState(decoder.decode(bytes)))
    .runs.map((run) => run.text)
    .join('');
}

/** A progress bar counts by its last state, anything else by its beginning. */
function partOf(bytes: Uint8Array): Uint8Array {
  const last = bytes.lastIndexOf(carriageReturn, bytes.length - 2);
  return last < 0 ? bytes.subarray(0, mostBytes) : bytes.subarray(last + 1, last + 1 + mostBytes);
}

/** A cut through a character leaves no replacement character behind; the decoder that waits for its rest decodes no other line. */
function textOf(shown: Uint8Array, whole: Uint8Array): string {
  return shown.length === whole.length ? decoder.decode(shown) : new TextDecoder().decode(shown, { stream: true });
}

function piecesOf(runs: readonly StyleRun[], links: readonly FoundLink[]): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let next = 0;
  for (const { text, style } of runs) {
    let from = 0;
    while (from < text.length) {
      while (next < links.length && (links[next]?.to ?? 0) <= at + from) next++;
      const link = links[next];
      const inside = link !== undefined && link.from <= at + from;
      const until = link === undefined ? text.length : (inside ? link.to : link.from) - at;
      const to = Math.min(text.length, until);
      pieces.push({ text: text.slice(from, to), style, link: linkOf(style) ?? (inside ? link.link : undefined) });
      from = to;
    }
    at += text.length;
  }
  return pieces;
}

function linkOf(style: Style): Link | undefined {
  if (style === plainStyle || style.link === undefined) return undefined;
  if (/^https?:/i.test(style.link)) return { kind: 'url', url: style.link };
  const path = /^file:\/\/[^/]*(\/.*)$/i.exec(style.link)?.[1];
  return path === undefined ? undefined : { kind: 'file', path: decoded(path) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
