import { html, LitElement, type CSSResult, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { durationOf } from '../../src/model/execution.ts';
import { formatDuration } from '../amounts.ts';
import { isJobKind } from '../../src/model/kind.ts';
import type { Known } from '../details.ts';
import type { Translate } from '../words.ts';
import { controlStyles, toolButton, type ToolButton } from './controls.ts';
import { headerStyles } from './headerStyles.ts';
import { icon } from './icons.ts';
import { kindLook } from './kindLook.ts';
import type { PickerContent } from './picker.ts';
import { statedLook } from './statusLook.ts';

/** A thing of the header that opens a list. */
export type MenuName = 'step' | 'host' | 'time' | 'more' | 'line';

export interface HeaderTool extends ToolButton {
  /** What it opens. */
  readonly menu?: MenuName;
  /** It has a key too, and gives way where there is no room. */
  readonly isSpare?: boolean;
}

/** The line above the log: what is shown and how it went, and what can be done with it. */
@customElement('log-header')
export class Header extends LitElement {
  static override styles: CSSResult[] = [...controlStyles, headerStyles];

  @property({ attribute: false }) accessor t: Translate = (english) => english;
  @property({ attribute: false }) accessor known: Known | undefined;
  @property({ attribute: false }) accessor hasStep = false;
  @property({ attribute: false }) accessor hasHost = false;
  /** What is shown is all that ran. */
  @property({ attribute: false }) accessor isWhole = false;
  @property({ attribute: false }) accessor now = 0;
  /** Buttons in groups. */
  @property({ attribute: false }) accessor tools: readonly (readonly HeaderTool[])[] = [];
  @property({ attribute: false }) accessor menu:
    { readonly name: MenuName; readonly content: PickerContent } | undefined;
  @property({ attribute: false }) accessor openMenu: (name: MenuName) => void = () => undefined;
  @state() accessor menuLeft = 0;

  protected override render(): TemplateResult {
    const { t, known } = this;
    const subject = this.#subject();
    const status = subject && statedLook(subject, t);
    const isRunning = subject?.status === 'running';
    const words = status?.words ?? '';
    return html`
      ${
        status
          ? html`<span role="img" title=${words} aria-label=${words}
              >${icon(status.icon, `${status.tone} ${isRunning ? 'spin' : ''}`)}</span
            >`
          : icon('loading', 'spin quiet')
      }
      ${this.#kind()}
      <nav aria-label=${t('What is shown')}>${this.#path(known)}</nav>
      ${this.#outcome()}
      <span class="space"></span>
      <div class="tools" role="toolbar" aria-label=${t('Log actions')}>${this.#tools()}</div>
      ${this.menu ? html`<log-picker .content=${this.menu.content}></log-picker>` : ''}
    `;
  }

  protected override updated(): void {
    const picker = this.renderRoot.querySelector('log-picker');
    if (!picker || !this.menu) return;
    const button = this.renderRoot.querySelector(`[data-menu="${this.menu.name}"]`)?.getBoundingClientRect();
    const own = this.getBoundingClientRect();
    const room = own.width - picker.getBoundingClientRect().width - 8;
    picker.style.left = `${Math.max(8, Math.min((button?.left ?? 0) - own.left, room))}px`;
  }

  #subject() {
    const { host, step, execution } = this.known ?? {};
    if (this.hasHost) return host;
    return this.hasStep ? step : execution;
  }

  #kind(): TemplateResult | '' {
    const look = kindLook(this.known?.execution?.kind, this.t);
    return look
      ? html`<span class="kind" title=${look.title}>${icon(look.icon, look.hue)}<span>${look.title}</span></span>`
      : '';
  }

  #path(known: Known | undefined): TemplateResult {
    const { t } = this;
    const { execution, step, host } = known ?? {};
    const between = html`<span class="between">${icon('chevron-right')}</span>`;
    // What a job ran as is itself; a host without a name is none.
    const hasStep = this.hasStep && !(this.isWhole && isJobKind(execution?.kind));
    const hasHost = this.hasHost && hasStep && host?.name !== '';
    return html`
      <span class="part execution" title=${execution?.name ?? ''}>${execution?.name ?? '…'}</span>
      ${hasStep ? html`${between}${this.#switch('step', step?.name ?? '…', t('Switch step'))}` : ''}
      ${hasHost ? html`${between}${this.#switch('host', host?.name ?? '…', t('Switch host'))}` : ''}
    `;
  }

  #switch(name: MenuName, label: string, title: string): TemplateResult {
    return html`<button
      class="part"
      type="button"
      data-menu=${name}
      title=${`${label}\n${title}`}
      aria-haspopup="listbox"
      aria-expanded=${this.menu?.name === name}
      @click=${() => {
        this.openMenu(name);
      }}
    >
      <span class="name">${label}</span>${icon('chevron-down')}
    </button>`;
  }

  #outcome(): TemplateResult {
    const { t, known } = this;
    const subject = this.#subject();
    const exitCode = this.hasHost ? known?.host?.exitCode : undefined;
    const duration = subject && durationOf(subject, this.now);
    const said = known?.error?.message ?? subject?.message ?? this.#wholeMessage();
    // Recorders say it in words as well.
    const message = said === `exit code ${exitCode ?? ''}` ? undefined : said;
    return html`
      ${
        exitCode === undefined
          ? ''
          : html`<span class="badge ${exitCode === 0 ? '' : 'failed'}">${t('exit {0}', exitCode)}</span>`
      }
      ${duration === undefined ? '' : html`<span class="duration">${formatDuration(duration, t)}</span>`}
      ${message ? html`<span class="message" title=${message}>${message}</span>` : ''}
    `;
  }

  /** Why the whole ended, where no part of it says that. */
  #wholeMessage(): string | undefined {
    const { execution } = this.known ?? {};
    return this.isWhole || execution?.status === 'interrupted' ? execution?.message : undefined;
  }

  #tools(): TemplateResult[] {
    return this.tools
      .filter((group) => group.length > 0)
      .map(
        (group, index) => html`
          ${index === 0 ? '' : html`<span class="divide"></span>`}
          ${group.map((tool) => html`<span class="picker ${tool.isSpare ? 'spare' : ''}" data-tool>${this.#tool(tool)}</span>`)}
        `,
      );
  }

  #tool(tool: HeaderTool): TemplateResult {
    const { menu } = tool;
    if (menu === undefined) return toolButton(tool);
    return html`<button
      class="tool"
      type="button"
      data-menu=${menu}
      title=${tool.title}
      aria-label=${tool.title}
      aria-haspopup="listbox"
      aria-expanded=${this.menu?.name === menu}
      @click=${() => {
        this.openMenu(menu);
      }}
    >
      ${icon(tool.icon)}
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-header': Header;
  }
}
