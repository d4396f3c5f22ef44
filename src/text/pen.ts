/** Bits of `Pen.attributes`. */
export const attribute = { bold: 1, dim: 2, italic: 4, underline: 8, inverse: 16, hidden: 32, strike: 64 } as const;

/** A colour as one number: a palette index, or `trueColour` plus 0xRRGGBB, or `noColour`. */
export const noColour = -1;
export const trueColour = 0x1000000;

/** What the terminal writes with. Numbers only, so that comparing two pens costs nothing. */
export interface Pen {
  attributes: number;
  foreground: number;
  background: number;
  link: string;
}

/** Applies the parameters `text[from .. to)` of a "select graphic rendition" sequence; unknown ones are passed over. */
export function applyRendition(pen: Pen, text: string, from: number, to: number): void {
  let at = from;
  while (at <= to) {
    let code = 0;
    let character = 0;
    for (; at < to; at++) {
      character = text.charCodeAt(at);
      if (character < 0x30 || character > 0x39) break;
      code = code * 10 + character - 0x30;
    }
    if (at < to && character === 0x3a) at = applyParts(pen, code, text, at + 1, to);
    else if (code === 38 || code === 48 || code === 58) at = applyColour(pen, code, text, at + 1, to);
    else applyCode(pen, code);
    at++;
  }
}

function applyCode(pen: Pen, code: number): void {
  if (code >= 30 && code <= 37) pen.foreground = code - 30;
  else if (code >= 40 && code <= 47) pen.background = code - 40;
  else if (code >= 90 && code <= 97) pen.foreground = code - 82;
  else if (code >= 100 && code <= 107) pen.background = code - 92;
  else applyAttribute(pen, code);
}

function applyAttribute(pen: Pen, code: number): void {
  switch (code) {
    case 0:
      pen.attributes = 0;
      pen.foreground = noColour;
      pen.background = noColour;
      return;
    case 1:
    case 2:
    case 3:
    case 4:
      pen.attributes |= 1 << (code - 1);
      return;
    case 7:
    case 8:
    case 9:
      pen.attributes |= 1 << (code - 3);
      return;
    case 21: // double underline
      pen.attributes |= attribute.underline;
      return;
    case 22:
      pen.attributes &= ~(attribute.bold | attribute.dim);
      return;
    case 23:
    case 24:
      pen.attributes &= ~(1 << (code - 21));
      return;
    case 27:
    case 28:
    case 29:
      pen.attributes &= ~(1 << (code - 23));
      return;
    case 39:
      pen.foreground = noColour;
      return;
    case 49:
      pen.background = noColour;
      return;
  }
}

/** A code with parts behind colons, as in `4:3` or `38:2::255:0:0`; gives the index where the parameter ends. */
function applyParts(pen: Pen, code: number, text: string, from: number, to: number): number {
  const end = parameterEnd(text, from, to);
  if (end - from > 64) return end;
  const parts = text.slice(from, end).split(':').map(Number);
  const kind = parts[0] ?? 0;
  if (code === 4) applyAttribute(pen, kind === 0 ? 24 : 4);
  else if (kind === 5) setColour(pen, code, palette(parts[1] ?? 0));
  else if (kind === 2) {
    // The colour space may stand before the colour or be left out altogether.
    const [red = 0, green = 0, blue = 0] = parts.slice(parts.length > 4 ? 2 : 1);
    setColour(pen, code, rgb(red, green, blue));
  }
  return end;
}

/** `38;5;n` and `38;2;r;g;b`; gives the index where the last parameter used ends. */
function applyColour(pen: Pen, code: number, text: string, from: number, to: number): number {
  const kind = numberAt(text, from, to);
  let end = parameterEnd(text, from, to);
  if (kind !== 5 && kind !== 2) return end;
  const values = [0, 0, 0];
  for (let i = 0; i < (kind === 5 ? 1 : 3); i++) {
    if (end >= to) return end;
    values[i] = numberAt(text, end + 1, to);
    end = parameterEnd(text, end + 1, to);
  }
  const [first = 0, second = 0, third = 0] = values;
  setColour(pen, code, kind === 5 ? palette(first) : rgb(first, second, third));
  return end;
}

function setColour(pen: Pen, code: number, colour: number): void {
  if (Number.isNaN(colour)) return;
  if (code === 38) pen.foreground = colour;
  else if (code === 48) pen.background = colour;
}

function palette(index: number): number {
  return index <= 255 ? index : Number.NaN;
}

function rgb(red: number, green: number, blue: number): number {
  return red <= 255 && green <= 255 && blue <= 255 ? trueColour + red * 0x10000 + green * 0x100 + blue : Number.NaN;
}

function parameterEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && text.charCodeAt(at) !== 0x3b) at++;
  return at;
}

function numberAt(text: string, from: number, to: number): number {
  let value = 0;
  for (let at = from; at < to; at++) {
    const character = text.charCodeAt(at);
    if (character < 0x30 || character > 0x39) break;
    value = value * 10 + character - 0x30;
  }
  return value;
}
