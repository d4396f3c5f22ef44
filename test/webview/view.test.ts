import axe from 'axe-core';
import { describe, expect, test } from 'vitest';
import { LogError } from '../../src/model/errors.ts';
import type { LogSource } from '../../src/model/source.ts';
import { BigLog } from './bigLog.ts';
import { bigAddress, mount, numbered, painted, press, recorded, wheel, type Mounted } from './mount.ts';
import { eventually } from '../harness/eventually.ts';

async function problems(view: Mounted): Promise<string[]> {
  await painted();
  const { violations } = await axe.run(view.app, { rules: { region: { enabled: false } } });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`);
}

const error = (text: string) => ({ text, level: 'error' as const });
/** The source with some of its answers changed. */
function changed(source: LogSource, change: Partial<LogSource>): LogSource {
  return {
    capabilities: source.capabilities,
    listExecutions: (query, options) => source.listExecutions(query, options),
    getExecution: (ref, options) => source.getExecution(ref, options),
    getStepResult: (query, options) => source.getStepResult(query, options),
    readLog: (query, options) => source.readLog(query, options),
    tailLog: (query, options) => source.tailLog(query, options),
    watch: (query, options) => source.watch(query, options),
    [Symbol.asyncDispose]: () => source[Symbol.asyncDispose](),
    ...change,
  };
}

const choices = (view: Mounted): HTMLElement[] => [
  ...(view.find('log-picker')?.shadowRoot?.querySelectorAll<HTMLElement>('.choice') ?? []),
];

async function openMenu(view: Mounted, name: string): Promise<void> {
  view.find(`[data-menu="${name}"]`)?.click();
  await eventually(() => {
    expect(choices(view).length).toBeGreaterThan(0);
  });
}

describe('where a log opens', () => {
  test('a failed one at its first error, in the middle of the view', async () => {
    const { store, address, finish } = await recorded([
      ...numbered(2_000),
      error('Error: it broke'),
      ...numbered(2_000),
    ]);
    await finish('failed');
    const view = await mount(store, { address });
    await painted();
    const lines = view.lines();
    const index = lines.findIndex(({ text }) => text === 'Error: it broke');
    expect(index).toBeGreaterThan(lines.length / 4);
    expect(index).toBeLessThan((lines.length * 3) / 4);
    expect(view.rows.textOf(view.rows.selection.active.row)).toBe('Error: it broke');
  });

  test('one that went well at its start', async () => {
    const { store, address, finish } = await recorded(numbered(2_000));
    await finish();
    const view = await mount(store, { address });
    expect(view.lines()[0]?.text).toBe('line 1');
  });

  test('one that is gone says so and can be asked for again', async () => {
    const { store } = await recorded();
    const scope = { execution: 'nowhere', step: 'x', host: 'y' };
    const view = await mount(store, { address: { connection: 'here', scope } });
    expect(view.find('.notice')?.textContent).toContain('This execution no longer exists');
    expect(view.find('.notice vscode-button')?.textContent).toBe('Try again');
    expect(await problems(view)).toEqual([]);
  });

  test('one that cannot be read now is shown once it can', async () => {
    const log = new BigLog(1_000);
    const read = log.readLog.bind(log);
    log.readLog = () => Promise.reject(new LogError('unavailable', 'Nobody answers at store:6379.'));
    const view = await mount(log, { address: bigAddress });
    expect(view.find('.notice')?.textContent).toContain('Nobody answers at store:6379.');
    log.readLog = read;
    view.find('.notice vscode-button')?.click();
    await eventually(() => {
      expect(view.lines()[0]?.text).toBe('line 1');
    });
  });

  test('the place it is told while it is open', async () => {
    const view = await mount(new BigLog(1_000_000), { address: bigAddress });
    view.view.command({ command: 'show', address: bigAddress, reveal: { at: 'line', line: 765_432 } });
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toContain('line 765432');
    });
  });
});

describe('coming back', () => {
  test('to the same line at the same pixel, with what was sought', async () => {
    const log = new BigLog(100_000);
    const first = await mount(log, { address: bigAddress });
    wheel(first.rows, 12_345);
    first.rows.focus();
    await press('{Control>}f{/Control}');
    await press('77');
    const found = Array.from({ length: 100_000 }, (_, i) => `line ${i + 1}`).filter((line) => line.includes('77'));
    await eventually(() => {
      // Not what was found for "7" alone, from which the view may still move on.
      expect(first.find('.count')?.textContent).toMatch(
        new RegExp(`of (${found.length}|${found.length.toLocaleString('en')})$`),
      );
    });
    await eventually(async () => {
      await painted();
      expect(first.kept()).toMatchObject({ line: first.lines()[0]?.number, find: { query: { pattern: '77' } } });
    });
    const before = first.lines()[0];
    first.app.remove();
    const second = await mount(log, { address: bigAddress, kept: first.kept() });
    await eventually(async () => {
      await painted();
      expect(second.lines()[0]).toEqual(before);
    });
    expect(second.find('input')).toHaveProperty('value', '77');
  });

  test('to the end, when the end was followed', async () => {
    const { store, address, append } = await recorded(numbered(300));
    const first = await mount(store, { address });
    await eventually(() => {
      expect(first.kept()).toMatchObject({ isFollowing: true });
    });
    first.app.remove();
    await append(numbered(300, 301));
    const second = await mount(store, { address, kept: first.kept() });
    expect(second.lines().at(-1)?.text).toBe('line 600');
  });

  test.each([undefined, 7, 'x', {}, { address: 1 }, { address: { connection: 'here', scope: null } }])(
    'with what somebody else left (%j) is opening anew',
    async (kept) => {
      const view = await mount(new BigLog(100), { address: bigAddress, kept });
      expect(view.lines()[0]?.text).toBe('line 1');
    },
  );
});

describe('the header', () => {
  test('says what is shown and how it went', async () => {
    const { store, address, finish } = await recorded(['x']);
    await finish('failed', 2);
    const view = await mount(store, { address });
    await eventually(() => {
      expect(view.find('nav')?.textContent.replace(/\s+/g, ' ')).toMatch(/Deploy the web.*Roll out.*web-1/);
    });
    expect(view.find('log-header [role=img]') ?? view.find('[role=img]')).not.toBeNull();
    expect(view.find('[role=img]')?.getAttribute('aria-label')).toBe('Failed');
    expect(view.find('.badge')?.textContent).toBe('exit 2');
    expect(view.find('.duration')?.textContent).toBe('12 s');
  });

  test('shortens a long name of the execution before those of step and host', async () => {
    const name = 'sh -c echo ready; while read -r line; do echo "$line"; done; '.repeat(4).trim();
    const { store, address } = await recorded(['x'], ['web-1'], name);
    const view = await mount(store, { address });
    view.app.style.width = '700px';
    await eventually(() => {
      expect(view.find('nav')?.textContent).toMatch(/Roll out.*web-1/s);
    });
    const isWhole = (selector: string): boolean => {
      const part = view.find(selector);
      return part !== null && part.scrollWidth <= part.clientWidth;
    };
    expect(isWhole('.execution')).toBe(false);
    expect(view.find('.execution')?.title).toBe(name);
    expect(isWhole('[data-menu="step"] .name')).toBe(true);
    expect(isWhole('[data-menu="host"] .name')).toBe(true);
    expect(view.find('[data-menu="step"]')?.title).toContain('Roll out');
  });

  test('says what type of job it is, and leaves out the levels that it does not have', async () => {
    const { store, address } = await recorded(['x'], ['job'], 'Split the task', 'plan_decompose');
    const view = await mount(store, { address });
    await eventually(() => {
      expect(view.find('.kind')?.textContent).toContain('Task decomposition');
    });
    expect(view.find('.kind .icon')?.className).toContain('blue');
    expect(view.find('nav')?.textContent.trim()).toBe('Split the task');
    expect(await problems(view)).toEqual([]);
  });

  test('says the system’s own word and why it ended, also where only the whole run knows', async () => {
    const { store, address, finish } = await recorded(['x'], ['web-1'], 'Deploy', 'deployment');
    await finish('failed', 1);
    const more = { rawStatus: 'aborted', message: 'Stopped by the user.' };
    const told = changed(store, { getExecution: async (ref) => ({ ...(await store.getExecution(ref)), ...more }) });
    const view = await mount(told, { address });
    await eventually(() => {
      expect(view.find('.message')?.textContent).toBe('Stopped by the user.');
    });
    const whole = await mount(told, { address: { ...address, scope: { execution: address.scope.execution } } });
    await eventually(() => {
      expect(whole.find('[role=img]')?.getAttribute('aria-label')).toBe('Failed (aborted)');
      expect(whole.find('.state .words')?.textContent).toBe('Failed (aborted) after 12 s');
    });
  });

  test('tells no duration of what has ended at no known time', async () => {
    const { store, address, finish } = await recorded(['x']);
    await finish('succeeded', 0);
    const timeless = changed(store, {
      getStepResult: async (...call) => {
        const result = await store.getStepResult(...call);
        return { ...result, hosts: result.hosts.map(({ endedAt: _, ...host }) => host) };
      },
    });
    const view = await mount(timeless, { address });
    await eventually(() => {
      expect(view.find('.state .words')?.textContent).toBe('Succeeded');
    });
    expect(view.find('.duration')).toBeNull();
  });

  test('tells a failure that was ignored apart', async () => {
    const { store, address, finish } = await recorded(['x']);
    await finish('failed', 1);
    const ignoring = changed(store, {
      getStepResult: async (...call) => {
        const result = await store.getStepResult(...call);
        return { ...result, hosts: result.hosts.map((host) => ({ ...host, ignored: true as const })) };
      },
    });
    const view = await mount(ignoring, { address });
    await eventually(() => {
      expect(view.find('[role=img]')?.getAttribute('aria-label')).toBe('Failed, ignored');
    });
    expect(view.find('[role=img] .icon')?.className).toContain('warned');
  });

  test('switches to another host, failed ones first, by pointer and by keys', async () => {
    const { store, address, append, finish } = await recorded(['from web-1'], ['web-1', 'web-2', 'web-3']);
    await append(['from web-2'], 'web-2');
    await append(['from web-3'], 'web-3');
    await finish('failed', 4, 'web-3');
    const view = await mount(store, { address });
    await openMenu(view, 'host');
    expect(choices(view).map((choice) => choice.querySelector('.label')?.textContent)).toEqual([
      'web-3',
      'web-1',
      'web-2',
    ]);
    choices(view)[0]?.click();
    await eventually(() => {
      expect(view.lines()[0]?.text).toBe('from web-3');
    });
    expect(view.asked.shown.at(-1)?.scope.host).toBe('web-3');
    await openMenu(view, 'host');
    await press('2');
    await eventually(() => {
      expect(choices(view)).toHaveLength(1);
    });
    await press('{Enter}');
    await eventually(() => {
      expect(view.lines()[0]?.text).toBe('from web-2');
    });
    expect(view.find('log-picker')).toBeNull();
  });

  test('goes to the next failed host', async () => {
    const { store, address, append, finish } = await recorded(['from web-1'], ['web-1', 'web-2', 'web-3']);
    await append([error('Error: from web-3')], 'web-3');
    await finish('failed', 4, 'web-3');
    const view = await mount(store, { address });
    await eventually(() => {
      expect(view.find('nav')?.textContent).toContain('web-1');
    });
    view.find('[title="Next Failed Host"]')?.click();
    await eventually(() => {
      expect(view.lines()[0]?.text).toBe('Error: from web-3');
    });
  });

  test('leads to a line by its number, and to the editor for exports', async () => {
    const view = await mount(new BigLog(1_000_000), { address: bigAddress });
    view.rows.focus();
    await press('{Control>}g{/Control}');
    await eventually(() => {
      expect(view.find('log-picker')).not.toBeNull();
    });
    await press('500000');
    await eventually(() => {
      expect(choices(view)).toHaveLength(1);
    });
    await press('{Enter}');
    await eventually(() => {
      expect(view.lines().map(({ text }) => text)).toContain('line 500000');
    });
    await openMenu(view, 'more');
    choices(view)
      .find((choice) => choice.textContent.includes('Export as JSON Lines'))
      ?.click();
    await eventually(() => {
      expect(view.asked.exported).toEqual([{ scope: bigAddress.scope, format: 'jsonLines' }]);
    });
  });
});

describe('everybody can use it', () => {
  test('no rule of accessibility is broken, in any state', async () => {
    const { store, address } = await recorded([...numbered(100), error('Error: it broke'), 'see https://example.org/']);
    const view = await mount(store, { address });
    expect(await problems(view)).toEqual([]);
    view.rows.focus();
    await press('{Control>}f{/Control}');
    await press('line');
    expect(await problems(view)).toEqual([]);
    await openMenu(view, 'host');
    expect(await problems(view)).toEqual([]);
    await press('{Escape}');
    await openMenu(view, 'time');
    expect(await problems(view)).toEqual([]);
  });

  test('it speaks the language of the editor', async () => {
    const { store, address } = await recorded();
    const translations = { 'No output yet.': '尚无输出。', Live: '实时' };
    const view = await mount(store, { address, translations });
    expect(view.find('.notice')?.textContent).toBe('尚无输出。');
    expect(view.find('.state .words')?.textContent).toBe('实时');
  });

  test('the line that the caret comes to is read out', async () => {
    const { store, address } = await recorded(['first', 'second']);
    const view = await mount(store, { address, reveal: { at: 'start' } });
    view.rows.focus();
    await press('{ArrowDown}');
    await eventually(() => {
      expect(view.find('.said')?.textContent).toBe('second');
    });
  });
});
