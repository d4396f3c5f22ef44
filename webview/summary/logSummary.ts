import { css, html, LitElement, type CSSResult, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { CopyStyle } from '../../src/bridge/logHost.ts';
import { formatCount, formatDuration } from '../amounts.ts';
import { controlStyles } from '../shell/controls.ts';
import { icon } from '../shell/icons.ts';
import type { KindLook } from '../shell/kindLook.ts';
import type { StatusLook } from '../shell/statusLook.ts';
import { countWords, type Translate } from '../words.ts';
import type { Counted } from './summarise.ts';

export interface SummaryContent {
  readonly status: StatusLook | undefined;
  readonly kind: KindLook | undefined;
  readonly name: string;
  readonly duration: number | undefined;
  /** Undefined while it is counted. */
  readonly counted: Counted | undefined;
  readonly message: string | undefined;
}

export interface SummaryActions {
  show(): void;
  copy(style: CopyStyle): void;
  exportLog(): void;
}

/** What is left of a run that has ended: how, how long, how many lines and errors, and the last of those. */
@customElement('log-summary')
export class LogSummary extends LitElement {
  static override styles: CSSResult[] = [
    ...controlStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: 6px 12px;
        margin: 12px;
        padding: 8px 10px 8px 12px;
        border: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        border-radius: 6px;
        background: var(--vscode-editorWidget-background, var(--vscode-editor-background));
        animation: appear 150ms ease-out;
      }
      @keyframes appear {
        from {
          opacity: 0;
        }
      }
      .outcome {
        display: flex;
        align-items: center;
        gap: 7px;
        flex: none;
        font-weight: 600;
      }
      .name {
        display: flex;
        align-items: center;
        gap: 6px;
        min-width: 60px;
        max-width: 100%;
      }
      .name span:last-child,
      .error {
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .name .icon,
      .name span:not(:last-child) {
        flex: none;
        white-space: nowrap;
      }
      .facts {
        flex: none;
        font-variant-numeric: tabular-nums;
        color: var(--vscode-descriptionForeground);
      }
      .error {
        flex: 1 1 240px;
        min-width: 120px;
        font-family: var(--vscode-editor-font-family, monospace);
        color: var(--vscode-errorForeground);
      }
      .acts {
        display: flex;
        flex-wrap: wrap;
        gap: 4px;
        margin-left: auto;
      }
      .acts button {
        display: inline-flex;
        align-items: center;
        gap: 5px;
        padding: 3px 8px;
        border-radius: 4px;
        color: var(--vscode-button-secondaryForeground, inherit);
        background: var(--vscode-button-secondaryBackground, transparent);
        border: 1px solid var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
      }
      .acts button:hover {
        background: var(--vscode-button-secondaryHoverBackground, var(--vscode-toolbar-hoverBackground));
      }
      .acts button.primary {
        color: var(--vscode-button-foreground);
        background: var(--vscode-button-background);
      }
      .acts button.primary:hover {
        background: var(--vscode-button-hoverBackground);
      }
      .acts button:focus-visible {
        outline-offset: 2px;
      }
      @media (prefers-reduced-motion: reduce) {
        :host {
          animation: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor t: Translate = (english) => english;
  @property({ attribute: false }) accessor language = 'en';
  @property({ attribute: false }) accessor content: SummaryContent | undefined;
  @property({ attribute: false }) accessor actions: SummaryActions | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.role = 'group';
  }

  override focus(): void {
    this.renderRoot.querySelector<HTMLElement>('.primary')?.focus();
  }

  protected override willUpdate(): void {
    this.ariaLabel = this.t('Summary of the log');
  }

  protected override render(): TemplateResult | '' {
    const { content, t } = this;
    if (!content) return '';
    const { status, kind, name, counted, message } = content;
    const error = counted?.lastError ?? message;
    return html`
      ${status ? html`<span class="outcome">${icon(status.icon, status.tone)}<span>${status.words}</span></span>` : ''}
      <span class="name" title=${name}>
        ${kind ? html`${icon(kind.icon, kind.hue)}<span>${kind.title}:</span>` : ''}
        <span>${name}</span>
      </span>
      <span class="facts">${factsOf(content, t, this.language)}</span>
      ${error === undefined || error === '' ? '' : html`<span class="error" title=${error}>${error}</span>`}
      <span class="acts">${this.#acts()}</span>
    `;
  }

  #acts(): TemplateResult {
    const { t, actions } = this;
    return html`
      <button class="primary" type="button" @click=${() => actions?.show()}>${icon('unfold')}${t('Show log')}</button>
      <button type="button" @click=${() => actions?.copy('plain')}>${icon('copy')}${t('Copy')}</button>
      <button type="button" @click=${() => actions?.copy('json')}>${icon('copy')}${t('Copy as JSON')}</button>
      <button type="button" @click=${() => actions?.exportLog()}>${icon('export')}${t('Export…')}</button>
    `;
  }
}

/** "12 s · 1,204 lines · 3 errors". */
export function factsOf({ duration, counted }: SummaryContent, t: Translate, language: string): string {
  const facts = duration === undefined ? [] : [formatDuration(duration, t)];
  if (!counted) return [...facts, t('counting…')].join(' · ');
  const { lines, errors, isPartial } = counted;
  const shown = (count: number): string => `${formatCount(count, language)}${isPartial ? '+' : ''}`;
  if (lines !== undefined) facts.push(countWords(t, lines, '1 line', '{0} lines', shown(lines)));
  if (errors !== undefined)
    facts.push(errors === 0 ? t('no errors') : countWords(t, errors, '1 error', '{0} errors', shown(errors)));
  return facts.join(' · ');
}

declare global {
  interface HTMLElementTagNameMap {
    'log-summary': LogSummary;
  }
}
