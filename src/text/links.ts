/** A place a line names; the same shape as the bridge's `Link`. */
export type LinkTarget =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'file'; readonly path: string; readonly line?: number; readonly column?: number };

/** `from` and `to` (exclusive) are positions in the visible text, escape sequences left out. */
export interface FoundLink {
  readonly from: number;
  readonly to: number;
  readonly link: LinkTarget;
}

/** What can be opened in a line, in order, without overlap. */
export function findLinks(text: string): FoundLink[] {
  const found: FoundLink[] = [];
  for (const match of text.matchAll(/https?:\/\/[^\s"'<>]+/g)) {
    found.push({ from: match.index, to: match.index + match[0].length, link: { kind: 'url', url: match[0] } });
  }
  return found;
}
