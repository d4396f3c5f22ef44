import { expect, test } from 'vitest';
import { mount, painted, recorded, type Mounted } from './mount.ts';
import { highContrastTheme, lightTheme, useTheme } from './theme.ts';

/** Each line on its own row, its text its only run. */
async function shown(lines: readonly string[], theme: Readonly<Record<string, string>> = {}): Promise<Mounted> {
  const { store, address } = await recorded(lines);
  const view = await mount(store, { address, reveal: { at: 'start' } });
  useTheme(theme);
  await painted();
  return view;
}

function styleOf(view: Mounted, row: number): CSSStyleDeclaration {
  const content = view.find(`[data-row="${row}"] .text`);
  return getComputedStyle(content?.querySelector('span') ?? content ?? document.body);
}

/** The ratio of WCAG 2 between text and what it stands on. */
function contrastOf(view: Mounted, row: number): number {
  const { color, backgroundColor } = styleOf(view, row);
  const behind = backgroundColor === 'rgba(0, 0, 0, 0)' ? getComputedStyle(view.rows).backgroundColor : backgroundColor;
  const [lighter = 0, darker = 0] = [luminance(color), luminance(behind)].toSorted((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/\d+/g) ?? []).map((channel) => {
    const share = Number(channel) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const sixteen = Array.from({ length: 16 }, (_, index) => index);
const samples = [
  ...sixteen.map((index) => `\x1b[38;5;${index}mtext`),
  ...sixteen.map((index) => `\x1b[48;5;${index}mtext`),
];
const others = [
  '\x1b[38;2;255;255;255mwhite',
  '\x1b[38;2;255;255;0myellow',
  '\x1b[38;5;16mblack',
  '\x1b[38;5;231mwhite',
  '\x1b[30;40mhidden on purpose',
  '\x1b[38;2;128;128;128;48;2;120;120;120mgrey on grey',
  '\x1b[7;38;2;250;250;250mturned',
  '\x1b[7mturned',
];

test.for([
  ['dark', {}],
  ['light', lightTheme],
  ['high contrast', highContrastTheme],
] as const)('no colour makes text unreadable in the %s theme', async ([, theme]) => {
  for (const lines of [samples.slice(0, 16), samples.slice(16), others]) {
    const view = await shown(lines, theme);
    for (const row of lines.keys())
      expect(contrastOf(view, row), JSON.stringify(lines[row])).toBeGreaterThanOrEqual(4.5);
    view.app.remove();
  }
});

test('colours that can be read stay as they are', async () => {
  const lines = [
    '\x1b[32mgreen',
    '\x1b[93mbright yellow',
    '\x1b[38;5;208morange',
    '\x1b[30;103mblack on yellow',
    'none',
  ];
  const view = await shown(lines);
  const colours = (): string[] => [...lines.keys()].map((row) => styleOf(view, row).color);
  expect(colours()).toEqual([
    'rgb(13, 188, 121)',
    'rgb(245, 245, 67)',
    'rgb(255, 135, 0)',
    'rgb(0, 0, 0)',
    'rgb(204, 204, 204)',
  ]);
});

test('text that is made readable keeps its hue', async () => {
  const view = await shown(['\x1b[31mred', '\x1b[34mblue']);
  const channels = (row: number): number[] => (styleOf(view, row).color.match(/\d+/g) ?? []).map(Number);
  const [red = 0, green = 0, blue = 0] = channels(0);
  expect(red).toBeGreaterThan(Math.max(green, blue) + 80);
  const [red2 = 0, green2 = 0, blue2 = 0] = channels(1);
  expect(blue2).toBeGreaterThan(Math.max(red2, green2));
});

test('another theme makes other colours readable', async () => {
  const view = await shown(['\x1b[38;2;255;255;0myellow', '\x1b[38;2;0;0;0mblack', '\x1b[93mbright yellow']);
  expect(styleOf(view, 0).color).toBe('rgb(255, 255, 0)');
  expect(styleOf(view, 1).color).not.toBe('rgb(0, 0, 0)');
  expect(styleOf(view, 2).color).toBe('rgb(245, 245, 67)');
  useTheme(lightTheme);
  await painted();
  for (const row of [0, 2]) expect(contrastOf(view, row)).toBeGreaterThanOrEqual(4.5);
  expect(styleOf(view, 1).color).toBe('rgb(0, 0, 0)');
});

test('as many colours as a log can hold are all readable', async () => {
  const cells = (from: number): string =>
    Array.from({ length: 500 }, (_, n) => `\x1b[38;2;${(from + n) % 256};${(n * 7) % 256};${n % 64}mx`).join('');
  const view = await shown(Array.from({ length: 30 }, (_, row) => cells(row * 9)));
  const [span] = view.find('[data-row="29"] .text')?.querySelectorAll('span') ?? [];
  expect(span?.style.color).toMatch(/^rgb/);
  expect(contrastOf(view, 29)).toBeGreaterThanOrEqual(4.5);
});
