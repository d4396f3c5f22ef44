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
