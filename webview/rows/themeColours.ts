import type { Colour } from '../../src/text/ansi.ts';
import { ansiProperties } from './ansiNames.ts';
import { readableOn } from './contrast.ts';
import { paletteColour } from './palette.ts';

/** A colour of a run; text without one has the theme's. */
export type RunColour = Colour | 'foreground' | 'background';

/** A log may hold every pair of colours there is. */
const mostPairs = 4_096;
const properties = [...ansiProperties, '--vscode-editor-foreground', '--vscode-editor-background'];
const foreground = ansiProperties.length;
const background = foreground + 1;

/** One theme's colours, and what they need to be read on one another. Another theme is another object. */
export class ThemeColours {
  readonly #element: Element;
  /** By text and background. */
  readonly #known = new Map<number, number | undefined>();
  #colours: readonly number[] | undefined;

  constructor(element: Element) {
    this.#element = element;
  }

  /** The colour, 0xRRGGBB, that text has to take instead of its own; undefined where that can be read. */
  instead(text: RunColour, behind: RunColour): number | undefined {
    const key = keyOf(text) * 0x2000000 + keyOf(behind);
    const known = this.#known.get(key);
    if (known !== undefined || this.#known.has(key)) return known;
    const own = this.#valueOf(text);
    const readable = readableOn(this.#valueOf(behind), own);
    const instead = readable === own ? undefined : readable;
    if (this.#known.size >= mostPairs) this.#known.clear();
    this.#known.set(key, instead);
    return instead;
  }

  #valueOf(colour: RunColour): number {
    if (typeof colour === 'object') return valueOf(colour);
    if (typeof colour === 'number' && colour >= 16) return paletteColour(colour);
    this.#colours ??= resolve(this.#element);
    const index = typeof colour === 'number' ? colour : colour === 'foreground' ? foreground : background;
    return this.#colours[index] ?? 0;
  }
}

function keyOf(colour: RunColour): number {
  if (typeof colour === 'object') return 0x1000000 | valueOf(colour);
  return typeof colour === 'number' ? colour : colour === 'foreground' ? 256 : 257;
}

function valueOf({ r, g, b }: { readonly r: number; readonly g: number; readonly b: number }): number {
  return (r << 16) | (g << 8) | b;
}

/** The colours as the screen shows them, however the theme writes them: painted over its background and read back. */
function resolve(element: Element): number[] {
  const style = getComputedStyle(element);
  const pen = new OffscreenCanvas(properties.length, 1).getContext('2d', { willReadFrequently: true });
  if (!pen) return [];
  pen.fillStyle = style.getPropertyValue('--vscode-editor-background');
  pen.fillRect(0, 0, properties.length, 1);
  for (const [x, property] of properties.entries()) {
    // A colour that the theme lacks is that of the text around, as in the style sheet.
    pen.fillStyle = style.getPropertyValue('--vscode-editor-foreground');
    pen.fillStyle = style.getPropertyValue(property);
    pen.fillRect(x, 0, 1, 1);
  }
  const { data } = pen.getImageData(0, 0, properties.length, 1);
  return properties.map((_, x) => valueOf({ r: data[4 * x] ?? 0, g: data[4 * x + 1] ?? 0, b: data[4 * x + 2] ?? 0 }));
}
