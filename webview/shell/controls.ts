import { css, html, type CSSResult, type TemplateResult } from 'lit';
import { ifDefined } from 'lit/directives/if-defined.js';
import { icon, iconStyles, type IconName } from './icons.ts';

export interface ToolButton {
  readonly icon: IconName;
  readonly title: string;
  readonly press: () => void;
  /** Given for buttons that are on or off. */
  readonly pressed?: boolean;
  readonly disabled?: boolean;
  readonly spin?: boolean;
}

/** A button as in the editor's toolbars. */
export function toolButton(button: ToolButton): TemplateResult {
  return html`<button
    class="tool"
    type="button"
    title=${button.title}
    aria-label=${button.title}
    aria-pressed=${ifDefined(button.pressed)}
    ?disabled=${button.disabled ?? false}
    @click=${button.press}
  >
    ${icon(button.icon, button.spin ? 'spin' : '')}
  </button>`;
}

export const controlStyles: CSSResult[] = [
  iconStyles,
  css`
    * {
      box-sizing: border-box;
    }
    button {
      font: inherit;
      color: inherit;
      background: none;
      border: 0;
      padding: 0;
      cursor: pointer;
    }
    button:disabled {
      opacity: 0.4;
      cursor: default;
    }
    :focus-visible {
      outline: 1px solid var(--vscode-focusBorder);
      outline-offset: -1px;
    }
    .tool {
      display: inline-flex;
      align-items: center;
      justify-content: center;
      flex: none;
      width: 22px;
      height: 22px;
      border-radius: 5px;
      color: var(--vscode-icon-foreground, inherit);
    }
    .tool:hover:not(:disabled) {
      background: var(--vscode-toolbar-hoverBackground);
    }
    .tool:active:not(:disabled) {
      background: var(--vscode-toolbar-activeBackground, var(--vscode-toolbar-hoverBackground));
    }
    .tool[aria-pressed='true'] {
      color: var(--vscode-inputOption-activeForeground);
      background: var(--vscode-inputOption-activeBackground);
      outline: 1px solid var(--vscode-inputOption-activeBorder, transparent);
      outline-offset: -1px;
    }
    .tool[aria-pressed='true']:focus-visible {
      outline-color: var(--vscode-focusBorder);
    }
    .good {
      color: var(--vscode-testing-iconPassed, var(--vscode-charts-green));
    }
    .bad {
      color: var(--vscode-testing-iconFailed, var(--vscode-errorForeground));
    }
    .running {
      color: var(--vscode-charts-blue, var(--vscode-progressBar-background));
    }
    .warned {
      color: var(--vscode-problemsWarningIcon-foreground, var(--vscode-editorWarning-foreground));
    }
    .quiet {
      color: var(--vscode-descriptionForeground);
    }
    .blue {
      color: var(--vscode-charts-blue);
    }
    .green {
      color: var(--vscode-charts-green);
    }
    .orange {
      color: var(--vscode-charts-orange);
    }
    @media (forced-colors: active) {
      .tool[aria-pressed='true'] {
        outline: 2px solid Highlight;
      }
    }
  `,
];
