import '@vscode-elements/elements/dist/vscode-button/index.js';
import '@vscode-elements/elements/dist/vscode-progress-bar/index.js';
import { html, LitElement, type CSSResult, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { delay } from '../src/base/abort.ts';
import type { LogAddress, LogHost, Reveal, ViewSettings, ViewStart } from '../src/bridge/logHost.ts';
import { LogError } from '../src/model/errors.ts';
import type { LogScope } from '../src/model/query.ts';
import { AppMenus, type OpenMenu } from './appMenus.ts';
import { Announcer } from './announcer.ts';
import { appStyles } from './appStyles.ts';
import { FindBox } from './findBox.ts';
import { keptFor } from './keptState.ts';
import { Keeping, type Keeper } from './keeping.ts';
import { LogActions } from './logActions.ts';
import { emptyNotice, failureNotice, newsPill } from './notices.ts';
import { hearPage, isFocusFree } from './pageEvents.ts';
import { shortcutActs } from './shortcuts.ts';
import './rows/logRows.ts';
import type { LogRows } from './rows/logRows.ts';
import './shell/header.ts';
import type { MenuName } from './shell/header.ts';
import './shell/picker.ts';
import './shell/statusBar.ts';
import type { StatusBarContent } from './shell/statusBar.ts';
import { ShownLog } from './shownLog.ts';
import { statusContent } from './statusContent.ts';
import { toolbar } from './toolbar.ts';
import { obeyCommands } from './viewCommands.ts';
import { isWholeRun } from './wholeRun.ts';
import { summaryView, summaryWords } from './summary/summaryView.ts';
import { translator, type Translate } from './words.ts';

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
  @state() accessor settings: ViewSettings = {
    timestamps: 'off',
    timeZone: 'local',
    wrap: false,
    collapseWhenFinished: 'jobs',
  };
  @state() accessor isFindOpen = false;
  @state() accessor menu: OpenMenu | undefined;
  @state() accessor problem = '';
  @state() accessor now = Date.now();
  #shown: ShownLog | undefined;
  #t: Translate = translator();
  #language = 'en';
  #wasCollapsed = false;
  #ended = new AbortController();
  readonly #announcer = new Announcer(() => this.renderRoot.querySelector<HTMLElement>('.said'));
  readonly #keeping = new Keeping(() => {
    if (this.#shown?.session.state.kind === 'ready') this.keeper?.keep(this.#shown.state(this.isFindOpen));
  });
  /** The view as those below see it. */
  readonly #view = {
    words: () => this.#t,
    language: () => this.#language,
    host: () => this.host,
    signal: () => this.#ended.signal,
    shown: () => this.#shown,
    rows: () => this.#rows,
    settings: () => this.settings,
    restyle: (settings: ViewSettings) => {
      this.settings = settings;
      this.#shown?.restyle();
    },
    say: (words: string) => {
      this.#announcer.say(words);
    },
    setProblem: (problem: string) => {
      this.problem = problem;
    },
    keep: () => {
      this.#keeping.changed();
    },
    widget: () => this.renderRoot.querySelector('log-find'),
    setOpen: (isOpen: boolean) => {
      this.isFindOpen = isOpen;
    },
    menu: () => this.menu,
    setMenu: (menu: OpenMenu | undefined) => {
      this.menu = menu;
    },
    left: () => {
      this.#rows.focus();
    },
    show: (address: LogAddress, reveal: Reveal) => {
      if (this.start.kind === 'ready') void this.#show(address, reveal, this.start.start);
    },
    switchTo: (scope: LogScope) => {
      this.#switchTo(scope);
    },
    readAgain: () => {
      this.#readAgain();
    },
    escape: () => {
      if (this.problem) this.problem = '';
      else if (this.isFindOpen) this.#findBox.close();
      else this.#rows.clearSelection();
    },
  };
  readonly #actions = new LogActions(this.#view);
  readonly #findBox = new FindBox(this.#view);
  readonly #menus = new AppMenus(this.#view, this.#actions);
  readonly #acting = { ...this.#view, actions: this.#actions, findBox: this.#findBox, menus: this.#menus };

  get shown(): ShownLog | undefined {
    return this.#shown;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#ended = new AbortController();
    const page = {
      shortcuts: shortcutActs(this.#acting),
      focusLog: this.#view.left,
      copy: () => void this.#actions.copy('plain'),
    };
    hearPage(this, page, this.#ended.signal);
    void this.updateComplete.then(() => this.#begin());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#ended.abort();
    this.#shown?.dispose();
    this.#announcer.dispose();
    this.#keeping.stop();
  }

  protected override render(): TemplateResult {
    const t = this.#t;
    const shown = this.#shown;
    const state = shown?.session.state;
    const isOpening = this.start.kind === 'starting' || state?.kind === 'opening';
    return html`
      ${this.#header()}
      <div class="body">
        <log-rows ?inert=${shown?.collapsing.isCollapsed ?? false}></log-rows>
        ${summaryView(shown, { t, language: this.#language, actions: this.#actions })}
        ${isOpening ? html`<vscode-progress-bar aria-label=${t('Opening the log')}></vscode-progress-bar>` : ''}
        ${this.#notice()} ${this.#findBox.render(this.isFindOpen)} ${newsPill(this.#shown, t, this.#language)}
      </div>
      <log-status
        .t=${t}
        .language=${this.#language}
        .content=${this.start.kind === 'ready' ? this.#status() : undefined}
        .retry=${() => {
          this.#shown?.refresh();
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
        this.#keeping.changed();
      },
      selected: (byKey) => {
        this.#keeping.changed();
        this.requestUpdate();
        if (byKey) this.#actions.sayLine();
      },
      copy: () => void this.#actions.copy('plain'),
      open: (link) => void this.#actions.attempt(async (host, options) => host.openLink(link, options)),
    };
  }

  /** The keys go where what they act upon has gone, and a screen reader is told. */
  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const shown = this.#shown;
    const isCollapsed = shown?.collapsing.isCollapsed ?? false;
    if (isCollapsed === this.#wasCollapsed) return;
    this.#wasCollapsed = isCollapsed;
    this.#keeping.changed();
    if (!shown) return;
    if (isCollapsed) this.#view.say(summaryWords(shown, this.#t, this.#language));
    if (!document.hasFocus() || this.shadowRoot?.activeElement?.matches('log-header, log-find')) return;
    const summary = this.renderRoot.querySelector('log-summary');
    if (summary) void summary.updateComplete.then(() => summary.focus());
    else this.#rows.focus();
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
      obeyCommands(host, this.#acting, signal).catch(() => undefined);
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
      settings: this.#view.settings,
      changed: () => {
        this.requestUpdate();
      },
      say: this.#view.say,
      isBusy: () => this.isFindOpen || this.menu !== undefined,
    });
    this.#shown = shown;
    this.requestUpdate();
    await shown.open(reveal, kept);
    if (shown !== this.#shown) return;
    if (kept?.find) await this.#findBox.restore(kept.find);
    if (isFocusFree()) this.#rows.focus();
    this.#keeping.changed();
  }

  /** Keeps durations and countdowns true while something goes on. */
  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(1_000, signal);
      if (this.#shown?.isLive) this.now = Date.now();
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
      .isWhole=${scope !== undefined && isWholeRun(scope, shown?.details.known.execution)}
      .now=${this.now}
      .menu=${this.menu}
      .openMenu=${(name: MenuName) => {
        this.#menus.toggle(name);
      }}
      .tools=${toolbar(this.#t, { ...this.#acting, shown, wrap: this.settings.wrap })}
    ></log-header>`;
  }

  #status(): StatusBarContent | undefined {
    const shown = this.#shown;
    return (
      shown &&
      statusContent(shown, {
        t: this.#t,
        language: this.#language,
        selection: this.#rows.selection,
        textOf: (row) => this.#rows.textOf(row),
        now: this.now,
      })
    );
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
    void this.#actions.attempt(async (host, options) => host.showing({ address }, options));
    void this.#show(address, { at: 'auto' }, this.start.start);
  }

  #readAgain(): void {
    if (this.start.kind !== 'ready') void this.#begin();
    else if (this.#shown) void this.#show(this.#shown.session.address, { at: 'auto' }, this.start.start);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-app': LogApp;
  }
}
