import { describe, expect, test } from 'vitest';
import type { NewLine } from '../../src/base/lineBatch.ts';
import type { LogSource } from '../../src/model/source.ts';
import { eventually } from '../harness/eventually.ts';
import { BigLog } from './bigLog.ts';
import { bigAddress, mount, painted, press, recorded, relative, type Mounted } from './mount.ts';
import { uncounted } from './uncounted.ts';

interface Log {
  readonly view: Mounted;
  readonly append: (lines: readonly (string | NewLine)[]) => Promise<void>;
}

/** Opens at its start a log that is kept as one of these logs are. */
type OpenLog = (lines: readonly (string | NewLine)[]) => Promise<Log>;

const overOneHost =
  (as: (source: LogSource) => LogSource): OpenLog =>
  async (lines) => {
    const { store, address, append } = await recorded(lines);
    return { view: await mount(as(store), { address, reveal: { at: 'start' } }), append: (added) => append(added) };
  };

/** Every other line is the other host's, so that neither's numbers say where a line is. */
const overTwoHosts =
  (as: (source: LogSource) => LogSource): OpenLog =>
  async (lines) => {
    const { store, address, append } = await recorded([], ['web-1', 'web-2']);
    const { host: _, ...scope } = address.scope;
    const half = Math.ceil(lines.length / 2);
    await append(lines.slice(0, half), 'web-2');
    await append(lines.slice(half), 'web-1');
    const view = await mount(as(store), { address: { ...address, scope }, reveal: { at: 'start' } });
    return { view, append: (added) => append(added) };
  };

const same = (source: LogSource): LogSource => source;

const logs: readonly (readonly [string, OpenLog])[] = [
  ['a log that can only be read on', overOneHost(relative)],
  ['a log whose lines nobody counts', overOneHost(uncounted)],
  ['two hosts merged', overTwoHosts(same)],
  ['two hosts merged that nobody counts', overTwoHosts(uncounted)],
];

/** 4,000 lines of which every 1,000th, from `needle 500`, has a needle. */
const haystack = (): string[] =>
  Array.from({ length: 4_000 }, (_, index) => (index % 1_000 === 500 ? `needle ${index}` : `line ${index}`));

const words = (view: Mounted): string => view.find('.count')?.textContent ?? '';

async function find(view: Mounted, text: string): Promise<void> {
  view.rows.focus();
  await press('{Control>}f{/Control}');
  await eventually(() => {
    expect(view.find('input')?.matches(':focus')).toBe(true);
  });
  await press(text);
}

const caretText = (view: Mounted): string | undefined => view.rows.textOf(view.rows.selection.active.row);

function comesTo(view: Mounted, text: string): Promise<void> {
  return eventually(async () => {
    await painted();
    expect(caretText(view)).toBe(text);
  });
}

describe.each(logs)('in %s', (_name, open) => {
  test('find goes to matches far from what is loaded, both ways and around the end', async () => {
    const { view } = await open(haystack());
    await find(view, 'needle');
    await comesTo(view, 'needle 500');
    for (const next of [1_500, 2_500, 3_500, 500]) {
      await press('{Enter}');
      await comesTo(view, `needle ${next}`);
    }
    for (const previous of [3_500, 2_500]) {
      await press('{Shift>}{Enter}{/Shift}');
      await comesTo(view, `needle ${previous}`);
    }
    await eventually(() => {
      expect(words(view)).toBe('4 found');
    });
  });

  test('find says when nothing matches', async () => {
    const { view } = await open(haystack());
    await find(view, 'nowhere');
    await eventually(() => {
      expect(words(view)).toBe('No results');
    });
  });

  test('only matching lines can be shown, walked, and left again at the same line', async () => {
    const { view } = await open(haystack());
    await find(view, 'needle');
    await comesTo(view, 'needle 500');
    await press('{Enter}');
    await comesTo(view, 'needle 1500');
    await press('{Alt>}l{/Alt}');
    const matches = ['needle 500', 'needle 1500', 'needle 2500', 'needle 3500'];
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toEqual(matches);
    });
    await comesTo(view, 'needle 1500');
    for (const next of ['needle 2500', 'needle 3500', 'needle 500', 'needle 1500', 'needle 2500']) {
      await press('{Enter}');
      await comesTo(view, next);
    }
    await press('{Alt>}l{/Alt}');
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toContain('line 2501');
    });
    await comesTo(view, 'needle 2500');
  });

  test('only matching lines go on with what is written', async () => {
    const { view, append } = await open(['hay', 'straw']);
    await find(view, 'needle');
    await eventually(() => {
      expect(words(view)).toBe('No results');
    });
    await press('{Alt>}l{/Alt}');
    for (const count of [1, 2, 3]) {
      await append([`needle ${count}`, 'hay']);
      const matches = Array.from({ length: count }, (_, index) => `needle ${index + 1}`);
      await eventually(() => {
        expect(view.lines().map(({ text }) => text)).toEqual(matches);
      });
    }
  });

  test('F8 goes from one run of errors to the next, both ways and around the end', async () => {
    const isError = (index: number): boolean => (index >= 900 && index < 1_600) || index === 3_500;
    const { view } = await open(
      Array.from({ length: 4_000 }, (_, index) => ({
        text: `line ${index}`,
        level: isError(index) ? ('error' as const) : ('info' as const),
      })),
    );
    view.rows.focus();
    for (const next of ['line 900', 'line 3500', 'line 900']) {
      await press('{F8}');
      await comesTo(view, next);
    }
    for (const previous of ['line 3500', 'line 900', 'line 3500']) {
      await press('{Shift>}{F8}{/Shift}');
      await comesTo(view, previous);
    }
  });

  test('F8 among only matching lines goes to errors that match', async () => {
    const lines: NewLine[] = haystack().map((text) => ({ text, level: 'info' }));
    for (const index of [1_200, 2_500, 3_000]) lines[index] = { text: lines[index]?.text ?? '', level: 'error' };
    const { view } = await open(lines);
    await find(view, 'needle');
    await comesTo(view, 'needle 500');
    await press('{Alt>}l{/Alt}');
    await eventually(() => {
      expect(view.lines().length).toBe(4);
    });
    await press('{F8}');
    await comesTo(view, 'needle 2500');
  });
});

test('reading on to a match can be stopped, and then reads no more', async () => {
  const log = new BigLog(10_000_000);
  const view = await mount(uncounted(log), { address: bigAddress, reveal: { at: 'start' } });
  const stops = async (): Promise<void> => {
    await eventually(() => {
      expect(view.find('[aria-label="Stop searching"]')).not.toBeNull();
    });
    view.find('[aria-label="Stop searching"]')?.click();
    await eventually(() => {
      expect(view.find('[aria-label="Stop searching"]')).toBeNull();
    });
    expect(words(view)).toBe('0 found, stopped');
    const reads = log.reads.length;
    await painted();
    await painted();
    expect(log.reads.length).toBe(reads);
  };
  await find(view, 'nowhere');
  await eventually(() => {
    expect(words(view)).toBe('0 found so far');
  });
  await stops();
  await press('{Enter}');
  await stops();
});
