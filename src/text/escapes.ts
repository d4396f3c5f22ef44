/**
 * Where terminal control sequences begin and end (ECMA-48, and xterm's string sequences):
 * https://invisible-island.net/xterm/ctlseqs/ctlseqs.html. Every character is looked at a bounded number of times.
 *
 * Damaged input loses its escape characters, never its words: a sequence that is not finished on its line ends
 * before the first character that cannot belong to it, and a string sequence without terminator gives up only its
 * introducer. So no introducer is left in visible text, and none can be put together from halves.
 */

const escape = 0x1b;
const bell = 0x07;
const newline = 0x0a;
const cancel = 0x18;
const substitute = 0x1a;

/** 8-bit forms of ESC followed by a letter. */
const deviceControl8 = 0x90;
const startOfString8 = 0x98;
const controlSequence8 = 0x9b;
const stringTerminator8 = 0x9c;
const systemCommand8 = 0x9d;
const applicationCommand8 = 0x9f;

/** True for a character that begins a sequence, or that may only end one. */
function isIntroducer(code: number): boolean {
  return (
    code === escape ||
    code === deviceControl8 ||
    code === startOfString8 ||
    (code >= controlSequence8 && code <= applicationCommand8)
  );
}

const introducers = /[\u001b\u0090\u0098\u009b-\u009f]/g;

/** Index of the next sequence at or after `from`; -1 when there is none. */
export function nextEscape(text: string, from: number): number {
  // Between sequences there is little text; far away, the engine's own search is several times faster.
  const near = Math.min(from + 24, text.length);
  for (let at = from; at < near; at++) {
    const code = text.charCodeAt(at);
    if (code > applicationCommand8 || (code > escape && code < deviceControl8)) continue;
    if (isIntroducer(code)) return at;
  }
  if (near === text.length) return -1;
  introducers.lastIndex = near;
  return introducers.test(text) ? introducers.lastIndex - 1 : -1;
}

/** True for text that is not visible as it is. */
export function hasEscapes(text: string): boolean {
  return text.search(introducers) >= 0;
}

/** Index behind the sequence that begins at `at`, always greater than `at`. */
export function escapeEnd(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code !== escape) return end8(text, at, code);
  const next = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  switch (next) {
    case 0x5b: // [
      return controlSequenceEnd(text, at + 2);
    case 0x5d: // ]
      return stringEnd(text, at + 2, true);
    case 0x50: // P
    case 0x58: // X
    case 0x5e: // ^
    case 0x5f: // _
      return stringEnd(text, at + 2, false);
    default:
      return shortEnd(text, at + 1);
  }
}

function end8(text: string, at: number, code: number): number {
  if (code === controlSequence8) return controlSequenceEnd(text, at + 1);
  if (code === stringTerminator8) return at + 1;
  return stringEnd(text, at + 1, code === systemCommand8);
}

/** Parameters, intermediates, one final character. */
function controlSequenceEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && inRange(text.charCodeAt(at), 0x30, 0x3f)) at++;
  while (at < text.length && inRange(text.charCodeAt(at), 0x20, 0x2f)) at++;
  return at < text.length && inRange(text.charCodeAt(at), 0x40, 0x7e) ? at + 1 : at;
}

/** Intermediates and one final character; ESC alone when nothing of the kind follows. */
function shortEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && inRange(text.charCodeAt(at), 0x20, 0x2f)) at++;
  return at < text.length && inRange(text.charCodeAt(at), 0x30, 0x7e) ? at + 1 : from;
}

/** Behind the terminator of a string whose content begins at `from`; `from` itself when it has none. */
function stringEnd(text: string, from: number, bellEnds: boolean): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > applicationCommand8 || (code > escape && code < deviceControl8)) continue;
    if (code === stringTerminator8 || (code === bell && bellEnds)) return at + 1;
    if (code === escape && text.charCodeAt(at + 1) === 0x5c) return at + 2;
    // Another sequence begins: to look beyond it would make many unfinished ones cost quadratic time.
    if (isIntroducer(code) || code === cancel || code === substitute || code === newline) return from;
  }
  return from;
}

function inRange(code: number, from: number, to: number): boolean {
  return code >= from && code <= to;
}
