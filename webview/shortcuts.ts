import type { AppMenus } from './appMenus.ts';
import type { FindBox } from './findBox.ts';
import type { LogActions } from './logActions.ts';
import type { ShownLog } from './shownLog.ts';

/** What a key means to the view, wherever in it the focus is. */
export type Shortcut =
  'find' | 'line' | 'nextMatch' | 'previousMatch' | 'nextError' | 'previousError' | 'wrap' | 'escape';

export function shortcutOf(event: KeyboardEvent): Shortcut | undefined {
  const { altKey, shiftKey } = event;
  const control = event.ctrlKey || event.metaKey;
  const key = event.key.toLowerCase();
  if (key === 'escape') return 'escape';
  if (key === 'f3') return shiftKey ? 'previousMatch' : 'nextMatch';
  if (key === 'f8') return shiftKey ? 'previousError' : 'nextError';
  if (altKey) return event.code === 'KeyZ' && !control ? 'wrap' : undefined;
  if (control && key === 'f') return 'find';
  return control && key === 'g' ? 'line' : undefined;
}

/** What shortcuts act upon. */
interface Acting {
  readonly findBox: FindBox;
  readonly menus: AppMenus;
  readonly actions: LogActions;
  shown(): ShownLog | undefined;
  escape(): void;
}

export function shortcutActs(view: Acting): Readonly<Record<Shortcut, () => void>> {
  const { findBox, menus, actions } = view;
  return {
    find: () => {
      findBox.open();
    },
    line: () => {
      menus.toggle('line');
    },
    nextMatch: () => void findBox.go('next'),
    previousMatch: () => void findBox.go('previous'),
    nextError: () => void actions.goToError('next'),
    previousError: () => void actions.goToError('previous'),
    wrap: () => {
      actions.toggleWrap();
    },
    escape: () => {
      view.escape();
    },
  };
}
