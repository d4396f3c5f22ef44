import { expect, onTestFinished, test } from 'vitest';
import { page } from 'vitest/browser';
import { eventually } from '../harness/eventually.ts';
import { mount, recorded, type Mounted } from './mount.ts';

const usual = { width: 1000, height: 700 };

async function narrow(width: number): Promise<void> {
  await page.viewport(width, usual.height);
  onTestFinished(() => page.viewport(usual.width, usual.height));
}

function part(view: Mounted, menu: string): HTMLElement | null | undefined {
  return view.find('log-header')?.shadowRoot?.querySelector<HTMLElement>(`[data-menu=${menu}] .name`);
}

function isWhole(element: HTMLElement | null | undefined): boolean {
  return !!element && element.clientWidth > 0 && element.scrollWidth <= element.clientWidth;
}

async function finished(hosts: string[], exitCode: number, message: string): Promise<Mounted> {
  const { store, address, finish } = await recorded(['one'], hosts);
  const [host = ''] = hosts;
  const status = exitCode === 0 ? 'succeeded' : 'failed';
  await store.finishHost({
    ...{ execution: 'deploy', step: 'roll-out', host, status, exitCode, message, at: 1_700_000_012_000 },
  });
  await finish(status, exitCode, host);
  const view = await mount(store, { address });
  await eventually(() => expect(part(view, 'host')?.textContent).toBe(host));
  return view;
}

test('a narrow view still names step and host, and both can be switched', async () => {
  await narrow(390);
  const view = await finished(['web-1'], 0, '');
  expect([isWhole(part(view, 'step')), isWhole(part(view, 'host'))]).toEqual([true, true]);
});

test('a long name of a host leaves the name of its step whole', async () => {
  const view = await finished(['h000.rack-0.dc-eu-central-1.internal.example.com'.repeat(3)], 0, '');
  expect([isWhole(part(view, 'step')), isWhole(part(view, 'host'))]).toEqual([true, false]);
});

test('an exit code is told once', async () => {
  const view = await finished(['web-1'], 2, 'exit code 2');
  const text = view.find('log-header')?.shadowRoot?.textContent.replace(/\s+/g, ' ');
  expect(text).toContain('exit 2');
  expect(text).not.toContain('exit code');
});

test('why it failed is told beside the exit code', async () => {
  const view = await finished(['web-1'], 137, 'ended by SIGKILL');
  expect(view.find('log-header .message, .message')?.textContent).toBe('ended by SIGKILL');
});
