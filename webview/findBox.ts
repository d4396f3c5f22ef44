import { html, type TemplateResult } from 'lit';
import type { Direction } from './find/nearestLine.ts';
import './find/findWidget.ts';
import type { FindEvents, FindWidget } from './find/findWidget.ts';
import type { KeptState } from './keptState.ts';
import type { LogRows } from './rows/logRows.ts';
import type { ShownLog } from './shownLog.ts';
import type { Translate } from './words.ts';

/** The view around the find widget. */
export interface FindBoxOwner {
  words(): Translate;
  shown(): ShownLog | undefined;
  rows(): LogRows;
  widget(): FindWidget | null;
  setOpen(isOpen: boolean): void;
  /** Tells a screen reader. */
  say(words: string): void;
  /** What is to be kept has changed. */
  keep(): void;
}

/** Opens and closes the find widget, and does for the log shown what is asked in it. */
export class FindBox {
  readonly #owner: FindBoxOwner;
  readonly events: FindEvents;

  constructor(owner: FindBoxOwner) {
    this.#owner = owner;
    this.events = {
      changed: (pattern) => {
        void owner.shown()?.find.search(pattern);
        owner.keep();
      },
      go: (direction) => void this.go(direction),
      onlyMatching: (only) => {
        owner.shown()?.find.showOnlyMatching(only);
        owner.keep();
      },
      cancel: () => {
        owner.shown()?.find.cancel();
      },
      close: () => {
        this.close();
      },
    };
  }

  render(isOpen: boolean): TemplateResult {
    const find = this.#owner.shown()?.find;
    return html`<log-find
      ?hidden=${!isOpen}
      .t=${this.#owner.words()}
      .query=${{ matchCase: false, wholeWord: false, regex: false, ...find?.query, pattern: find?.query.pattern ?? '' }}
      .status=${find?.status() ?? { words: '', tone: 'quiet', progress: undefined }}
      .problem=${find?.problem ?? ''}
      .onlyMatching=${find?.onlyMatching ?? false}
      .events=${this.events}
    ></log-find>`;
  }

  /** Opens with what is selected, or with what was sought last. */
  open(): void {
    this.#owner.shown()?.expand();
    this.#owner.setOpen(true);
    const find = this.#owner.shown()?.find;
    const selected = this.#owner.rows().selectedText();
    if (find && selected !== '' && selected !== find.query.pattern)
      void find.search({ ...find.query, pattern: selected, regex: false });
    else if (find && find.query.pattern !== '' && !find.find) void find.search(find.query);
    void this.#owner.widget()?.focusInput();
  }

  /** Seeks again what was sought when the view was left. */
  async restore({ query, isOpen, onlyMatching }: NonNullable<KeptState['find']>): Promise<void> {
    const owner = this.#owner;
    owner.setOpen(isOpen);
    if (!isOpen) return;
    await owner.shown()?.find.search(query, false);
    owner.shown()?.find.showOnlyMatching(onlyMatching);
  }

  close(): void {
    this.#owner.setOpen(false);
    this.#owner.shown()?.find.close();
    this.#owner.rows().focus();
    this.#owner.keep();
  }

  async go(direction: Direction): Promise<void> {
    const owner = this.#owner;
    const find = owner.shown()?.find;
    if (!find) return;
    if (!find.find && find.query.pattern !== '') await find.search(find.query);
    else await find.go(direction);
    owner.keep();
    const { words } = find.status();
    const t = owner.words();
    owner.say(find.wrapped ? t('{0}, from the other end of the log', words) : words);
  }
}
