import { describe, expect, test } from 'vitest';
import { BigLog } from './bigLog.ts';
import { bigAddress, mount, numbered, painted, press, recorded, wheel, type Mounted } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

const words = (view: Mounted): string => view.find('.count')?.textContent ?? '';

async function typeInFind(view: Mounted, text: string): Promise<void> {
  view.rows.focus();
  await press('{Control>}f{/Control}');
  await eventually(() => {
    expect(view.find('input')?.matches(':focus')).toBe(true);
  });
  await press(text);
}

/** Texts of the ranges a highlight covers. */
function highlighted(name: string): string[] {
  return [...(CSS.highlights.get(name) ?? [])].map((range) => {
    const live = document.createRange();
    live.setStart(range.startContainer, range.startOffset);
    live.setEnd(range.endContainer, range.endOffset);
    return live.toString();
  });
}

describe('finding', () => {
  test('goes to the first match from where one is, far beyond what is loaded, and counts them all', async () => {
    const log = new BigLog(90_000, (number) => ({
      text: number % 30_000 === 7 ? `needle ${number}` : `line ${number}`,
    }));
    const view = await mount(log, { address: bigAddress });
    wheel(view.rows, 9_000);
    await typeInFind(view, 'needle');
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toContain('needle 30007');
    });
    await eventually(() => {
      expect(words(view)).toBe('2 of 3');
    });
    await painted();
    expect(highlighted('log-current-match')).toEqual(['needle']);
  });

  test('goes on with Enter and F3, back with Shift, and around the end', async () => {
    const { store, address } = await recorded([...numbered(500), 'needle a', ...numbered(500), 'needle b', 'end']);
    const view = await mount(store, { address, reveal: { at: 'start' } });
    await typeInFind(view, 'needle');
    await eventually(() => {
      expect(words(view)).toBe('1 of 2');
    });
    await press('{Enter}');
    await eventually(() => {
      expect(words(view)).toBe('2 of 2');
    });
    expect(view.lines().map(({ text }) => text)).toContain('needle b');
    await press('{Enter}');
    await eventually(() => {
      expect(words(view)).toBe('1 of 2');
    });
    await press('{Shift>}{Enter}{/Shift}');
    await eventually(() => {
      expect(words(view)).toBe('2 of 2');
    });
    view.rows.focus();
    await press('{F3}');
    await eventually(() => {
      expect(words(view)).toBe('1 of 2');
    });
  });

  test('begins again where it was opened with each letter typed', async () => {
    const { store, address } = await recorded(['axx', 'abx', ...numbered(200), 'abc']);
    const view = await mount(store, { address, reveal: { at: 'start' } });
    await typeInFind(view, 'ab');
    await eventually(() => {
      expect(words(view)).toBe('1 of 2');
    });
    await press('x');
    await eventually(() => {
      expect(words(view)).toBe('1 of 1');
    });
  });

  test('heeds case, whole words and regular expressions', async () => {
    const { store, address } = await recorded(['Warn one', 'warn two', 'forewarned', 'w4rn']);
    const view = await mount(store, { address, reveal: { at: 'start' } });
    const says = (expected: string): Promise<void> =>
      eventually(() => {
        expect(words(view)).toBe(expected);
      });
    await typeInFind(view, 'warn');
    await says('1 of 3');
    await press('{Alt>}c{/Alt}');
    await says('1 of 2');
    await press('{Alt>}w{/Alt}');
    await says('1 of 1');
    await press('{Alt>}c{/Alt}{Alt>}w{/Alt}{Alt>}r{/Alt}');
    await press('{Backspace}{Backspace}{Backspace}.rn');
    await says('1 of 4');
    await press('(');
    await eventually(() => {
      expect(view.find('[role=alert]')?.textContent.length).toBeGreaterThan(5);
    });
    expect(view.find('input')?.getAttribute('aria-invalid')).toBe('true');
  });

  test('says when nothing matches', async () => {
    const { store, address } = await recorded(numbered(10));
    const view = await mount(store, { address });
    await typeInFind(view, 'nowhere');
    await eventually(() => {
      expect(words(view)).toBe('No results');
    });
  });

  test('can be stopped, and then reads no more', async () => {
    const log = new BigLog(10_000_000);
    const view = await mount(log, { address: bigAddress });
    await typeInFind(view, 'line 9');
    await eventually(() => {
      expect(words(view)).toMatch(/so far$/);
    });
    view.find('[aria-label="Stop searching"]')?.click();
    await eventually(() => {
      expect(words(view)).toMatch(/stopped$/);
    });
    const reads = log.reads.length;
    await painted();
    await painted();
    expect(log.reads.length).toBe(reads);
  });

  test('finds what is written while it is open', async () => {
    const { store, address, append } = await recorded(['needle 1']);
    const view = await mount(store, { address });
    await typeInFind(view, 'needle');
    await eventually(() => {
      expect(words(view)).toBe('1 of 1');
    });
    await append(['needle 2']);
    await eventually(() => {
      expect(words(view)).toMatch(/of 2$/);
    });
  });

  test('ends with Escape, which gives the keys back to the log', async () => {
    const { store, address } = await recorded(['needle']);
    const view = await mount(store, { address });
    await typeInFind(view, 'needle');
    await press('{Escape}');
    await eventually(() => {
      expect(view.find('log-find')?.hidden).toBe(true);
    });
    expect(view.find('.scroller')?.matches(':focus')).toBe(true);
    await painted();
    expect(highlighted('log-match')).toEqual([]);
  });

  test('takes a long line sideways to its match', async () => {
    const { store, address } = await recorded([`${'x'.repeat(3_000)}needle`]);
    const view = await mount(store, { address });
    await typeInFind(view, 'needle');
    await eventually(() => {
      expect(view.find('.scroller')?.scrollLeft).toBeGreaterThan(1_000);
    });
  });
});

describe('showing only what matches', () => {
  test('leaves matching lines with their own numbers, and goes back to the same line', async () => {
    const { store, address } = await recorded(
      Array.from({ length: 3_000 }, (_, index) => (index % 10 === 0 ? `needle ${index}` : `line ${index}`)),
    );
    const view = await mount(store, { address, reveal: { at: 'line', line: 1_500 } });
    await typeInFind(view, 'needle');
    await eventually(() => {
      expect(words(view)).toMatch(/of 300$/);
    });
    await press('{Alt>}l{/Alt}');
    await eventually(async () => {
      await painted();
      const lines = view.lines();
      expect(lines.length).toBeGreaterThan(5);
      for (const { number, text } of lines) expect(text).toBe(`needle ${number - 1}`);
    });
    const line = view.app.shown?.rows.lineNumber(view.rows.selection.active.row);
    await press('{Alt>}l{/Alt}');
    await eventually(async () => {
      await painted();
      expect(view.lines().map(({ text }) => text)).toContain(`needle ${(line ?? 0) - 1}`);
      expect(view.lines().length).toBeGreaterThan(5);
    });
    expect(view.app.shown?.rows.lineNumber(view.rows.selection.active.row)).toBe(line);
  });

  test('can be used while the search goes on', async () => {
    const view = await mount(new BigLog(10_000_000), { address: bigAddress });
    await typeInFind(view, '777');
    await press('{Alt>}l{/Alt}');
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toContain('line 1777');
    });
    expect(view.app.shown?.find.isSearching).toBe(true);
    view.rows.focus();
    await press('{PageDown}');
    await eventually(async () => {
      await painted();
      for (const { number, text } of view.lines()) expect(text).toBe(`line ${number}`);
    });
  });
});
