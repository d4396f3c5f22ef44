import { shortcutOf, type Shortcut } from './shortcuts.ts';

interface PageOwner {
  readonly shortcuts: Readonly<Record<Shortcut, () => void>>;
  focusLog(): void;
  copy(): void;
}

/** Hears what comes to the page as a whole, until `ended`. */
export function hearPage(view: HTMLElement, owner: PageOwner, ended: AbortSignal): void {
  const options = { signal: ended };
  view.addEventListener(
    'keydown',
    (event) => {
      const shortcut = event.defaultPrevented ? undefined : shortcutOf(event);
      if (!shortcut) return;
      event.preventDefault();
      // The editor hears what comes to the window, and has keys of its own for the same.
      if (shortcut !== 'escape') event.stopPropagation();
      owner.shortcuts[shortcut]();
    },
    options,
  );
  window.addEventListener(
    'focus',
    () => {
      if (isFocusFree()) owner.focusLog();
    },
    options,
  );
  // The editor's own Copy, from a menu.
  document.addEventListener(
    'copy',
    (event) => {
      if (event.composedPath()[0] instanceof HTMLInputElement) return;
      event.preventDefault();
      owner.copy();
    },
    options,
  );
}

/** The page has the focus and nothing in it has. */
export function isFocusFree(): boolean {
  return document.hasFocus() && document.activeElement === document.body;
}
