import type { Colour, Style } from './ansi.ts';

/** The escape sequences that lead from one style to another. */
export function renditionOf(from: Style, to: Style): string {
  const codes = ['0'];
  if (to.bold) codes.push('1');
  if (to.dim) codes.push('2');
  if (to.italic) codes.push('3');
  if (to.underline) codes.push('4');
  if (to.inverse) codes.push('7');
  if (to.hidden) codes.push('8');
  if (to.strike) codes.push('9');
  if (to.fg !== undefined) codes.push(colourCode(38, to.fg));
  if (to.bg !== undefined) codes.push(colourCode(48, to.bg));
  const link = from.link === to.link ? '' : `\u001b]8;;${to.link ?? ''}\u0007`;
  return `\u001b[${codes.join(';')}m${link}`;
}

function colourCode(kind: 38 | 48, colour: Colour): string {
  return typeof colour === 'number' ? `${kind};5;${colour}` : `${kind};2;${colour.r};${colour.g};${colour.b}`;
}
