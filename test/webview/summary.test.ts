import axe from 'axe-core';
import { expect, test } from 'vitest';
import type { LogAddress } from '../../src/bridge/logHost.ts';
import { eventually } from '../harness/eventually.ts';
import { mount, numbered, painted, press, recorded, relative, wheel, type Mounted } from './mount.ts';

const error = (text: string) => ({ text, level: 'error' as const });
const summary = (view: Mounted): string =>
  view.find('log-summary')?.shadowRoot?.textContent.replace(/\s+/g, ' ').trim() ?? '';
const button = (view: Mounted, label: string): HTMLElement | undefined =>
  [...(view.find('log-summary')?.shadowRoot?.querySelectorAll('button') ?? [])].find(({ textContent }) =>
    textContent.trim().endsWith(label),
  );

/** A job of a job API: one step, one host. */
const job = (lines: Parameters<typeof recorded>[0]) => recorded(lines, ['job'], 'Split the task', 'plan_decompose');

async function collapsed(view: Mounted): Promise<void> {
  await eventually(() => {
    expect(view.find('log-summary')).not.toBeNull();
  });
}

test('a job that is followed gives way to its summary when it ends, and nothing of it is lost', async () => {
  const { store, address, append, finish } = await job(numbered(200));
  const view = await mount(store, { address });
  view.rows.focus();
  await append([error('Error: no such task'), 'giving up']);
  await finish('failed', 1);
  await collapsed(view);
  await eventually(() => {
    expect(summary(view)).toMatch(
      /^. ?Failed . ?Task decomposition: Split the task 12 s · 202 lines · 1 error Error: no such task/,
    );
  });
  expect(view.rows.inert).toBe(true);
  expect(getComputedStyle(view.rows).visibility).toBe('hidden');
  await eventually(() => {
    expect(view.find('.said')?.textContent).toMatch(/^Failed, Split the task, 12 s/);
    expect(view.kept()).toMatchObject({ isCollapsed: true });
  });
  // The focus has come along: Enter is Show Log.
  await press('{Enter}');
  await eventually(() => {
    expect(view.find('log-summary')).toBeNull();
  });
  await painted();
  expect(view.lines().at(-1)?.text).toBe('giving up');
  await press('{Home}');
  await eventually(() => {
    expect(view.lines()[0]?.text).toBe('line 1');
    expect(view.kept()).toMatchObject({ isCollapsed: false });
  });
});

test('its whole log is copied and exported from there', async () => {
  const { store, address, append, finish } = await job(['one']);
  const view = await mount(store, { address });
  await append(['two']);
  await finish();
  await collapsed(view);
  button(view, 'Copy')?.click();
  button(view, 'Copy as JSON')?.click();
  button(view, 'Export…')?.click();
  const { scope } = address;
  await eventually(() => {
    expect(view.asked.copiedLogs).toEqual([
      { scope, style: 'plain' },
      { scope, style: 'json' },
    ]);
    expect(view.asked.exported).toEqual([{ scope }]);
    expect(view.find('.said')?.textContent).toBe('3 lines copied');
    expect(summary(view)).toContain('Succeeded');
    expect(summary(view)).toContain('2 lines · no errors');
  });
});

test('after a reload it is as the user left it', async () => {
  const { store, address, append, finish } = await job(['one']);
  const first = await mount(store, { address });
  await append(['two']);
  await finish();
  await collapsed(first);
  await eventually(() => {
    expect(first.kept()).toMatchObject({ isCollapsed: true });
  });
  first.app.remove();
  const second = await mount(store, { address, kept: first.kept() });
  await collapsed(second);
  button(second, 'Show log')?.click();
  await eventually(() => {
    expect(second.kept()).toMatchObject({ isCollapsed: false });
  });
  second.app.remove();
  const third = await mount(store, { address, kept: second.kept() });
  await expectToStay(third);
});

async function appeared(view: Mounted): Promise<void> {
  await painted();
  await Promise.all((view.find('log-summary')?.getAnimations() ?? []).map(({ finished }) => finished));
}

/** Longer than a log takes to give way. */
async function expectToStay(view: Mounted): Promise<void> {
  const until = performance.now() + 2_500;
  await eventually(async () => {
    await painted();
    expect(view.find('log-summary')).toBeNull();
    if (performance.now() < until) throw new Error('not yet');
  });
}

test('nobody is disturbed: not who reads elsewhere, seeks, or looks at one host of several', async () => {
  const reading = await job(numbered(300));
  const first = await mount(reading.store, { address: reading.address });
  wheel(first.rows, -500);
  await painted();
  const seeking = await job(numbered(300));
  const second = await mount(seeking.store, { address: seeking.address });
  second.rows.focus();
  await press('{Control>}f{/Control}');
  const several = await recorded(numbered(3), ['a', 'b'], 'Plan', 'plan_execute');
  const third = await mount(several.store, { address: several.address });
  const other = await recorded(numbered(3), ['a'], 'make', 'command');
  const fourth = await mount(other.store, { address: other.address });
  await Promise.all([reading, seeking, several, other].map(({ finish }) => finish()));
  await Promise.all([first, second, third, fourth].map(expectToStay));
});

test.each([
  ['never', 'plan_decompose', false],
  ['always', 'command', true],
] as const)('“%s” is meant for every log', async (collapseWhenFinished, kind, gives) => {
  const { store, address, append, finish } = await recorded(['one'], ['a', 'b'], 'x', kind);
  const view = await mount(store, { address, settings: { collapseWhenFinished } });
  await append(['two']);
  await finish();
  if (gives) await collapsed(view);
  else await expectToStay(view);
});

test('a finished log is collapsed and expanded by hand, and by what needs its lines', async () => {
  const { store, address, finish } = await recorded([...numbered(50), error('Error: x'), ...numbered(50)]);
  await finish('failed', 1);
  const view = await mount(store, { address });
  const before = view.lines();
  view.find('[title="Collapse to Summary"]')?.click();
  await collapsed(view);
  view.find('[title="Show Log"]')?.click();
  await eventually(() => {
    expect(view.find('log-summary')).toBeNull();
    expect(view.lines()).toEqual(before);
  });
  view.find('[title="Collapse to Summary"]')?.click();
  await collapsed(view);
  await press('{Control>}f{/Control}');
  await eventually(() => {
    expect(view.find('log-summary')).toBeNull();
  });
});

test('a log without line numbers is counted too', async () => {
  const { store, address, append, finish } = await job([error('ERROR one'), 'fine', error('ERROR two')]);
  const whole: LogAddress = { ...address, scope: { execution: address.scope.execution } };
  const view = await mount(relative(store), { address: whole });
  await append(['end']);
  await finish('failed', 1);
  await collapsed(view);
  await eventually(() => {
    expect(summary(view)).toMatch(/4 lines · 2 errors ERROR two/);
  });
});

test('no rule of accessibility is broken by a summary', async () => {
  const { store, address, append, finish } = await job(numbered(40));
  const view = await mount(store, { address });
  await append([error('Error: the model answered with no JSON at all, after 3 attempts')]);
  await finish('failed', 1);
  await collapsed(view);
  await eventually(() => {
    expect(summary(view)).toContain('41 lines');
  });
  await appeared(view);
  const { violations } = await axe.run(view.app, { rules: { region: { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
});
