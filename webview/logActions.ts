import type { CopyStyle, LogHost, ViewSettings } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { LogScope } from '../src/model/query.ts';
import { formatCount } from './amounts.ts';
import { copySelection } from './copy.ts';
import type { LogRows } from './rows/logRows.ts';
import type { ShownLog } from './shownLog.ts';
import { nextFailed } from './switching.ts';
import { countWords, type Translate } from './words.ts';

/** The view that acts. */
export interface LogActionsOwner {
  words(): Translate;
  language(): string;
  host(): LogHost | undefined;
  /** Aborted when the view ends. */
  signal(): AbortSignal;
  shown(): ShownLog | undefined;
  rows(): LogRows;
  settings(): ViewSettings;
  restyle(settings: ViewSettings): void;
  switchTo(scope: LogScope): void;
  /** Shows why something failed; empty when nothing did. */
  setProblem(problem: string): void;
  /** Tells a screen reader. */
  say(words: string): void;
}

/** What the user can have done with the log that is shown, from menus, buttons, keys and the editor. */
export class LogActions {
  readonly #owner: LogActionsOwner;

  constructor(owner: LogActionsOwner) {
    this.#owner = owner;
  }

  /** Does what may fail, and says why when it does. */
  async attempt(act: (host: LogHost, options: { readonly signal: AbortSignal }) => Promise<void>): Promise<void> {
    const host = this.#owner.host();
    const signal = this.#owner.signal();
    if (!host) return;
    try {
      await act(host, { signal });
      this.#owner.setProblem('');
    } catch (error) {
      if (signal.aborted) return;
      this.#owner.setProblem(LogError.from(error).message);
    }
  }

  /** Copies what is selected; where nothing is, everything, or with `plain` nothing. */
  async copy(style: CopyStyle): Promise<void> {
    const shown = this.#owner.shown();
    if (!shown) return;
    const view = this.#owner.rows();
    const { selection } = view;
    if (selection.isEmpty && style !== 'plain') view.selectAll();
    await this.attempt(async (host, options) => {
      const { session, rows, find } = shown;
      const filter = rows === session.rows ? undefined : find.find?.search.filter;
      const lines = await copySelection(host, { session, rows, filter }, selection, style, options);
      if (lines > 0) this.#sayCopied(lines);
    });
  }

  /** Copies a whole log, shown or not. */
  async copyLog(scope: LogScope, style: CopyStyle): Promise<void> {
    await this.attempt(async (host, options) => {
      const { lines } = await host.copyLog({ scope, style }, options);
      this.#sayCopied(lines);
    });
  }

  async goToFailed(direction: 'next' | 'previous'): Promise<void> {
    const shown = this.#owner.shown();
    const { execution, step, host } = shown?.session.address.scope ?? {};
    if (!shown || execution === undefined || step === undefined || host === undefined) return;
    await this.attempt(async (_, { signal }) => {
      const found = await nextFailed(shown.details, { execution, step, host }, direction, signal);
      const t = this.#owner.words();
      if (found) this.#owner.switchTo(found);
      else this.#owner.say(t('No other failed host'));
    });
  }

  async goToError(direction: 'next' | 'previous'): Promise<void> {
    const shown = this.#owner.shown();
    await this.attempt(async () => {
      try {
        await shown?.goToError(direction);
      } catch (error) {
        // A log that one has left need not say why it was not read.
        if (shown === this.#owner.shown()) throw error;
      }
    });
  }

  changeSettings(settings: ViewSettings): void {
    this.#owner.restyle(settings);
    void this.attempt(async (host, options) => host.changeSettings(settings, options));
  }

  toggleWrap(): void {
    const settings = this.#owner.settings();
    this.changeSettings({ ...settings, wrap: !settings.wrap });
  }

  toggleFollow(): void {
    const shown = this.#owner.shown();
    if (shown?.isFollowing) shown.stopFollowing();
    else void shown?.follow();
  }

  #sayCopied(lines: number): void {
    const shown = formatCount(lines, this.#owner.language());
    this.#owner.say(countWords(this.#owner.words(), lines, '1 line copied', '{0} lines copied', shown));
  }

  /** Reads out what the caret has come to, for those who cannot see it. */
  sayLine(): void {
    const rows = this.#owner.rows();
    const text = rows.textOf(rows.selection.active.row);
    if (text !== undefined) this.#owner.say(text.slice(0, 400));
  }
}
