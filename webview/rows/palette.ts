/** Colours 16–231 of the terminal palette are a cube of six steps, 232–255 a grey ramp; as 0xRRGGBB. */
export function paletteColour(index: number): number {
  if (index >= 232) return ((index - 232) * 10 + 8) * 0x10101;
  const cube = index - 16;
  return (step(Math.floor(cube / 36)) << 16) | (step(Math.floor(cube / 6) % 6) << 8) | step(cube % 6);
}

function step(value: number): number {
  return value === 0 ? 0 : value * 40 + 55;
}
