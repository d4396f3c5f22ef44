/** Replaces every character that could hide or reorder text by a picture of it; the length stays the same. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f]/g, (c) => String.fromCharCode(0x2400 + c.charCodeAt(0)));
}
