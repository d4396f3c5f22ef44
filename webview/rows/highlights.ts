import type { Disposes } from '../../src/base/disposables.ts';

export type Highlighted = 'selection' | 'match' | 'currentMatch';

const names: Readonly<Record<Highlighted, string>> = {
  selection: 'log-selection',
  match: 'log-match',
  currentMatch: 'log-current-match',
};

/** Text coloured without touching the elements it is in. */
export class Highlights implements Disposes {
  readonly #highlights: Readonly<Record<Highlighted, Highlight>>;

  constructor() {
    const make = (kind: Highlighted, priority: number): Highlight => {
      const highlight = CSS.highlights.get(names[kind]) ?? new Highlight();
      highlight.priority = priority;
      CSS.highlights.set(names[kind], highlight);
      return highlight;
    };
    this.#highlights = {
      match: make('match', 1),
      currentMatch: make('currentMatch', 2),
      selection: make('selection', 3),
    };
  }

  clear(): void {
    for (const highlight of Object.values(this.#highlights)) highlight.clear();
  }

  add(kind: Highlighted, range: StaticRange | undefined): void {
    if (range) this.#highlights[kind].add(range);
  }

  dispose(): void {
    this.clear();
  }
}
