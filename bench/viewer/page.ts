/**
 * What the scroll and first-paint benches run in the browser: the viewer and its peers over equal lines.
 */
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import '@lit-labs/virtualizer';
import type { LitVirtualizer } from '@lit-labs/virtualizer';
import { VirtualizerController } from '@tanstack/lit-virtual';
import { html, LitElement } from 'lit';
import { styleMap } from 'lit/directives/style-map.js';
import { BigLog } from '../../test/webview/bigLog.ts';
import { darkTheme } from '../../test/webview/theme.ts';
import { viewHost } from '../../test/webview/viewHost.ts';
import { pageStyles } from '../../webview/appStyles.ts';
import '../../webview/logApp.ts';

/** Something that shows many lines and can be scrolled. */
interface Shown {
  /** One step of the wheel. */
  step(pixels: number): void;
  /** To a share of the whole, as by dragging the slider. */
  jump(share: number): void;
  /** Texts of the rows in view. */
  texts(): string[];
  dispose(): void;
}

const rowHeight = 18;

function textOf(index: number): string {
  return `line ${index + 1}`;
}

function box(): HTMLElement {
  const element = document.createElement('div');
  element.style.cssText = 'position: fixed; inset: 0; overflow: auto; font: 13px monospace; color: #ccc';
  document.body.append(element);
  return element;
}

async function showOurs(lines: number): Promise<Shown> {
  const address = { connection: 'here', scope: { execution: 'big', step: 'build', host: 'here' } };
  const view = viewHost(new BigLog(lines), { address, reveal: { at: 'start' } });
  const app = document.createElement('log-app');
  app.host = view.host;
  document.body.append(app);
  await app.updateComplete;
  const rows = app.renderRoot.querySelector('log-rows');
  if (!rows) throw new Error('no rows');
  const scroller = rows.renderRoot.querySelector('.scroller');
  return {
    step(deltaY) {
      scroller?.dispatchEvent(new WheelEvent('wheel', { deltaY, bubbles: true, composed: true, cancelable: true }));
    },
    jump(share) {
      if (share >= 1) rows.scrollToEnd();
      else rows.scrollToRow(Math.floor(share * lines), 'top');
    },
    texts: () =>
      [...rows.renderRoot.querySelectorAll<HTMLElement>('.row.line:not([hidden])')]
        .sort((a, b) => Number(a.dataset['row']) - Number(b.dataset['row']))
        .map((row) => row.querySelector('.text')?.textContent ?? ''),
    dispose() {
      app.remove();
      view.dispose();
    },
  };
}

/** A scrolling element whose rows a peer makes. */
function scrolled(scroller: HTMLElement, selector: string, dispose: () => void): Shown {
  return {
    step: (pixels) => {
      scroller.scrollTop += pixels;
    },
    jump: (share) => {
      scroller.scrollTop = share * scroller.scrollHeight;
    },
    texts: () => {
      const { height } = scroller.getBoundingClientRect();
      return [...scroller.querySelectorAll(selector)]
        .filter((row) => {
          const { top, bottom } = row.getBoundingClientRect();
          return bottom > 0 && top < height;
        })
        .map(({ textContent }) => textContent.trim());
    },
    dispose,
  };
}

class TanstackRows extends LitElement {
  count = 0;
  scroller: HTMLElement | undefined;
  #controller: VirtualizerController<HTMLElement, Element> | undefined;

  protected override createRenderRoot(): this {
    return this;
  }

  override connectedCallback(): void {
    this.#controller = new VirtualizerController(this, {
      getScrollElement: () => this.scroller ?? null,
      count: this.count,
      estimateSize: () => rowHeight,
      overscan: 10,
    });
    super.connectedCallback();
  }

  protected override render(): unknown {
    const virtualizer = this.#controller?.getVirtualizer();
    if (!virtualizer) return '';
    return html`<div style=${styleMap({ position: 'relative', height: `${virtualizer.getTotalSize()}px` })}>
      ${virtualizer
        .getVirtualItems()
        .map(
          ({ index, start }) =>
            html`<div
              class="peer"
              style=${styleMap({ position: 'absolute', height: `${rowHeight}px`, transform: `translateY(${start}px)` })}
            >
              ${textOf(index)}
            </div>`,
        )}
    </div>`;
  }
}
customElements.define('tanstack-rows', TanstackRows);

async function showTanstack(lines: number): Promise<Shown> {
  const scroller = box();
  const rows = new TanstackRows();
  rows.count = lines;
  rows.scroller = scroller;
  scroller.append(rows);
  await rows.updateComplete;
  return scrolled(scroller, '.peer', () => {
    scroller.remove();
  });
}

async function showVirtualizer(lines: number): Promise<Shown> {
  const scroller = document.createElement('lit-virtualizer') as LitVirtualizer<number>;
  scroller.scroller = true;
  scroller.style.cssText = 'position: fixed; inset: 0; font: 13px monospace; color: #ccc';
  scroller.items = Array.from({ length: lines }, (_, index) => index);
  scroller.renderItem = (index) => html`<div class="peer" style="height: 18px">${textOf(index)}</div>`;
  document.body.append(scroller);
  await scroller.updateComplete;
  return scrolled(scroller, '.peer', () => {
    scroller.remove();
  });
}

const makers = { ours: showOurs, tanstack: showTanstack, virtualizer: showVirtualizer };
export type Maker = keyof typeof makers;

/** Durations of all frames, in milliseconds, and the last line there is to see. */
export interface Scrolled {
  readonly frames: number[];
  readonly last: string;
}

const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));

/** 300 steps of the wheel, one each frame, then 50 jumps with ten frames to settle. */
async function scroll(maker: Maker, lines: number): Promise<Scrolled> {
  const shown = await makers[maker](lines);
  await until(() => shown.texts().includes(textOf(0)));
  for (let wait = 0; wait < 30; wait++) await frame();
  const frames: number[] = [];
  let before = await frame();
  const next = async (): Promise<void> => {
    const now = await frame();
    frames.push(now - before);
    before = now;
  };
  for (let step = 0; step < 300; step++) {
    shown.step(step < 200 ? 100 : -100);
    await next();
  }
  for (let jump = 0; jump < 50; jump++) {
    shown.jump(((jump * 37) % 50) / 50);
    for (let wait = 0; wait < 10; wait++) await next();
  }
  shown.jump(1);
  for (let wait = 0; wait < 60; wait++) await frame();
  const last = shown.texts().at(-1) ?? '';
  shown.dispose();
  return { frames, last };
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await frame();
}

/** Milliseconds from nothing until the first lines of a log are painted. */
async function firstPaint(what: 'ours' | 'codeMirror', lines: number): Promise<{ milliseconds: number; text: string }> {
  const text = what === 'codeMirror' ? codeMirrorText(lines) : '';
  await frame();
  const start = performance.now();
  const { first, dispose } = what === 'ours' ? await paintOurs(lines) : paintCodeMirror(text);
  await until(() => first() !== '');
  await painted();
  const milliseconds = performance.now() - start;
  const shown = first();
  dispose();
  return { milliseconds, text: shown };
}

async function paintOurs(lines: number): Promise<{ first: () => string; dispose: () => void }> {
  const shown = await showOurs(lines);
  return {
    first: () => shown.texts()[0] ?? '',
    dispose: () => {
      shown.dispose();
    },
  };
}

let madeText = '';
function codeMirrorText(lines: number): string {
  madeText ||= Array.from({ length: lines }, (_, index) => textOf(index)).join('\n');
  return madeText;
}

function paintCodeMirror(text: string): { first: () => string; dispose: () => void } {
  const parent = box();
  const extensions = [lineNumbers(), EditorState.readOnly.of(true)];
  const view = new EditorView({ parent, state: EditorState.create({ doc: text, extensions }) });
  return {
    first: () => parent.querySelector('.cm-line')?.textContent ?? '',
    dispose: () => {
      view.destroy();
      parent.remove();
    },
  };
}

/** After the frame that is being made has been handed over. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        resolve();
      };
      port2.postMessage(undefined);
    });
  });
}

for (const [name, value] of Object.entries(darkTheme)) document.documentElement.style.setProperty(name, value);
if (pageStyles.styleSheet) document.adoptedStyleSheets = [pageStyles.styleSheet];
document.body.style.background = '#1f1f1f';

export interface BenchPage {
  scroll(maker: Maker, lines: number): Promise<Scrolled>;
  firstPaint(what: 'ours' | 'codeMirror', lines: number): Promise<{ milliseconds: number; text: string }>;
}
Object.assign(globalThis, { benchPage: { scroll, firstPaint } satisfies BenchPage });
