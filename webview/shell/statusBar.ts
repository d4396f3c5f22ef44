import { css, html, LitElement, type CSSResult, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatCount, formatDuration } from '../amounts.ts';
import type { LiveState } from '../tail/tail.ts';
import { countWords, type Translate } from '../words.ts';
import { controlStyles } from './controls.ts';
import { icon, type IconName } from './icons.ts';

export interface StatusBarContent {
  readonly live: LiveState | undefined;
  /** How it went, shown once the log has ended. */
  readonly result: { readonly icon: IconName; readonly tone: string; readonly words: string } | undefined;
  readonly linesPerSecond: number;
  readonly elapsed: number | undefined;
  readonly lines: number | undefined;
  /** Number of the line the caret is on. */
  readonly line: number | undefined;
  readonly selected: string;
  readonly now: number;
}

interface LiveLook {
  readonly icon: IconName;
  readonly tone: string;
  readonly words: string;
  readonly spin?: boolean;
  /** What the button says that tries again. */
  readonly retry?: string;
}

/** The line below the log: how it is kept up with, always; then where one is. */
@customElement('log-status')
export class StatusBar extends LitElement {
  static override styles: CSSResult[] = [
    ...controlStyles,
    css`
      :host {
        display: flex;
        align-items: center;
        gap: 14px;
        height: 24px;
        padding: 0 14px 0 10px;
        font-size: 12px;
        white-space: nowrap;
        color: var(--vscode-descriptionForeground);
        border-top: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
        overflow: hidden;
      }
      .state {
        display: inline-flex;
        align-items: center;
        gap: 6px;
        min-width: 0;
        color: var(--vscode-foreground);
      }
      .state .icon {
        font-size: 14px;
      }
      .words {
        overflow: hidden;
        text-overflow: ellipsis;
      }
      .dot {
        width: 8px;
        height: 8px;
        margin: 0 3px;
        border-radius: 50%;
        background: currentColor;
        animation: pulse 2s ease-in-out infinite;
      }
      @keyframes pulse {
        50% {
          opacity: 0.4;
        }
      }
      .retry {
        color: var(--vscode-textLink-foreground);
      }
      .retry:hover {
        color: var(--vscode-textLink-activeForeground);
        text-decoration: underline;
      }
      .space {
        flex: 1;
      }
      .figure {
        font-variant-numeric: tabular-nums;
      }
      @media (prefers-reduced-motion: reduce) {
        .dot {
          animation: none;
        }
      }
    `,
  ];

  @property({ attribute: false }) accessor t: Translate = (english) => english;
  @property({ attribute: false }) accessor language = 'en';
  @property({ attribute: false }) accessor content: StatusBarContent | undefined;
  @property({ attribute: false }) accessor retry: () => void = () => undefined;

  protected override render(): TemplateResult | '' {
    const { content } = this;
    if (!content) return '';
    const live = this.#live(content);
    return html`
      ${
        live
          ? html`<span class="state">
              ${
                live.tone === 'running' && !live.spin
                  ? html`<span class="dot running"></span>`
                  : icon(live.icon, `${live.tone} ${live.spin ? 'spin' : ''}`)
              }
              <span class="words">${live.words}</span>
              ${
                live.retry === undefined
                  ? ''
                  : html`<button class="retry" type="button" @click=${this.retry}>${live.retry}</button>`
              }
            </span>`
          : ''
      }
      ${this.#figures(content)}
    `;
  }

  #figures({ live, linesPerSecond, elapsed, lines, line, selected }: StatusBarContent): TemplateResult {
    const { t, language } = this;
    const isGoing = live !== undefined && live.kind !== 'ended';
    const shown = (count: number): string => formatCount(count, language);
    const rate = Math.max(1, Math.round(linesPerSecond));
    return html`
      ${
        isGoing && linesPerSecond > 0
          ? html`<span class="figure">${countWords(t, rate, '1 line/s', '{0} lines/s', shown(rate))}</span>`
          : ''
      }
      ${isGoing && elapsed !== undefined ? html`<span class="figure">${formatDuration(elapsed, t)}</span>` : ''}
      <span class="space"></span>
      ${selected ? html`<span class="figure">${selected}</span>` : ''}
      ${line === undefined ? '' : html`<span class="figure">${t('Ln {0}', shown(line))}</span>`}
      ${
        lines === undefined
          ? ''
          : html`<span class="figure">${countWords(t, lines, '1 line', '{0} lines', shown(lines))}</span>`
      }
    `;
  }

  #live({ live, result, now }: StatusBarContent): LiveLook | undefined {
    const { t } = this;
    if (!live) return undefined;
    switch (live.kind) {
      case 'live':
        return { icon: 'sync', tone: 'running', words: t('Live') };
      case 'catchingUp':
        return {
          icon: 'sync',
          tone: 'running',
          spin: true,
          words:
            live.behind === undefined
              ? t('Catching up')
              : t('Catching up, {0} lines behind', formatCount(live.behind, this.language)),
        };
      case 'polling': {
        const asking = t('Asking every {0} s', live.seconds);
        return {
          icon: 'watch',
          tone: 'quiet',
          ...(live.why !== undefined && { retry: t('Retry now') }),
          words: live.why === undefined ? asking : `${asking}: ${live.why}`,
        };
      }
      case 'reconnecting': {
        const seconds = Math.max(0, Math.ceil((live.at - now) / 1000));
        return {
          icon: 'debug-disconnect',
          tone: 'bad',
          retry: t('Retry now'),
          words: t('Reconnecting in {0} s: {1}', seconds, live.why),
        };
      }
      case 'ended':
        return result ?? { icon: 'circle-outline', tone: 'quiet', words: t('The log has ended') };
      case 'stopped':
        return live.error.code === 'unavailable'
          ? {
              icon: 'debug-disconnect',
              tone: 'bad',
              retry: t('Refresh'),
              words: t('Not live any more: {0}', live.error.message),
            }
          : { icon: 'error', tone: 'bad', retry: t('Retry now'), words: live.error.message };
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'log-status': StatusBar;
  }
}
