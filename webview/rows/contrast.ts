/** What WCAG 2 asks of text, and what the editor's terminal keeps to where nothing else is set. */
const leastContrast = 4.5;

/**
 * The text's colour, moved towards black or white no further than it takes to read it on the background; the very
 * colour where it can be read. Goes the way that the terminal goes, by tenths, so that both show the same. Colours are
 * 0xRRGGBB.
 */
export function readableOn(background: number, foreground: number): number {
  const behind = luminance(background);
  const text = luminance(foreground);
  if (contrast(text, behind) >= leastContrast) return foreground;
  const away = moved(foreground, behind, text < behind ? 0 : 255);
  if (contrast(luminance(away), behind) >= leastContrast) return away;
  const back = moved(foreground, behind, text < behind ? 255 : 0);
  return contrast(luminance(back), behind) > contrast(luminance(away), behind) ? back : away;
}

function moved(colour: number, behind: number, end: 0 | 255): number {
  let at = colour;
  while (at !== end * 0x10101 && contrast(luminance(at), behind) < leastContrast)
    at = (tenth(at >> 16, end) << 16) | (tenth((at >> 8) & 0xff, end) << 8) | tenth(at & 0xff, end);
  return at;
}

function tenth(channel: number, end: 0 | 255): number {
  return end === 0 ? channel - Math.ceil(channel / 10) : channel + Math.ceil((255 - channel) / 10);
}

/** Between two luminances. */
function contrast(a: number, b: number): number {
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance(colour: number): number {
  return 0.2126 * linear(colour >> 16) + 0.7152 * linear((colour >> 8) & 0xff) + 0.0722 * linear(colour & 0xff);
}

function linear(channel: number): number {
  const share = channel / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}
