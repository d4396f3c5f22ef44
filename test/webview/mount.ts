import { onTestFinished } from 'vitest';
import { userEvent } from 'vitest/browser';
import { LineColumnsBuilder, type NewLine } from '../../src/base/lineBatch.ts';
import type { LogAddress } from '../../src/bridge/logHost.ts';
import type { LogSource } from '../../src/model/source.ts';
import type { Status } from '../../src/model/status.ts';
import { MemoryStore } from '../../src/sources/memory.ts';
import { pageStyles } from '../../webview/appStyles.ts';
import type { LogApp } from '../../webview/logApp.ts';
import '../../webview/logApp.ts';
import type { LogRows } from '../../webview/rows/logRows.ts';
import { darkTheme, useTheme } from './theme.ts';
import { viewHost, type Asked, type ViewHost, type ViewHostOptions } from './viewHost.ts';
import { eventually } from '../harness/eventually.ts';

export const bigAddress: LogAddress = { connection: 'here', scope: { execution: 'big', step: 'build', host: 'here' } };

/** The view as it stands on the page, and what can be seen of it. */
export interface Mounted {
  readonly app: LogApp;
  readonly rows: LogRows;
  readonly asked: Asked;
  readonly view: ViewHost;
  /** What the view has kept last. */
  kept(): unknown;
  /** The lines in view from top to bottom, as number and text. */
  lines(): { readonly number: number; readonly text: string; readonly top: number }[];
  find(selector: string): HTMLElement | null;
}

/** Puts the view of a log on the page, as the editor would, and waits until it shows something. */
export async function mount(
  source: LogSource,
  options: ViewHostOptions & { readonly kept?: unknown; readonly height?: number },
): Promise<Mounted> {
  useTheme(darkTheme);
  if (pageStyles.styleSheet) document.adoptedStyleSheets = [pageStyles.styleSheet];
  const view = viewHost(source, options);
  const app = document.createElement('log-app');
  let kept: unknown = options.kept;
  app.host = view.host;
  app.keeper = {
    kept,
    keep: (state) => {
      kept = structuredClone(state);
    },
  };
  if (options.height !== undefined) app.style.height = `${options.height}px`;
  document.body.append(app);
  onTestFinished(() => {
    app.remove();
    view.dispose();
  });
  await eventually(() => {
    if (app.shown?.session.state.kind !== 'ready' && !app.renderRoot.querySelector('.notice'))
      throw new Error('opening');
  });
  await app.updateComplete;
  const rows = app.renderRoot.querySelector('log-rows');
  if (!rows) throw new Error('no rows');
  return {
    app,
    rows,
    asked: view.asked,
    view,
    kept: () => kept,
    lines: () => linesOf(rows),
    find: (selector) => deepFind(app, selector),
  };
}

function linesOf(rows: LogRows): { number: number; text: string; top: number }[] {
  const view = rows.getBoundingClientRect();
  return [...rows.renderRoot.querySelectorAll<HTMLElement>('.row:not([hidden])')]
    .map((row) => ({
      number: Number(row.querySelector('.number')?.textContent),
      text: row.querySelector('.text')?.textContent ?? '',
      top: row.getBoundingClientRect().top - view.top,
      bottom: row.getBoundingClientRect().bottom - view.top,
    }))
    .filter(({ bottom, top }) => bottom > 0 && top < view.height)
    .sort((a, b) => a.top - b.top)
    .map(({ number, text, top }) => ({ number, text, top }));
}

/** The first element that matches in the view or the components within. */
function deepFind(root: Element, selector: string): HTMLElement | null {
  const inside = root.shadowRoot;
  if (!inside) return null;
  const found = inside.querySelector<HTMLElement>(selector);
  if (found) return found;
  for (const element of inside.querySelectorAll('*')) {
    const deeper = deepFind(element, selector);
    if (deeper) return deeper;
  }
  return null;
}

export interface Recorded {
  readonly store: MemoryStore;
  readonly address: LogAddress;
  readonly append: (lines: readonly (string | NewLine)[], host?: string) => Promise<void>;
  readonly finish: (status?: Status, exitCode?: number, host?: string) => Promise<void>;
}

/** A running host log in a store, one step of one execution. */
export async function recorded(
  lines: readonly (string | NewLine)[] = [],
  hosts = ['web-1'],
  name = 'Deploy the web',
  kind?: string,
): Promise<Recorded> {
  const store = new MemoryStore();
  const execution = 'deploy';
  const step = 'roll-out';
  const startedAt = 1_700_000_000_000;
  const next = new Map<string, number>();
  await store.createExecution({ execution, name, startedAt, ...(kind !== undefined && { kind }) });
  const named = hosts.map((id) => ({ id, name: id }));
  await store.startStep({
    execution,
    step,
    name: 'Roll out',
    order: 1,
    status: 'running',
    hosts: named,
    at: startedAt,
  });
  for (const host of hosts) await store.startHost({ execution, step, host, at: startedAt });
  const [first = ''] = hosts;
  const recording: Recorded = {
    store,
    address: { connection: 'here', scope: { execution, step, host: first } },
    append: async (added, host = first) => {
      const batch = new LineColumnsBuilder();
      for (const line of added) batch.add(typeof line === 'string' ? { text: line } : line);
      const firstNumber = next.get(host) ?? 1;
      next.set(host, firstNumber + added.length);
      await store.append({ execution, step, host, firstNumber, lines: batch.build() });
    },
    finish: async (status = 'succeeded', exitCode = status === 'succeeded' ? 0 : 1, host = first) => {
      await store.finishHost({ execution, step, host, status, exitCode, at: startedAt + 12_300 });
      if (host !== first) return;
      await store.finishStep({ execution, step, status, at: startedAt + 12_300 });
      await store.finishExecution({ execution, status, at: startedAt + 12_300 });
    },
  };
  if (lines.length > 0) await recording.append(lines);
  return recording;
}

export function numbered(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, index) => `line ${from + index}`);
}

/** Presses keys as a person would, in the notation of `userEvent.keyboard`. */
export async function press(keys: string): Promise<void> {
  await userEvent.keyboard(keys);
}

/** Turns the wheel over the rows. */
export function wheel(rows: LogRows, deltaY: number): void {
  const box = rows.getBoundingClientRect();
  const at = { clientX: box.left + 200, clientY: box.top + 100 };
  rows.renderRoot
    .querySelector('.scroller')
    ?.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, composed: true, cancelable: true, ...at }));
}

/** After everything asked for has been painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        resolve();
      }),
    ),
  );
}

/** The same log without numbers to seek by and without totals. */
export function relative<T extends object>(source: T): T {
  return new Proxy(source, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'capabilities') return { ...(value as object), seekByLine: false, totals: false };
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}
