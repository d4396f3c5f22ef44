import { css, html, LitElement, type CSSResult, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TextPattern } from '../../src/model/query.ts';
import { controlStyles, toolButton } from '../shell/controls.ts';
import { icon, type IconName } from '../shell/icons.ts';
import type { Translate } from '../words.ts';

/** What the widget shows of a search. */
export interface FindStatus {
  /** Such as "3 of 42"; empty before anything is searched. */
  readonly words: string;
  readonly tone: 'quiet' | 'bad';
  /** 0 to 1 while the search runs. */
  readonly progress: number | undefined;
}

export interface FindEvents {
  changed(pattern: TextPattern): void;
  go(direction: 'next' | 'previous'): void;
  onlyMatching(only: boolean): void;
  cancel(): void;
  close(): void;
}

type Option = 'matchCase' | 'wholeWord' | 'regex';

/** The find box over the log, as in the editor. */
@customElement('log-find')
export class FindWidget extends LitElement {
  static override styles: CSSResult[] = [
    ...controlStyles,
    css`
      :host {
        position: absolute;
        z-index: 5;
        top: 0;
        right: 28px;
        max-width: calc(100% - 42px);
        border-radius: 0 0 8px 8px;
        border: 1px solid var(--vscode-editorWidget-border, var(--vscode-contrastBorder, transparent));
        border-top: 0;
        background: var(--vscode-editorWidget-background);
        color: var(--vscode-editorWidget-foreground);
        box-shadow: 0 0 8px 2px var(--vscode-widget-shadow);
        overflow: hidden;
      }
      :host([hidden]) {
        display: none;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 2px;
        padding: 4px 6px 5px 8px;
        min-width: 0;
      }
      .input {
        position: relative;
        display: flex;
        align-items: center;
        flex: 1 1 240px;
        min-width: 90px;
        height: 26px;
        padding-right: 3px;
        border-radius: 4px;
        border: 1px solid var(--vscode-input-border, transparent);
        background: var(--vscode-input-background);
      }
      .input:focus-within {
        border-color: var(--vscode-focusBorder);
      }
      .input.bad {
        border-color: var(--vscode-inputValidation-errorBorder);
      }
      input {
        flex: 1;
        min-width: 0;
        height: 100%;
        padding: 0 6px;
        border: 0;
        outline: none;
        font: inherit;
        color: var(--vscode-input-foreground);
        background: none;
      }
      input::placeholder {
        color: var(--vscode-input-placeholderForeground);
      }
      .input .tool {
        width: 20px;
        height: 20px;
        border-radius: 3px;
      }
      .count {
        flex: none;
        min-width: 84px;
        padding: 0 6px;
        font-variant-numeric: tabular-nums;
        white-space: nowrap;
        color: inherit;
      }
      .count.bad {
        color: var(--vscode-errorForeground);
      }
      .progress {
        position: absolute;
        left: 0;
        bottom: 0;
        height: 2px;
        background: var(--vscode-progressBar-background);
      }
      .problem {
        padding: 0 10px 6px;
        max-width: 480px;
        color: var(--vscode-errorForeground);
      }
    `,
  ];

  @property({ attribute: false }) accessor t: Translate = (english) => english;
  @property({ attribute: false }) accessor events: FindEvents | undefined;
  @property({ attribute: false }) accessor status: FindStatus = { words: '', tone: 'quiet', progress: undefined };
  @property({ attribute: false }) accessor problem = '';
  @property({ attribute: false }) accessor onlyMatching = false;
  @property({ attribute: false }) accessor query: Required<TextPattern> = {
    pattern: '',
    matchCase: false,
    wholeWord: false,
    regex: false,
  };

  async focusInput(): Promise<void> {
    await this.updateComplete;
    const input = this.renderRoot.querySelector('input');
    input?.focus();
    input?.select();
  }

  protected override render(): TemplateResult {
    const { t } = this;
    return html`
      <div class="bar" role="search" aria-label=${t('Find in log')} @keydown=${this.#key}>
        <div class="input ${this.problem ? 'bad' : ''}">
          <input
            type="text"
            spellcheck="false"
            autocomplete="off"
            placeholder=${t('Find')}
            aria-label=${t('Find')}
            aria-invalid=${this.problem !== ''}
            .value=${this.query.pattern}
            @input=${this.#typed}
          />
          ${this.#option('matchCase', 'case-sensitive', t('Match Case (Alt+C)'))}
          ${this.#option('wholeWord', 'whole-word', t('Match Whole Word (Alt+W)'))}
          ${this.#option('regex', 'regex', t('Use Regular Expression (Alt+R)'))}
        </div>
        <span class="count ${this.status.tone}" role="status">${this.status.words}</span>
        ${this.#buttons()}
      </div>
      ${this.problem ? html`<div class="problem" role="alert">${this.problem}</div>` : ''} ${this.#progress()}
    `;
  }

  protected override updated(): void {
    const bar = this.renderRoot.querySelector<HTMLElement>('.progress');
    if (bar) bar.style.width = `${Math.round((this.status.progress ?? 0) * 100)}%`;
  }

  #buttons(): TemplateResult {
    const { t, events } = this;
    const isEmpty = this.query.pattern === '';
    const isSearching = this.status.progress !== undefined;
    return html`
      ${
        isSearching
          ? toolButton({ icon: 'stop-circle', title: t('Stop searching'), press: () => events?.cancel() })
          : ''
      }
      ${toolButton({
        icon: 'arrow-up',
        title: t('Previous Match (Shift+Enter)'),
        disabled: isEmpty,
        press: () => events?.go('previous'),
      })}
      ${toolButton({
        icon: 'arrow-down',
        title: t('Next Match (Enter)'),
        disabled: isEmpty,
        press: () => events?.go('next'),
      })}
      ${toolButton({
        icon: 'filter',
        title: t('Show Only Matching Lines (Alt+L)'),
        pressed: this.onlyMatching,
        disabled: isEmpty && !this.onlyMatching,
        press: () => events?.onlyMatching(!this.onlyMatching),
      })}
      ${toolButton({ icon: 'close', title: t('Close (Escape)'), press: () => events?.close() })}
    `;
  }

  #progress(): TemplateResult | '' {
    const { progress } = this.status;
    if (progress === undefined) return '';
    return html`<div
      class="progress"
      role="progressbar"
      aria-label=${this.t('Searching')}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow=${Math.round(progress * 100)}
    ></div>`;
  }

  #option(option: Option, name: IconName, title: string): TemplateResult {
    return html`<button
      class="tool"
      type="button"
      title=${title}
      aria-label=${title}
      aria-pressed=${this.query[option]}
      @click=${() => {
        this.#toggle(option);
      }}
    >
      ${icon(name)}
    </button>`;
  }

  #toggle(option: Option): void {
    this.query = { ...this.query, [option]: !this.query[option] };
    this.events?.changed(this.query);
  }

  #typed(event: InputEvent): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.query = { ...this.query, pattern: event.target.value };
    this.events?.changed(this.query);
  }

  #key(event: KeyboardEvent): void {
    const act = this.#actionOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  #actionOf(event: KeyboardEvent): (() => void) | undefined {
    const { events } = this;
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      switch (event.code) {
        case 'KeyC':
          return () => {
            this.#toggle('matchCase');
          };
        case 'KeyW':
          return () => {
            this.#toggle('wholeWord');
          };
        case 'KeyR':
          return () => {
            this.#toggle('regex');
          };
        case 'KeyL':
          return () => events?.onlyMatching(!this.onlyMatching);
        default:
          return undefined;
      }
    }
    if (event.key === 'Enter' && event.target instanceof HTMLInputElement)
      return () => events?.go(event.shiftKey ? 'previous' : 'next');
    return event.key === 'Escape' ? () => events?.close() : undefined;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-find': FindWidget;
  }
}
