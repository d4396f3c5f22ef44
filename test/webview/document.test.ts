import { describe, expect, test } from 'vitest';
import { LineBatchBuilder, lineText, LineColumnsBuilder } from '../../src/base/lineBatch.ts';
import type { LineBatch } from '../../src/model/line.ts';
import { Gaps } from '../../webview/document/gaps.ts';
import { Segments } from '../../webview/document/segments.ts';
import { Viewport } from '../../webview/rows/viewport.ts';
import { backoff } from '../../webview/tail/tail.ts';
import { mount, numbered, press, recorded } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

function batch(from: number, count: number): LineBatch {
  const lines = new LineColumnsBuilder();
  for (const text of numbered(count, from)) lines.add({ text });
  return new LineBatchBuilder()
    .addColumns({ step: 's', host: 'h', pointerPrefix: 'p:' }, from, lines.build(), 0, count)
    .build();
}

function textAt(segments: Segments, line: number): string | undefined {
  const found = segments.find(line);
  return found && lineText(found.batch, line - found.first);
}

describe('loaded parts of a log', () => {
  test('overlapping one another keep every line in its place', () => {
    const segments = new Segments();
    segments.put(100, batch(100, 50));
    segments.put(90, batch(90, 100));
    segments.put(180, batch(180, 30));
    expect(segments.missing({ from: 90, to: 210 })).toBeUndefined();
    for (let line = 90; line < 210; line++) expect(textAt(segments, line)).toBe(`line ${line}`);
  });

  test('brought line by line become few, with every line in its place', () => {
    const segments = new Segments();
    for (let line = 1; line <= 1_000; line++) segments.put(line, batch(line, 1));
    for (let line = 1; line <= 1_000; line++) expect(textAt(segments, line)).toBe(`line ${line}`);
    expect(segments.find(1)?.batch.count).toBeGreaterThan(100);
  });

  test('are given up when they are too many, those looked at last of all', () => {
    const segments = new Segments({ lines: 1_000, bytes: 1_000_000 });
    for (let line = 1; line < 5_000; line += 100) {
      segments.put(line, batch(line, 100));
      segments.keep({ from: 1, to: 51 });
    }
    expect(textAt(segments, 1)).toBe('line 1');
    expect(textAt(segments, 4_999)).toBe('line 4999');
    expect(textAt(segments, 2_500)).toBeUndefined();
  });

  test('say what is missing between them', () => {
    const segments = new Segments();
    segments.put(11, batch(11, 10));
    expect(segments.missing({ from: 1, to: 30 })).toEqual({ from: 1, to: 11 });
    expect(segments.missing({ from: 11, to: 30 })).toEqual({ from: 21, to: 30 });
    expect(segments.missing({ from: 12, to: 15 })).toBeUndefined();
  });
});

test('lines that are gone share a row, and lines and rows lead to one another', () => {
  const gaps = new Gaps();
  gaps.add({ from: 1, to: 1_000, gap: { reason: 'trimmed' } });
  gaps.add({ from: 2_001, to: 2_010, gap: { reason: 'dropped' } });
  for (const line of [1, 1_001, 1_500, 2_000, 2_001, 2_011, 5_000]) expect(gaps.lineOf(gaps.rowOf(line))).toBe(line);
  expect([gaps.rowOf(1), gaps.rowOf(1_001), gaps.rowOf(2_001), gaps.rowOf(2_011)]).toEqual([0, 1, 1_001, 1_002]);
  gaps.add({ from: 1_001, to: 1_100, gap: { reason: 'trimmed' } });
  expect(gaps.at(500)).toMatchObject({ from: 1, to: 1_100, gap: { count: 1_100 } });
});

describe('the place in a log', () => {
  const heights = (row: number): number => 10 + (row % 5) * 30;

  test.each([
    ['equal', { uniform: 18, of: () => 18 }],
    ['different', { uniform: undefined, of: heights }],
  ])('among rows of %s heights is the same after scrolling there and back', (_, of) => {
    const viewport = new Viewport(of);
    viewport.height = 400;
    viewport.extent = { first: -1_000, end: 10_000_000 };
    viewport.scrollTo(5_000_000, -7);
    for (const pixels of [3, 333, 12_345, -12_345, -333, -3]) viewport.scrollBy(pixels);
    expect([viewport.row, viewport.offset]).toEqual([5_000_000, 7]);
  });

  test('never leaves the rows', () => {
    const viewport = new Viewport({ uniform: undefined, of: heights });
    viewport.height = 400;
    viewport.extent = { first: 0, end: 100 };
    viewport.scrollBy(-1_000);
    expect([viewport.row, viewport.offset]).toEqual([0, 0]);
    viewport.scrollBy(1_000_000);
    expect(viewport.atEnd).toBe(true);
    expect(viewport.rowsInView().to).toBe(100);
    viewport.extent = { first: 0, end: 3 };
    viewport.settle();
    expect(viewport.rowsInView()).toEqual({ from: 0, to: 3 });
  });
});

test('attempts come later and later, never all at once, at most half a minute apart', () => {
  expect(backoff(0, () => 0)).toBe(375);
  expect(backoff(0, () => 1)).toBe(625);
  expect(backoff(3, () => 0.5)).toBe(4_000);
  expect(backoff(50, () => 1)).toBe(37_500);
});

test('the log of a whole step shows whose line each is, and finds its way by pointers', async () => {
  const { store, address, append } = await recorded(numbered(50), ['web-1', 'web-2']);
  await append(['needle here', 'last of web-2'], 'web-2');
  const { execution } = address.scope;
  const view = await mount(store, { address: { connection: 'here', scope: { execution, step: 'roll-out' } } });
  expect(view.lines().at(-1)?.text).toBe('last of web-2');
  expect(view.find('[data-row="51"] .host')?.textContent).toBe('web-2');
  view.rows.focus();
  await press('{Home}');
  await press('{Control>}f{/Control}');
  await press('needle');
  await eventually(() => {
    expect(view.rows.textOf(view.rows.selection.active.row)).toBe('needle here');
  });
});
