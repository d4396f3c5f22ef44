import type { Status } from '../../model/status.ts';

/** How a node looks, before the editor's own types. */
export interface Look {
  readonly label: string;
  readonly description: string;
  readonly icon: Icon;
  /** How it went, shown beside it where the icon tells something else. */
  readonly badge?: Status;
  /** Words that menus match with `viewItem =~ /\bword\b/`; the first is the node's kind. */
  readonly context: string;
  /** What a screen reader says. */
  readonly accessible: string;
  readonly expands: 'no' | 'collapsed' | 'expanded';
}

export interface Icon {
  /** A codicon. */
  readonly id: string;
  /** A theme colour. */
  readonly colour?: string;
}
