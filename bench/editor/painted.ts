import type { Frame, Page } from 'playwright-core';

export interface Painted {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly text: string;
}

/** Runs in a frame: resolves when a line that matches is on the screen, of our view or of the editor's. */
function waitInFrame(pattern: string): Promise<Painted> {
  const wanted = new RegExp(pattern);
  const lines = () => {
    const ours = document.querySelector('log-app')?.shadowRoot?.querySelector('log-rows')?.shadowRoot;
    // Rows that are out of use keep their text, hidden.
    return (
      ours?.querySelectorAll('.row.line:not([hidden]) .text') ?? document.querySelectorAll('.monaco-editor .view-line')
    );
  };
  const texts = () => [...lines()].map((row) => row.textContent.replaceAll('\u00A0', ' '));
  const frame = globalThis as { waitedFor?: symbol };
  const waited = (frame.waitedFor = Symbol(pattern));
  return new Promise((resolve) => {
    const look = () => {
      // Nobody waits for what was not seen here before something else was asked for.
      if (frame.waitedFor !== waited) return;
      const text = texts().find((candidate) => wanted.test(candidate));
      if (text === undefined) requestAnimationFrame(look);
      // A frame callback runs before its frame is painted; the next task runs after.
      else
        setTimeout(() => {
          resolve({ at: Date.now(), text });
        }, 0);
    };
    look();
  });
}

/** Waits until a line that matches is on the screen, in whatever frame, one that is still to come included. */
export async function painted(page: Page, pattern: RegExp): Promise<Painted> {
  const seen = Promise.withResolvers<Painted>();
  const asked = new Set<Frame>();
  const ask = (frame: Frame) => {
    if (asked.has(frame)) return;
    asked.add(frame);
    // A frame that loads something else forgets what it was asked.
    frame.evaluate(waitInFrame, pattern.source).then(seen.resolve, () => asked.delete(frame));
  };
  const again = setInterval(() => {
    page.frames().forEach(ask);
  }, 10);
  const late = setTimeout(() => {
    seen.reject(new Error(`no line on the screen matches ${String(pattern)} within a minute`));
  }, 60_000);
  page.frames().forEach(ask);
  try {
    return await seen.promise;
  } finally {
    clearInterval(again);
    clearTimeout(late);
  }
}
