import { expect, test } from 'vitest';
import { lineFlag } from '../../src/model/line.ts';
import { mount, numbered, painted, press, recorded } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

test('colours and attributes are shown, escape sequences never', async () => {
  const { store, address } = await recorded([
    '\x1b[91mred\x1b[0m \x1b[1;4mloud\x1b[0m \x1b[38;5;208morange\x1b[0m \x1b[48;2;1;2;3mdeep\x1b[0m \x1b[7;32mturned',
    'after an open sequence',
  ]);
  const view = await mount(store, { address });
  const [first, second] = view.lines();
  expect(first?.text).toBe('red loud orange deep turned');
  const styleOf = (text: string): CSSStyleDeclaration => {
    const spans = [...(view.find('[data-row="0"] .text')?.querySelectorAll('span') ?? [])];
    return getComputedStyle(spans.find((span) => span.textContent === text) ?? document.body);
  };
  expect(styleOf('red').color).toBe('rgb(241, 76, 76)');
  expect(styleOf('loud').fontWeight).toBe('700');
  expect(styleOf('loud').textDecorationLine).toBe('underline');
  expect(styleOf('orange').color).toBe('rgb(255, 135, 0)');
  expect(styleOf('deep').backgroundColor).toBe('rgb(1, 2, 3)');
  expect(styleOf('turned').backgroundColor).toBe('rgb(13, 188, 121)');
  expect(second?.text).toBe('after an open sequence');
  expect(view.find('[data-row="1"] .text')?.querySelector('span')).toBeNull();
});

test('a progress bar shows its last state', async () => {
  const { store, address } = await recorded(['10%\r50%\r100% done']);
  const view = await mount(store, { address });
  expect(view.lines()[0]?.text).toBe('100% done');
});

test('markup in a log is text, and characters that hide or turn text are seen', async () => {
  const { store, address } = await recorded(['<img src=x onerror=alert(1)>', 'a\u202Eb\u0000c']);
  const view = await mount(store, { address });
  expect(view.lines()[0]?.text).toBe('<img src=x onerror=alert(1)>');
  expect(view.find('[data-row="0"] img')).toBeNull();
  expect(view.lines()[1]?.text).not.toMatch(/[\u202E\u0000]/);
  expect(view.lines()[1]?.text).toHaveLength(5);
});

test('a line of five megabytes is shown in part and says how much is not', async () => {
  const { store, address } = await recorded(['before', 'x'.repeat(5_000_000), 'after']);
  const view = await mount(store, { address });
  await eventually(() => {
    expect(view.find('[data-row="1"] .chip')?.dataset['words']).toBe('5 MB more');
  });
  expect(view.lines().map(({ number }) => number)).toEqual([1, 2, 3]);
  expect(view.find('[data-row="1"] .text')?.textContent.length).toBeLessThan(20_000);
});

test('a line that is shown up to the middle of a character leaves nothing of it in the next', async () => {
  const { store, address } = await recorded(['\u65e5'.repeat(10_000), 'after']);
  const view = await mount(store, { address });
  expect(view.lines()[0]?.text).toMatch(/^\u65e5+$/);
  expect(view.lines()[1]?.text).toBe('after');
});

test('lines that were cut or hold broken bytes say so', async () => {
  const { store, address } = await recorded([
    { text: 'short', flags: lineFlag.cut },
    { text: Uint8Array.of(97, 0xff, 98) },
  ]);
  const view = await mount(store, { address });
  expect(view.find('[data-row="0"] .chip')?.title).toContain('longer than its writer keeps');
  expect(view.lines()[1]?.text).toBe('a\uFFFDb');
  expect(view.find('[data-row="1"] .chip')?.title).toContain('not UTF-8');
});

test('places and addresses are links that open with a click', async () => {
  const { store, address } = await recorded(['see https://example.org/a?b=1 and src/app.ts:12:5 for more']);
  const view = await mount(store, { address });
  for (const link of view.find('[data-row="0"] .text')?.querySelectorAll('.link') ?? []) click(link);
  await eventually(() => {
    expect(view.asked.opened).toEqual([
      { kind: 'url', url: 'https://example.org/a?b=1' },
      { kind: 'file', path: 'src/app.ts', line: 12, column: 5 },
    ]);
  });
  view.rows.focus();
  await press('{Control>}{Enter}{/Control}');
  await eventually(() => {
    expect(view.asked.opened).toHaveLength(3);
  });
});

test('hyperlinks of terminals open only where they may', async () => {
  const osc = (target: string, text: string): string => `\x1b]8;;${target}\x1b\\${text}\x1b]8;;\x1b\\`;
  const { store, address } = await recorded([
    `${osc('https://example.org/', 'docs')} ${osc('command:workbench.action.quit', 'evil')} ${osc('file:///srv/a%20b.log', 'log')}`,
  ]);
  const view = await mount(store, { address });
  expect(view.lines()[0]?.text).toBe('docs evil log');
  for (const link of view.find('[data-row="0"] .text')?.querySelectorAll('.link') ?? []) click(link);
  await eventually(() => {
    expect(view.asked.opened).toEqual([
      { kind: 'url', url: 'https://example.org/' },
      { kind: 'file', path: '/srv/a b.log' },
    ]);
  });
});

test('times are shown as one likes them, without moving what one looks at', async () => {
  const start = 1_700_000_000_000;
  const { store, address } = await recorded(
    [0, 1_500, 62_250].map((after, index) => ({ text: `line ${index + 1}`, time: start + after })),
  );
  const view = await mount(store, { address, settings: { timeZone: 'utc' } });
  const times = (): (string | null)[] =>
    [0, 1, 2].map((row) => view.find(`[data-row="${row}"] .time`)?.textContent ?? null);
  const chosen = async (label: string): Promise<void> => {
    view.find('[data-menu="time"]')?.click();
    await eventually(() => {
      expect(view.find('log-picker')).not.toBeNull();
    });
    const choices = [...(view.find('log-picker')?.shadowRoot?.querySelectorAll<HTMLElement>('.choice') ?? [])];
    choices.find((choice) => choice.textContent.includes(label))?.click();
    await painted();
  };
  expect(times()).toEqual(['', '', '']);
  await chosen('Date and Time');
  expect(times()[0]).toBe('2023-11-14 22:13:20.000');
  await chosen('Since the Start');
  expect(times()).toEqual(['0.000', '1.500', '1:02.250']);
  await chosen('Since the Line Before');
  expect(times()).toEqual(['', '+1.500', '+1:00.750']);
  await chosen('No Timestamps');
  expect(times()).toEqual(['', '', '']);
  expect(view.asked.settings.map(({ timestamps }) => timestamps)).toEqual(['full', 'relative', 'delta', 'off']);
});

test('long lines wrap when asked to, and the line at the top stays there', async () => {
  const { store, address } = await recorded(
    Array.from({ length: 400 }, (_, index) => `line ${index + 1} ${'word '.repeat((index % 7) * 40)}`),
  );
  const view = await mount(store, { address, reveal: { at: 'line', line: 200 } });
  await painted();
  const before = view.lines()[0];
  view.rows.focus();
  await press('{Alt>}z{/Alt}');
  await painted();
  const wrapped = view.lines();
  expect(wrapped[0]?.number).toBe(before?.number);
  const heights = wrapped.slice(1).map((line, index) => line.top - (wrapped[index]?.top ?? 0));
  expect(Math.max(...heights)).toBeGreaterThan(2 * view.rows.viewport.rowHeight);
  expect(view.find('.scroller')?.scrollWidth).toBe(view.find('.scroller')?.clientWidth);
  await press('{End}');
  await eventually(() => {
    expect(view.lines().at(-1)?.number).toBe(400);
  });
  for (let turn = 0; turn < 30; turn++) {
    const [, second] = view.lines();
    await press('{Control>}{ArrowUp}{/Control}');
    await painted();
    const moved = view.lines().find(({ number }) => number === second?.number);
    if (moved && second) expect(moved.top - second.top).toBeCloseTo(view.rows.viewport.rowHeight, 0);
  }
});

test('the next and the previous error are a key away, a stack trace counting once', async () => {
  const error = (text: string) => ({ text, level: 'error' as const });
  const lines = [...numbered(300), error('Error: one'), error('    at a'), ...numbered(300), error('Error: two')];
  const { store, address } = await recorded(lines);
  const view = await mount(store, { address, reveal: { at: 'start' } });
  view.rows.focus();
  const heard: string[] = [];
  window.addEventListener('keydown', ({ key }) => heard.push(key));
  const active = (): string | undefined => view.rows.textOf(view.rows.selection.active.row);
  await eventually(() => {
    expect(view.find('[title="Next Error (F8)"]')?.matches(':enabled')).toBe(true);
  });
  for (const [key, expected] of [
    ['{F8}', 'Error: one'],
    ['{F8}', 'Error: two'],
    ['{Shift>}{F8}{/Shift}', 'Error: one'],
  ] as const) {
    await press(key);
    await eventually(() => {
      expect(active()).toBe(expected);
    });
  }
  // The editor listens there, and would go one further.
  expect(heard).not.toContain('F8');
});

function click(element: Element): void {
  const box = element.getBoundingClientRect();
  const at = { clientX: box.left + 2, clientY: box.top + box.height / 2, detail: 1, bubbles: true, composed: true };
  element.dispatchEvent(new MouseEvent('mousedown', at));
  element.dispatchEvent(new MouseEvent('mouseup', at));
}
