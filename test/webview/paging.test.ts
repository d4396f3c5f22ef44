import { describe, expect, test } from 'vitest';
import { BigLog } from './bigLog.ts';
import { bigAddress, mount, numbered, painted, press, recorded, relative, wheel, type Mounted } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

const loaded = (view: Mounted): Promise<void> =>
  eventually(async () => {
    await painted();
    const lines = view.lines();
    expect(lines.length).toBeGreaterThan(5);
    for (const { number, text } of lines) expect(text).toBe(`line ${number}`);
  });

/** Every row stands one row height below the one before. */
function expectEvenRows(view: Mounted): void {
  const lines = view.lines();
  const height = view.rows.viewport.rowHeight;
  for (const [index, line] of lines.entries()) {
    const before = lines[index - 1];
    if (before) expect(line.top - before.top).toBeCloseTo(height, 1);
    if (before) expect(line.number).toBe(before.number + 1);
  }
}

describe('a log of ten million lines', () => {
  test('opens at its start, where row n reads n', async () => {
    const view = await mount(new BigLog(10_000_000), { address: bigAddress });
    await loaded(view);
    expect(view.lines()[0]).toMatchObject({ number: 1, text: 'line 1', top: 0 });
    expectEvenRows(view);
  });

  test('shows its very last line at the bottom with End, and its first at the top with Home', async () => {
    const view = await mount(new BigLog(10_000_000), { address: bigAddress });
    await press('{End}');
    await loaded(view);
    expect(view.lines().at(-1)).toMatchObject({ number: 10_000_000, text: 'line 10000000' });
    const last = view.find('[data-row="9999999"]');
    const scroller = view.find('.scroller');
    expect(last?.getBoundingClientRect().bottom).toBeCloseTo(
      (scroller?.getBoundingClientRect().top ?? 0) + (scroller?.clientHeight ?? 0),
      0,
    );
    await press('{Home}');
    await loaded(view);
    expect(view.lines()[0]).toMatchObject({ number: 1, top: 0 });
  });

  test('shows the middle when the slider is dragged to the middle, and says where one is', async () => {
    const view = await mount(new BigLog(10_000_000), { address: bigAddress });
    const slider = view.find('.slider');
    const bar = view.find('.scrollbar');
    const box = bar?.getBoundingClientRect() ?? new DOMRect();
    const send = (type: string, y: number): void => {
      const at = { clientX: box.left + 5, clientY: y, pointerId: 1, bubbles: true, composed: true };
      slider?.dispatchEvent(new PointerEvent(type, { ...at, buttons: 1 }));
    };
    if (bar) bar.setPointerCapture = () => undefined;
    send('pointerdown', box.top + 5);
    send('pointermove', box.top + box.height / 2);
    await loaded(view);
    const [top] = view.lines();
    expect(top?.number).toBeGreaterThan(4_800_000);
    expect(top?.number).toBeLessThan(5_200_000);
    expect(view.find('.bubble')?.textContent).toBe(top?.number.toLocaleString('en'));
    send('pointerup', box.top + box.height / 2);
    expect(view.find('.bubble')?.hidden).toBe(true);
  });

  test('scrolls by exactly what the wheel says, wherever one is', async () => {
    const view = await mount(new BigLog(10_000_000), { address: bigAddress, reveal: { at: 'line', line: 6_543_210 } });
    await loaded(view);
    const height = view.rows.viewport.rowHeight;
    const before = view.lines()[0];
    wheel(view.rows, 7 * height);
    await painted();
    expect(view.lines()[0]?.number).toBe((before?.number ?? 0) + 7);
    expect(view.lines()[0]?.top).toBeCloseTo(before?.top ?? 0, 1);
    for (let turn = 0; turn < 40; turn++) {
      wheel(view.rows, 333);
      await painted();
      expectEvenRows(view);
    }
    await loaded(view);
  });

  test('holds a bounded part of itself however far one scrolls, and never asks twice for what it holds', async () => {
    const log = new BigLog(10_000_000);
    const view = await mount(log, { address: bigAddress });
    for (let turn = 0; turn < 60; turn++) {
      wheel(view.rows, 20_000);
      await painted();
    }
    await loaded(view);
    const asked = log.reads.length;
    for (const turn of [-100, 100, -100, 100]) {
      wheel(view.rows, turn);
      await loaded(view);
    }
    expect(log.reads.length - asked).toBeLessThanOrEqual(1);
  });
});

test('the page keys move by what is in view, less one line', async () => {
  const view = await mount(new BigLog(100_000), { address: bigAddress });
  await loaded(view);
  const page = view.rows.viewport.rowsPerPage - 1;
  await press('{PageDown}');
  await loaded(view);
  expect(view.lines()[0]?.number).toBe(1 + page);
  await press('{PageUp}');
  await loaded(view);
  expect(view.lines()[0]?.number).toBe(1);
});

test('a log that can only be read on keeps its place to the pixel while older lines arrive', async () => {
  const { store, address } = await recorded(numbered(5_000));
  await store.finishHost({
    ...address.scope,
    step: 'roll-out',
    host: 'web-1',
    status: 'succeeded',
    exitCode: 0,
    at: 1,
  });
  const onward = relative(store);
  const view = await mount(onward, { address, reveal: { at: 'end' } });
  await loaded(view);
  for (let turn = 0; turn < 30; turn++) {
    const before = view.lines()[3];
    wheel(view.rows, -120);
    await painted();
    const after = view.lines().find(({ number }) => number === before?.number);
    if (after && before) expect(after.top - before.top).toBeCloseTo(120, 0);
  }
  await loaded(view);
  expectEvenRows(view);
  await press('{Home}');
  await eventually(async () => {
    await press('{Home}');
    await painted();
    expect(view.lines()[0]?.text).toBe('line 1');
  });
});

test('lines the server no longer has are one row that says so', async () => {
  const { store, address, append } = await recorded(numbered(1_000));
  await append(numbered(1_000, 1_001));
  store.trim({ ...address.scope, step: 'roll-out', host: 'web-1' }, 1_000);
  const view = await mount(store, { address, reveal: { at: 'start' } });
  await eventually(() => {
    expect(view.lines()[0]?.text).toBe('1,000 lines trimmed by the server');
  });
  expect(view.lines()[1]).toMatchObject({ number: 1_001, text: 'line 1001' });
  await press('{End}');
  await eventually(() => {
    expect(view.lines().at(-1)?.text).toBe('line 2000');
  });
});

test('what one looks at stays where it is when lines above turn out to be gone', async () => {
  const { store, address, append } = await recorded(numbered(1_000));
  await append(numbered(3_000, 1_001));
  await append(numbered(2_000, 4_001));
  store.trim({ ...address.scope, step: 'roll-out', host: 'web-1' }, 4_000);
  const view = await mount(store, { address, reveal: { at: 'line', line: 4_600 } });
  await loaded(view);
  for (let turn = 0; view.lines()[0]?.text !== '4,000 lines trimmed by the server'; turn++) {
    expect(turn).toBeLessThan(100);
    const before = view.lines()[4];
    wheel(view.rows, -150);
    await painted();
    await eventually(async () => {
      await painted();
      expect(view.lines().filter(({ text }) => text === '')).toEqual([]);
    });
    const after = view.lines().find(({ number }) => number === before?.number);
    if (after && before && view.rows.viewport.row > 0) expect(after.top - before.top).toBeCloseTo(150, 0);
  }
  expect(view.lines()[1]).toMatchObject({ number: 4_001, text: 'line 4001' });
});

test('lines that could not be read say why, and are read when asked again', async () => {
  const log = new BigLog(100_000);
  const read = log.readLog.bind(log);
  let isDown = false;
  log.readLog = (query, options) => (isDown ? Promise.reject(new Error('the cable is out')) : read(query, options));
  const view = await mount(log, { address: bigAddress });
  await loaded(view);
  isDown = true;
  wheel(view.rows, 500_000);
  await eventually(() => {
    expect(view.find('.row.failed:not([hidden]) .text')?.textContent ?? '').toContain('the cable is out');
  });
  isDown = false;
  const retry = view.find('.row.failed:not([hidden]) .retry');
  const box = retry?.getBoundingClientRect() ?? new DOMRect();
  for (const type of ['mousedown', 'mouseup'])
    retry?.dispatchEvent(
      new MouseEvent(type, { bubbles: true, composed: true, detail: 1, clientX: box.x + 2, clientY: box.y + 2 }),
    );
  await loaded(view);
});
