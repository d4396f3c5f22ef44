import { css } from 'lit';

export const headerStyles = css`
  :host {
    position: relative;
    z-index: 10;
    display: flex;
    align-items: center;
    gap: 8px;
    height: 35px;
    padding: 0 8px 0 10px;
    border-bottom: 1px solid var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
    white-space: nowrap;
  }
  nav {
    display: flex;
    align-items: center;
    gap: 2px;
    min-width: 0;
    overflow: hidden;
  }
  .part {
    min-width: 24px;
    padding: 2px 5px;
    border-radius: 5px;
    overflow: hidden;
    text-overflow: ellipsis;
    color: var(--vscode-breadcrumb-foreground, var(--vscode-descriptionForeground));
  }
  button.part:hover {
    color: var(--vscode-breadcrumb-focusForeground, var(--vscode-foreground));
    background: var(--vscode-toolbar-hoverBackground);
  }
  .part:last-of-type {
    color: var(--vscode-foreground);
    font-weight: 600;
  }
  /* The name of the execution gives way first, then a long one of a host: a step's is short as a rule. */
  .part.execution {
    flex: 0 1000 auto;
  }
  button.part:not(:last-of-type) {
    flex: none;
    max-width: 24vw;
  }
  button.part {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .name {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .between {
    flex: none;
    font-size: 12px;
    opacity: 0.6;
  }
  .part .icon {
    flex: none;
    font-size: 12px;
    opacity: 0.7;
  }
  .kind {
    display: flex;
    align-items: center;
    gap: 5px;
    min-width: 16px;
    flex: 0 2000 auto;
    overflow: hidden;
  }
  .kind .icon {
    flex: none;
  }
  @media (max-width: 600px) {
    .kind {
      flex: none;
    }
    .kind span:last-child {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    .message {
      display: none;
    }
  }
  /* The tab names the execution too, and the line below the log how long it took. */
  @media (max-width: 480px) {
    nav:has(button) :is(.execution, .execution + .between),
    .duration,
    .picker.spare,
    .divide {
      display: none;
    }
  }
  .badge {
    flex: none;
    padding: 1px 7px;
    border-radius: 10px;
    font-size: 11px;
    line-height: 16px;
    font-variant-numeric: tabular-nums;
    color: var(--vscode-badge-foreground);
    background: var(--vscode-badge-background);
  }
  .badge.failed {
    color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
    background: transparent;
    box-shadow: inset 0 0 0 1px color-mix(in srgb, var(--vscode-testing-iconFailed, #f14c4c) 50%, transparent);
  }
  .duration {
    flex: none;
    font-size: 12px;
    font-variant-numeric: tabular-nums;
    color: var(--vscode-descriptionForeground);
  }
  .space {
    flex: 1;
  }
  .tools {
    display: flex;
    align-items: center;
    gap: 4px;
  }
  .divide {
    width: 1px;
    height: 16px;
    margin: 0 4px;
    background: var(--vscode-panel-border, var(--vscode-contrastBorder, transparent));
  }
  .message {
    min-width: 0;
    overflow: hidden;
    text-overflow: ellipsis;
    font-size: 12px;
    color: var(--vscode-descriptionForeground);
  }
  .picker {
    display: contents;
  }
`;
