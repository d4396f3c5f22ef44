import { css, type CSSResult } from 'lit';
import { controlStyles } from './shell/controls.ts';

/** What the page around the app needs. */
export const pageStyles: CSSResult = css`
  html,
  body {
    height: 100%;
    margin: 0;
    padding: 0;
    overflow: hidden;
  }
`;

export const appStyles: CSSResult[] = [
  ...controlStyles,
  css`
    :host {
      position: relative;
      display: flex;
      flex-direction: column;
      height: 100vh;
      font-family: var(--vscode-font-family);
      font-size: var(--vscode-font-size, 13px);
      color: var(--vscode-foreground);
      background: var(--vscode-editor-background);
    }
    .body {
      position: relative;
      flex: 1;
      min-height: 0;
    }
    log-rows {
      position: absolute;
      inset: 0;
    }
    log-rows[inert] {
      visibility: hidden;
    }
    log-summary {
      position: relative;
      z-index: 2;
    }
    log-header,
    log-status {
      flex: none;
    }
    vscode-progress-bar {
      position: absolute;
      z-index: 4;
      inset: 0 0 auto;
    }
    .notice {
      position: absolute;
      inset: 0;
      display: flex;
      flex-direction: column;
      align-items: center;
      justify-content: center;
      gap: 14px;
      padding: 20px;
      text-align: center;
      color: var(--vscode-descriptionForeground);
    }
    .notice.over {
      pointer-events: none;
    }
    .notice .icon {
      font-size: 32px;
      opacity: 0.6;
    }
    .notice p {
      margin: 0;
      max-width: 56ch;
      line-height: 1.5;
    }
    .pill {
      position: absolute;
      z-index: 3;
      left: 50%;
      bottom: 16px;
      display: inline-flex;
      align-items: center;
      gap: 6px;
      height: 28px;
      padding: 0 14px 0 10px;
      border-radius: 14px;
      border: 1px solid var(--vscode-contrastBorder, transparent);
      transform: translateX(-50%);
      font-variant-numeric: tabular-nums;
      color: var(--vscode-button-foreground);
      background: var(--vscode-button-background);
      box-shadow: 0 2px 8px var(--vscode-widget-shadow);
    }
    .pill:hover {
      background: var(--vscode-button-hoverBackground);
    }
    .pill:focus-visible {
      outline-offset: 2px;
    }
    .toast {
      position: absolute;
      z-index: 6;
      left: 50%;
      bottom: 16px;
      max-width: 80%;
      padding: 8px 14px;
      border-radius: 6px;
      border: 1px solid var(--vscode-notifications-border, var(--vscode-contrastBorder, transparent));
      transform: translateX(-50%);
      color: var(--vscode-notifications-foreground, var(--vscode-foreground));
      background: var(--vscode-notifications-background, var(--vscode-editorWidget-background));
      box-shadow: 0 2px 8px var(--vscode-widget-shadow);
    }
    .said {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
      white-space: nowrap;
    }
  `,
];
