import { plainStyle, type Style } from '../../src/text/ansi.ts';
import { paletteColour } from './palette.ts';
import type { RunColour, ThemeColours } from './themeColours.ts';

/** Theme colours come from classes, other colours are set on the element; neither is ever markup. */
export function paintStyle(element: HTMLElement, style: Style, theme: ThemeColours): void {
  if (style === plainStyle) return;
  if (style.fg !== undefined || style.bg !== undefined || style.inverse) paintColours(element, style, theme);
  for (const name of ['bold', 'dim', 'italic', 'underline', 'strike', 'hidden'] as const)
    if (style[name]) element.classList.add(name);
}

function paintColours(element: HTMLElement, style: Style, theme: ThemeColours): void {
  const text: RunColour = style.inverse ? (style.bg ?? 'background') : (style.fg ?? 'foreground');
  const behind: RunColour = style.inverse ? (style.fg ?? 'foreground') : (style.bg ?? 'background');
  const instead = theme.instead(text, behind);
  if (instead === undefined) paintColour(element, 'color', 'fg', text);
  else element.style.color = rgb(instead);
  if (behind !== 'background') paintColour(element, 'backgroundColor', 'bg', behind);
}

function paintColour(
  element: HTMLElement,
  property: 'color' | 'backgroundColor',
  prefix: 'fg' | 'bg',
  colour: RunColour,
): void {
  if (typeof colour === 'string') element.classList.add(`${prefix}-${colour}`);
  else if (typeof colour === 'number' && colour < 16) element.classList.add(`${prefix}-${colour}`);
  else
    element.style[property] =
      typeof colour === 'number' ? rgb(paletteColour(colour)) : `rgb(${colour.r}, ${colour.g}, ${colour.b})`;
}

function rgb(colour: number): string {
  return `rgb(${colour >> 16}, ${(colour >> 8) & 0xff}, ${colour & 0xff})`;
}
