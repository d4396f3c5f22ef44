import { plainStyle, type Colour, type Style } from '../../src/text/ansi.ts';

/** Theme colours come from classes, other colours are set on the element; neither is ever markup. */
export function paintStyle(element: HTMLElement, style: Style): void {
  if (style === plainStyle) return;
  const foreground = style.inverse ? (style.bg ?? 'background') : style.fg;
  const background = style.inverse ? (style.fg ?? 'foreground') : style.bg;
  paintColour(element, 'color', 'fg', foreground);
  paintColour(element, 'backgroundColor', 'bg', background);
  for (const name of ['bold', 'dim', 'italic', 'underline', 'strike', 'hidden'] as const)
    if (style[name]) element.classList.add(name);
}

function paintColour(
  element: HTMLElement,
  property: 'color' | 'backgroundColor',
  prefix: 'fg' | 'bg',
  colour: Colour | 'foreground' | 'background' | undefined,
): void {
  if (colour === undefined) return;
  if (typeof colour === 'string') element.classList.add(`${prefix}-${colour}`);
  else if (typeof colour === 'number' && colour < 16) element.classList.add(`${prefix}-${colour}`);
  else element.style[property] = typeof colour === 'number' ? paletteColour(colour) : rgb(colour.r, colour.g, colour.b);
}

/** Colours 16–231 of the terminal palette are a cube of six steps, 232–255 a grey ramp. */
function paletteColour(index: number): string {
  if (index >= 232) {
    const grey = (index - 232) * 10 + 8;
    return rgb(grey, grey, grey);
  }
  const cube = index - 16;
  return rgb(step(Math.floor(cube / 36)), step(Math.floor(cube / 6) % 6), step(cube % 6));
}

function step(value: number): number {
  return value === 0 ? 0 : value * 40 + 55;
}

function rgb(r: number, g: number, b: number): string {
  return `rgb(${r}, ${g}, ${b})`;
}
