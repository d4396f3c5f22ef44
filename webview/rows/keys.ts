/** What a key means to the rows. */
export type KeyAction =
  | {
      readonly kind: 'move';
      readonly to: 'up' | 'down' | 'pageUp' | 'pageDown' | 'start' | 'end';
      readonly extend: boolean;
    }
  | { readonly kind: 'scroll'; readonly rows: number }
  | { readonly kind: 'column'; readonly to: 'left' | 'right' | 'lineStart' | 'lineEnd' }
  | { readonly kind: 'sideways'; readonly columns: number }
  | { readonly kind: 'selectAll' | 'copy' | 'openLink' };

const moves: Readonly<Record<string, 'up' | 'down' | 'pageUp' | 'pageDown' | 'start' | 'end'>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  PageUp: 'pageUp',
  PageDown: 'pageDown',
  Home: 'start',
  End: 'end',
};

export function keyAction(event: KeyboardEvent): KeyAction | undefined {
  if (event.altKey) return undefined;
  const control = event.ctrlKey || event.metaKey;
  const { key, shiftKey: extend } = event;
  if (control && !extend && (key === 'ArrowUp' || key === 'ArrowDown'))
    return { kind: 'scroll', rows: key === 'ArrowUp' ? -1 : 1 };
  if (extend && !control && (key === 'Home' || key === 'End'))
    return { kind: 'column', to: key === 'Home' ? 'lineStart' : 'lineEnd' };
  const to = moves[key];
  if (to) return { kind: 'move', to, extend };
  if (control) return controlAction(key.toLowerCase());
  if (key === ' ') return { kind: 'move', to: extend ? 'pageUp' : 'pageDown', extend: false };
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const left = key === 'ArrowLeft';
    return extend ? { kind: 'column', to: left ? 'left' : 'right' } : { kind: 'sideways', columns: left ? -8 : 8 };
  }
  return undefined;
}

function controlAction(key: string): KeyAction | undefined {
  switch (key) {
    case 'a':
      return { kind: 'selectAll' };
    case 'c':
    case 'insert':
      return { kind: 'copy' };
    case 'enter':
      return { kind: 'openLink' };
    default:
      return undefined;
  }
}
