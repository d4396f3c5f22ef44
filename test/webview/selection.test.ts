import { expect, test } from 'vitest';
import { BigLog } from './bigLog.ts';
import { bigAddress, mount, numbered, painted, press, recorded, wheel, type Mounted } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

interface At {
  readonly x: number;
  readonly y: number;
}

/** The left edge of a character of a row in view. */
function at(view: Mounted, row: number, column: number): At {
  const content = view.find(`[data-row="${row}"] .text`);
  const node = content && document.createTreeWalker(content, NodeFilter.SHOW_TEXT).nextNode();
  if (!node) throw new Error(`row ${row} is not in view`);
  const range = document.createRange();
  range.setStart(node, Math.min(column, node.textContent?.length ?? 0));
  const box = range.getBoundingClientRect();
  return { x: box.left, y: box.top + box.height / 2 };
}

function mouse(view: Mounted, type: string, { x, y }: At, more: MouseEventInit = {}): void {
  const target = type === 'mousedown' ? view.find('.scroller') : window;
  const buttons = type === 'mouseup' ? 0 : 1;
  target?.dispatchEvent(
    new MouseEvent(type, { clientX: x, clientY: y, buttons, detail: 1, bubbles: true, composed: true, ...more }),
  );
}

async function copied(view: Mounted): Promise<string | undefined> {
  const before = view.asked.copied.length;
  await press('{Control>}c{/Control}');
  await eventually(() => {
    expect(view.asked.copied.length).toBe(before + 1);
  });
  return view.asked.copied.at(-1);
}

async function opened(lines: readonly string[]): Promise<Mounted> {
  const { store, address } = await recorded(lines);
  const view = await mount(store, { address, reveal: { at: 'start' } });
  await painted();
  view.rows.focus();
  return view;
}

test('a drag selects from character to character, and that is what is copied', async () => {
  const view = await opened(['first line', 'second line', 'third line']);
  mouse(view, 'mousedown', at(view, 0, 6));
  mouse(view, 'mousemove', at(view, 2, 5));
  mouse(view, 'mouseup', at(view, 2, 5));
  expect(await copied(view)).toBe('line\nsecond line\nthird');
});

test('colours and overwritten text are not copied', async () => {
  const view = await opened(['\x1b[31mred\x1b[0m 10%\rall \x1b[1mdone']);
  const heard: string[] = [];
  window.addEventListener('keydown', ({ key }) => heard.push(key));
  await press('{Control>}a{/Control}');
  // The editor listens there, and would select what stands around the log.
  expect(heard).not.toContain('a');
  expect(await copied(view)).toBe('all done\n');
});

test('two clicks take a word, three a line, and a click on its number too', async () => {
  const view = await opened(['some words here', 'next']);
  mouse(view, 'mousedown', at(view, 0, 6), { detail: 2 });
  mouse(view, 'mouseup', at(view, 0, 6), { detail: 2 });
  expect(await copied(view)).toBe('words');
  mouse(view, 'mousedown', at(view, 0, 6), { detail: 3 });
  mouse(view, 'mouseup', at(view, 0, 6), { detail: 3 });
  expect(await copied(view)).toBe('some words here\n');
  const number = view.find('[data-row="1"] .number');
  const box = number?.getBoundingClientRect() ?? new DOMRect();
  const down = { clientX: box.left + 1, clientY: box.top + 5, detail: 1, buttons: 1, bubbles: true, composed: true };
  number?.dispatchEvent(new MouseEvent('mousedown', down));
  mouse(view, 'mouseup', { x: box.left + 1, y: box.top + 5 });
  expect(await copied(view)).toBe('next\n');
});

test('a click with Shift, and Shift with arrows, extend what is selected', async () => {
  const view = await opened(['first line', 'second line', 'third line']);
  mouse(view, 'mousedown', at(view, 0, 6));
  mouse(view, 'mouseup', at(view, 0, 6));
  mouse(view, 'mousedown', at(view, 1, 6), { shiftKey: true });
  mouse(view, 'mouseup', at(view, 1, 6));
  expect(await copied(view)).toBe('line\nsecond');
  await press('{Shift>}{ArrowRight}{ArrowRight}{ArrowLeft}{/Shift}');
  expect(await copied(view)).toBe('line\nsecond ');
  await press('{Shift>}{ArrowDown}{End}{/Shift}');
  expect(await copied(view)).toBe('line\nsecond line\nthird line');
});

test('lines that were never loaded are copied too, each once and in order', async () => {
  const view = await mount(new BigLog(100_000), { address: bigAddress });
  view.rows.focus();
  mouse(view, 'mousedown', at(view, 0, 0));
  mouse(view, 'mouseup', at(view, 0, 0));
  wheel(view.rows, 5_000 * view.rows.viewport.rowHeight);
  await eventually(async () => {
    await painted();
    expect(view.lines()[2]?.text).toBe('line 5003');
  });
  mouse(view, 'mousedown', at(view, 5_002, 9), { shiftKey: true });
  mouse(view, 'mouseup', at(view, 5_002, 9));
  expect(await copied(view)).toBe(numbered(5_003).join('\n'));
});

test('more than a clipboard should go through the view is copied by the editor', async () => {
  const view = await mount(new BigLog(10_000_000), { address: bigAddress });
  view.rows.focus();
  await press('{Control>}a{/Control}');
  await press('{Control>}c{/Control}');
  await eventually(() => {
    expect(view.asked.copiedLines).toEqual([{ from: 1, to: 10_000_000, style: 'plain' }]);
  });
  expect(view.asked.copied).toEqual([]);
});

test('a drag beyond the edge scrolls on and selects on the way', async () => {
  const view = await opened(numbered(2_000));
  const scroller = view.find('.scroller')?.getBoundingClientRect() ?? new DOMRect();
  mouse(view, 'mousedown', at(view, 0, 0));
  mouse(view, 'mousemove', { x: scroller.left + 200, y: scroller.bottom + 150 });
  await eventually(() => {
    expect(view.lines()[0]?.number).toBeGreaterThan(100);
  });
  mouse(view, 'mouseup', { x: scroller.left + 200, y: scroller.bottom + 150 });
  const text = await copied(view);
  const lines = text?.split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.slice(0, -1)).toEqual(numbered(lines.length - 1));
});

test('what is selected is coloured, and how much it is can be read', async () => {
  const view = await opened(['first line', 'second line', 'third line']);
  mouse(view, 'mousedown', at(view, 0, 6));
  mouse(view, 'mousemove', at(view, 1, 6));
  mouse(view, 'mouseup', at(view, 1, 6));
  await painted();
  const texts = [...(CSS.highlights.get('log-selection') ?? [])].map((range) =>
    range.startContainer.textContent?.slice(range.startOffset, range.endOffset),
  );
  expect(texts).toEqual(['line', 'second']);
  expect(view.find('log-status')?.shadowRoot?.textContent).toContain('2 lines selected');
  await press('{Escape}');
  await painted();
  expect([...(CSS.highlights.get('log-selection') ?? [])]).toEqual([]);
});

test('lines are copied with their times, as Markdown that they cannot break out of, or as JSON', async () => {
  const { store, address } = await recorded([{ text: 'a ```` b', time: 1_700_000_000_000 }]);
  const view = await mount(store, { address });
  const choose = async (label: string): Promise<void> => {
    view.find('[data-menu="more"]')?.click();
    await eventually(() => {
      expect(view.find('log-picker')).not.toBeNull();
    });
    const choices = [...(view.find('log-picker')?.shadowRoot?.querySelectorAll<HTMLElement>('.choice') ?? [])];
    choices.find((choice) => choice.textContent.includes(label))?.click();
  };
  await choose('Copy With Timestamps');
  await eventually(() => {
    expect(view.asked.copied).toEqual(['2023-11-14T22:13:20.000Z a ```` b\n']);
  });
  await choose('Copy as Markdown');
  await eventually(() => {
    expect(view.asked.copied[1]).toBe('`````log\na ```` b\n`````\n');
  });
  await choose('Copy as JSON Lines');
  await eventually(() => {
    expect(JSON.parse(view.asked.copied[2] ?? '')).toMatchObject({ number: 1, text: 'a ```` b', host: 'web-1' });
  });
});
