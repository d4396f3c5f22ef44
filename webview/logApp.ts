import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { html, LitElement, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { delay } from '../src/base/abort.ts';
import type { LogAddress, LogHost, Reveal, ViewCommand, ViewSettings, ViewStart } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { LogScope } from '../src/model/query.ts';
import { formatCount } from './amounts.ts';
import { AppMenus, type OpenMenu } from './appMenus.ts';
import { Announcer } from './announcer.ts';
import { appStyles } from './appStyles.ts';
import { copySelection, type CopyStyle } from './copy.ts';
import './find/findWidget.ts';
import { FindBox } from './findBox.ts';
import { keptFor } from './keptState.ts';
import { emptyNotice, failureNotice } from './notices.ts';
import { shortcutOf } from './shortcuts.ts';
import './rows/logRows.ts';
import type { LogRows } from './rows/logRows.ts';
import { icon } from './shell/icons.ts';
import './shell/header.ts';
import type { Header, MenuName } from './shell/header.ts';
import './shell/picker.ts';
import './shell/statusBar.ts';
import type { StatusBarContent } from './shell/statusBar.ts';
import { newsWords, ShownLog } from './shownLog.ts';
import { nextFailed } from './switching.ts';
import { statusContent } from './statusContent.ts';
import { toolbar } from './toolbar.ts';
import { countWords, translator, type Translate } from './words.ts';

/** Where the state of the view is kept while it is hidden. */
export interface Keeper {
  readonly kept: unknown;
  keep(state: unknown): void;
}

type Start =
  | { readonly kind: 'starting' }
  | { readonly kind: 'failed'; readonly error: LogError }
  | { readonly kind: 'ready'; readonly start: ViewStart };

/** The whole view: header, log, find, state. */
@customElement('log-app')
export class LogApp extends LitElement {
  static override styles: CSSResult[] = appStyles;

  @property({ attribute: false }) accessor host: LogHost | undefined;
  @property({ attribute: false }) accessor keeper: Keeper | undefined;
  @state() accessor start: Start = { kind: 'starting' };
  @state() accessor settings: ViewSettings = { timestamps: 'off', timeZone: 'local', wrap: false };
  @state() accessor isFindOpen = false;
  @state() accessor menu: OpenMenu | undefined;
  @state() accessor problem = '';
  @state() accessor now = Date.now();
  #shown: ShownLog | undefined;
  #t: Translate = translator();
  #language = 'en';
  #ended = new AbortController();
  #keeping: ReturnType<typeof setTimeout> | undefined;
  readonly #announcer = new Announcer(() => this.renderRoot.querySelector<HTMLElement>('.said'));

  readonly #findBox = new FindBox({
    words: () => this.#t,
    shown: () => this.#shown,
    rows: () => this.#rows,
    widget: () => this.renderRoot.querySelector('log-find'),
    setOpen: (isOpen) => {
      this.isFindOpen = isOpen;
    },
    say: (words) => {
      this.#announcer.say(words);
    },
    keep: () => {
      this.#keepSoon();
    },
  });
  readonly #menus = new AppMenus({
    words: () => this.#t,
    language: () => this.#language,
    shown: () => this.#shown,
    settings: () => this.settings,
    menu: () => this.menu,
    setMenu: (menu) => {
      this.menu = menu;
    },
    left: () => {
      this.#rows.focus();
    },
    change: (settings) => {
      this.#changeSettings(settings);
    },
    switchTo: (scope) => {
      this.#switchTo(scope);
    },
    copy: (style) => void this.#copy(style),
    readAgain: () => {
      this.#readAgain();
    },
    act: (act) => void this.#do(act),
  });

  get shown(): ShownLog | undefined {
    return this.#shown;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ended = new AbortController();
    this.addEventListener('keydown', this.#key);
    window.addEventListener('focus', this.#takeFocus);
    document.addEventListener('copy', this.#copyEvent);
    void this.updateComplete.then(() => this.#begin());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#key);
    window.removeEventListener('focus', this.#takeFocus);
    document.removeEventListener('copy', this.#copyEvent);
    this.#ended.abort();
    this.#shown?.dispose();
    this.#announcer.dispose();
    clearTimeout(this.#keeping);
  }

  protected override render(): TemplateResult {
    const t = this.#t;
    const state = this.#shown?.session.state;
    const isOpening = this.start.kind === 'starting' || state?.kind === 'opening';
    return html`
      ${this.#header()}
      <div class="body">
        <log-rows></log-rows>
        ${isOpening ? html`<vscode-progress-bar aria-label=${t('Opening the log')}></vscode-progress-bar>` : ''}
        ${this.#notice()} ${this.#find()} ${this.#pill()}
      </div>
      <log-status
        .t=${t}
        .language=${this.#language}
        .content=${this.start.kind === 'ready' ? this.#status(this.start.start) : undefined}
        .retry=${() => {
          this.#shown?.session.retryLive();
        }}
      ></log-status>
      <div class="said" role="status" aria-live="polite"></div>
    `;
  }

  protected override firstUpdated(changed: PropertyValues): void {
    super.firstUpdated(changed);
    this.#rows.events = {
      scrolled: () => {
        this.#shown?.moved();
        this.#keepSoon();
      },
      selected: (byKey) => {
        this.#keepSoon();
        this.requestUpdate();
        if (byKey) this.#sayLine();
      },
      copy: () => {
        void this.#copy('plain');
      },
      open: (link) => {
        void this.#do(async (host, options) => host.openLink(link, options));
      },
    };
  }

  get #rows(): LogRows {
    const rows = this.renderRoot.querySelector('log-rows');
    if (!rows) throw new Error('The rows are asked for before they are rendered');
    return rows;
  }

  async #begin(): Promise<void> {
    const { host } = this;
    const { signal } = this.#ended;
    if (!host) return;
    this.start = { kind: 'starting' };
    try {
      const start = await host.start({}, { signal });
      this.#t = translator(start.translations);
      this.#language = start.language;
      this.settings = start.settings;
      this.start = { kind: 'ready', start };
      this.#tick(signal).catch(() => undefined);
      this.#hearCommands(host, signal).catch(() => undefined);
      await this.#show(start.address, start.reveal, start);
    } catch (error) {
      if (!signal.aborted) this.start = { kind: 'failed', error: LogError.from(error) };
    }
  }

  async #show(address: LogAddress, reveal: Reveal, { capabilities }: ViewStart): Promise<void> {
    const { host } = this;
    if (!host) return;
    this.#shown?.dispose();
    this.menu = undefined;
    this.problem = '';
    const kept = reveal.at === 'auto' ? keptFor(address, this.keeper?.kept) : undefined;
    const shown = new ShownLog(address, {
      host,
      capabilities,
      view: this.#rows,
      t: this.#t,
      language: this.#language,
      settings: () => this.settings,
      changed: () => {
        this.requestUpdate();
      },
      say: (words) => {
        this.#announcer.say(words);
      },
    });
    this.#shown = shown;
    this.requestUpdate();
    await shown.open(reveal, kept);
    if (shown !== this.#shown) return;
    if (kept?.find) await this.#findAgain(kept.find);
    this.#takeFocus();
    this.#keepSoon();
  }

  async #findAgain({
    query,
    isOpen,
    onlyMatching,
  }: NonNullable<ReturnType<typeof keptFor>>['find'] & object): Promise<void> {
    this.isFindOpen = isOpen;
    if (!isOpen) return;
    await this.#shown?.find.search(query, false);
    this.#shown?.find.showOnlyMatching(onlyMatching);
  }

  /** Keeps durations and countdowns true while something goes on. */
  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(1_000, signal);
      if (this.#shown?.isLive) this.now = Date.now();
    }
  }

  async #hearCommands(host: LogHost, signal: AbortSignal): Promise<void> {
    for await (const command of host.commands({}, { signal })) this.#obey(command);
  }

  #obey(command: ViewCommand): void {
    switch (command.command) {
      case 'show':
        if (this.start.kind === 'ready') void this.#show(command.address, command.reveal, this.start.start);
        return;
      case 'settings':
        this.#restyle(command.settings);
        return;
      case 'find':
        this.#findBox.open();
        return;
      case 'nextError':
      case 'previousError':
        this.#shown?.goToError(command.command === 'nextError' ? 'next' : 'previous');
        return;
      case 'follow':
        void this.#shown?.follow();
        return;
      case 'selectAll':
        this.#rows.selectAll();
        return;
      case 'copy':
        void this.#copy('plain');
        return;
    }
  }

  #header(): TemplateResult {
    const shown = this.#shown;
    const { scope } = shown?.session.address ?? {};
    return html`<log-header
      .t=${this.#t}
      .known=${shown?.details.known}
      .hasStep=${scope?.step !== undefined}
      .hasHost=${scope?.host !== undefined}
      .now=${this.now}
      .menu=${this.menu}
      .openMenu=${(name: MenuName) => {
        this.#menus.toggle(name);
      }}
      .tools=${this.#tools()}
    ></log-header>`;
  }

  #status({ capabilities }: ViewStart): StatusBarContent | undefined {
    const shown = this.#shown;
    return (
      shown &&
      statusContent(shown, {
        t: this.#t,
        language: this.#language,
        selection: this.#rows.selection,
        textOf: (row) => this.#rows.textOf(row),
        polls: capabilities.watch === 'poll',
        now: this.now,
      })
    );
  }

  #tools(): Header['tools'] {
    return toolbar(this.#t, {
      shown: this.#shown,
      wrap: this.settings.wrap,
      goToFailed: (direction) => void this.#goToFailed(direction),
      find: () => {
        this.#findBox.open();
      },
      toggleFollow: () => {
        if (this.#shown?.isFollowing) this.#shown.stopFollowing();
        else void this.#shown?.follow();
      },
      toggleWrap: () => {
        this.#changeSettings({ ...this.settings, wrap: !this.settings.wrap });
      },
    });
  }

  #find(): TemplateResult {
    const find = this.#shown?.find;
    return html`<log-find
      ?hidden=${!this.isFindOpen}
      .t=${this.#t}
      .query=${{ matchCase: false, wholeWord: false, regex: false, ...find?.query, pattern: find?.query.pattern ?? '' }}
      .status=${find?.status() ?? { words: '', tone: 'quiet', progress: undefined }}
      .problem=${find?.problem ?? ''}
      .onlyMatching=${find?.onlyMatching ?? false}
      .events=${this.#findBox.events}
    ></log-find>`;
  }

  #pill(): TemplateResult | '' {
    const shown = this.#shown;
    if (!shown || !shown.isLive || shown.isFollowing || shown.session.unseen.lines === 0) return '';
    const { lines, errors } = shown.session.unseen;
    return html`<button class="pill" type="button" @click=${() => void shown.follow()}>
      ${icon('arrow-down')} ${newsWords(lines, errors, this.#t, this.#language)}
    </button>`;
  }

  #notice(): TemplateResult | '' {
    const t = this.#t;
    const state = this.#shown?.session.state;
    const error = this.start.kind === 'failed' ? this.start.error : state?.kind === 'failed' ? state.error : undefined;
    if (error)
      return failureNotice(error, t, () => {
        this.#readAgain();
      });
    return this.problem ? html`<div class="toast" role="alert">${this.problem}</div>` : emptyNotice(this.#shown, t);
  }

  #switchTo(scope: LogScope): void {
    if (this.start.kind !== 'ready' || !this.#shown) return;
    const address = { ...this.#shown.session.address, scope };
    void this.#do(async (host, options) => host.showing({ address }, options));
    void this.#show(address, { at: 'auto' }, this.start.start);
  }

  async #goToFailed(direction: 'next' | 'previous'): Promise<void> {
    const shown = this.#shown;
    const { execution, step, host } = shown?.session.address.scope ?? {};
    if (!shown || execution === undefined || step === undefined || host === undefined) return;
    await this.#do(async (_, { signal }) => {
      const found = await nextFailed(shown.details, { execution, step, host }, direction, signal);
      if (found) this.#switchTo(found);
      else this.#announcer.say(this.#t('No other failed host'));
    });
  }

  #changeSettings(settings: ViewSettings): void {
    this.#restyle(settings);
    void this.#do(async (host, options) => host.changeSettings(settings, options));
  }

  #restyle(settings: ViewSettings): void {
    this.settings = settings;
    this.#shown?.restyle();
  }

  /** What the caret has come to, for those who cannot see it. */
  #sayLine(): void {
    const { row } = this.#rows.selection.active;
    const text = this.#rows.textOf(row);
    if (text !== undefined) this.#announcer.say(text.slice(0, 400));
  }

  #readAgain(): void {
    if (this.start.kind !== 'ready') void this.#begin();
    else if (this.#shown) void this.#show(this.#shown.session.address, { at: 'auto' }, this.start.start);
  }

  async #copy(style: CopyStyle): Promise<void> {
    const shown = this.#shown;
    if (!shown) return;
    const { selection } = this.#rows;
    if (selection.isEmpty && style !== 'plain') this.#rows.selectAll();
    await this.#do(async (host, options) => {
      const { session, rows, find } = shown;
      const filter = rows === session.rows ? undefined : find.find?.search.filter;
      const lines = await copySelection(host, { session, rows, filter }, selection, style, options);
      const shownCount = formatCount(lines, this.#language);
      if (lines > 0) this.#announcer.say(countWords(this.#t, lines, '1 line copied', '{0} lines copied', shownCount));
    });
  }

  /** Does what may fail, and says why when it does. */
  async #do(act: (host: LogHost, options: { readonly signal: AbortSignal }) => Promise<void>): Promise<void> {
    const { host } = this;
    const { signal } = this.#ended;
    if (!host) return;
    try {
      await act(host, { signal });
      this.problem = '';
    } catch (error) {
      if (signal.aborted) return;
      this.problem = LogError.from(error).message;
    }
  }

  #keepSoon(): void {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      if (this.#shown?.session.state.kind === 'ready') this.keeper?.keep(this.#shown.state(this.isFindOpen));
    }, 150);
  }

  /** The page has the focus and nothing in it has: keys are for the log. */
  readonly #takeFocus = (): void => {
    if (document.hasFocus() && document.activeElement === document.body) this.#rows.focus();
  };

  /** The editor's own Copy, from a menu. */
  readonly #copyEvent = (event: ClipboardEvent): void => {
    if (event.composedPath()[0] instanceof HTMLInputElement) return;
    event.preventDefault();
    void this.#copy('plain');
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented) return;
    const act = this.#shortcut(event);
    if (!act) return;
    event.preventDefault();
    act();
  };

  #shortcut(event: KeyboardEvent): (() => void) | undefined {
    switch (shortcutOf(event)) {
      case undefined:
        return undefined;
      case 'find':
        return () => {
          this.#findBox.open();
        };
      case 'line':
        return () => {
          this.#menus.toggle('line');
        };
      case 'nextMatch':
        return () => void this.#findBox.go('next');
      case 'previousMatch':
        return () => void this.#findBox.go('previous');
      case 'nextError':
        return () => this.#shown?.goToError('next');
      case 'previousError':
        return () => this.#shown?.goToError('previous');
      case 'wrap':
        return () => {
          this.#changeSettings({ ...this.settings, wrap: !this.settings.wrap });
        };
      case 'escape':
        return () => {
          this.#escape();
        };
    }
  }

  #escape(): void {
    if (this.problem) this.problem = '';
    else if (this.isFindOpen) this.#findBox.close();
    else this.#rows.clearSelection();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-app': LogApp;
  }
}
