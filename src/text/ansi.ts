import { escapeEnd, hasEscapes, nextEscape } from './escapes.ts';
import { applyRendition, attribute, noColour, trueColour, type Pen } from './pen.ts';

/** An index into the 256-colour palette (0–15 are the theme's terminal colours), or a colour of its own. */
export type Colour = number | { readonly r: number; readonly g: number; readonly b: number };

export interface Style {
  readonly fg?: Colour;
  readonly bg?: Colour;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly inverse?: boolean;
  readonly hidden?: boolean;
  readonly strike?: boolean;
  /** Target of an OSC 8 hyperlink; http, https or file only. */
  readonly link?: string;
}

export interface StyleRun {
  readonly text: string;
  readonly style: Style;
}

/** The style of text that has none; runs without style carry this very object. */
export const plainStyle: Style = Object.freeze({});

/**
 * Cuts a line into runs of one style. The runs' texts joined are the visible text; neighbours differ in style.
 * `end` is what the next line begins with when the writer did not reset.
 */
export function styleRuns(text: string, initial: Style = plainStyle): { runs: StyleRun[]; end: Style } {
  if (!hasEscapes(text)) return { runs: text === '' ? [] : [{ text, style: initial }], end: initial };
  let escape = nextEscape(text, 0);
  const writer = new RunWriter(initial);
  let from = 0;
  while (escape >= 0) {
    if (escape > from) writer.write(text.slice(from, escape));
    const rendition = renditionEnd(text, escape);
    if (rendition > 0) {
      applyRendition(writer.pen, text, escape + 2, rendition - 1);
      from = rendition;
    } else {
      from = escapeEnd(text, escape);
      applySequence(writer.pen, text, escape, from);
    }
    escape = nextEscape(text, from);
  }
  if (from < text.length) writer.write(text.slice(from));
  return { runs: writer.runs, end: writer.style() };
}

/** Index behind the `ESC [ … m` at `at`, by far the most frequent sequence; 0 when it is another one. */
function renditionEnd(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x1b || text.charCodeAt(at + 1) !== 0x5b) return 0;
  let end = at + 2;
  let code = text.charCodeAt(end);
  while (code >= 0x30 && code <= 0x3b) code = text.charCodeAt(++end);
  return code === 0x6d ? end + 1 : 0;
}

/** The text without terminal control sequences: what can be read of it, searched in and copied. */
export function stripAnsi(text: string): string {
  if (!hasEscapes(text)) return text;
  let escape = nextEscape(text, 0);
  let visible = '';
  let from = 0;
  while (escape >= 0) {
    if (escape > from) visible += text.slice(from, escape);
    from = escapeEnd(text, escape);
    escape = nextEscape(text, from);
  }
  return visible + text.slice(from);
}

/** Collects runs; text in the style of the run before goes on with that run. */
class RunWriter {
  readonly runs: { text: string; style: Style }[] = [];
  readonly pen: Pen;
  /** The pen as it was for `#style`. */
  readonly #known: Pen;
  #style: Style;

  constructor(initial: Style) {
    this.pen = penOf(initial);
    this.#known = { ...this.pen };
    this.#style = initial;
  }

  write(text: string): void {
    const style = this.style();
    const last = this.runs.length > 0 ? this.runs[this.runs.length - 1] : undefined;
    if (last?.style === style) last.text += text;
    else this.runs.push({ text, style });
  }

  /** The pen's style; the same object as long as the pen writes the same. */
  style(): Style {
    const pen = this.pen;
    const known = this.#known;
    if (
      pen.attributes !== known.attributes ||
      pen.foreground !== known.foreground ||
      pen.background !== known.background ||
      pen.link !== known.link
    ) {
      known.attributes = pen.attributes;
      known.foreground = pen.foreground;
      known.background = pen.background;
      known.link = pen.link;
      this.#style = styleOf(pen);
    }
    return this.#style;
  }
}

function applySequence(pen: Pen, text: string, from: number, to: number): void {
  const content = text.charCodeAt(from) === 0x1b ? from + 2 : from + 1;
  if (to <= content) return;
  const kind = text.charCodeAt(content - 1);
  if (kind === 0x9b) {
    if (text.charCodeAt(to - 1) === 0x6d && isRendition(text, content, to - 1)) {
      applyRendition(pen, text, content, to - 1);
    }
  } else if ((kind === 0x5d || kind === 0x9d) && text.startsWith('8;', content)) {
    applyLink(pen, text.slice(content + 2, text.charCodeAt(to - 1) === 0x5c ? to - 2 : to - 1));
  }
}

/** False for private sequences that end in `m` too, such as `CSI > 4 ; 2 m`. */
function isRendition(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x30 || code > 0x3b) return false;
  }
  return true;
}

/** https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda: `params ; uri`, an empty uri ends the link. */
function applyLink(pen: Pen, content: string): void {
  const uri = content.slice(content.indexOf(';') + 1);
  pen.link = isSafeTarget(uri) ? uri : '';
}

function isSafeTarget(uri: string): boolean {
  return uri.length <= 4_096 && /^(?:https?|file):\/\/[^\s\p{Cc}\p{Cf}]+$/iu.test(uri);
}

function penOf(style: Style): Pen {
  let attributes = 0;
  if (style.bold) attributes |= attribute.bold;
  if (style.dim) attributes |= attribute.dim;
  if (style.italic) attributes |= attribute.italic;
  if (style.underline) attributes |= attribute.underline;
  if (style.inverse) attributes |= attribute.inverse;
  if (style.hidden) attributes |= attribute.hidden;
  if (style.strike) attributes |= attribute.strike;
  return { attributes, foreground: packed(style.fg), background: packed(style.bg), link: style.link ?? '' };
}

/**
 * Styles without true colours and links, by their pen. Making them anew for every run took half of the time; and a
 * view can keep what it makes of a style beside the style. Only ever holds what `newStyle` would give.
 */
const knownStyles = new Map<number, Style>();
const mostKnownStyles = 4_096;

function styleOf(pen: Pen): Style {
  const { attributes, foreground, background, link } = pen;
  if (link !== '' || foreground >= trueColour || background >= trueColour) return newStyle(pen);
  if (attributes === 0 && foreground === noColour && background === noColour) return plainStyle;
  const key = attributes | ((foreground + 1) << 7) | ((background + 1) << 16);
  const known = knownStyles.get(key);
  if (known) return known;
  if (knownStyles.size >= mostKnownStyles) knownStyles.clear();
  const style = Object.freeze(newStyle(pen));
  knownStyles.set(key, style);
  return style;
}

function newStyle({ attributes, foreground, background, link }: Pen): Style {
  const style: { -readonly [K in keyof Style]: Style[K] } = {};
  if (foreground !== noColour) style.fg = unpacked(foreground);
  if (background !== noColour) style.bg = unpacked(background);
  if (attributes & attribute.bold) style.bold = true;
  if (attributes & attribute.dim) style.dim = true;
  if (attributes & attribute.italic) style.italic = true;
  if (attributes & attribute.underline) style.underline = true;
  if (attributes & attribute.inverse) style.inverse = true;
  if (attributes & attribute.hidden) style.hidden = true;
  if (attributes & attribute.strike) style.strike = true;
  if (link !== '') style.link = link;
  return style;
}

function packed(colour: Colour | undefined): number {
  if (colour === undefined) return noColour;
  return typeof colour === 'number' ? colour : trueColour + colour.r * 0x10000 + colour.g * 0x100 + colour.b;
}

function unpacked(colour: number): Colour {
  if (colour < trueColour) return colour;
  return { r: (colour >> 16) & 0xff, g: (colour >> 8) & 0xff, b: colour & 0xff };
}
